// Tells the server the reader's time zone, for the times that it writes.

import { keep } from "./cookie.js";

keep("zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
