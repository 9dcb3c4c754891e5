// Says that there is no connection when that has lasted five seconds: shorter ones are nobody's business.

import { hear } from "./socket.js";

const PATIENCE = 5000;
const notice = document.getElementById("offline");
let waiting = null;

hear("lost", () => (waiting ??= setTimeout(() => (notice.hidden = false), PATIENCE)));
hear("watching", () => {
  clearTimeout(waiting);
  waiting = null;
  notice.hidden = true;
});
