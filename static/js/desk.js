// The desk: what each behaviour does is said at its head.

import "./behaviours/attention.js";
import "./behaviours/canned.js";
import "./behaviours/call_back.js";
import "./behaviours/choose.js";
import "./behaviours/clear.js";
import "./behaviours/close.js";
import "./behaviours/composer.js";
import "./behaviours/countdown.js";
import "./behaviours/dialog.js";
import "./behaviours/doorbell.js";
import "./behaviours/drag.js";
import "./behaviours/draft.js";
import "./behaviours/errors.js";
import "./behaviours/failures.js";
import "./behaviours/hover_card.js";
import "./behaviours/keys.js";
import "./behaviours/leave.js";
import "./behaviours/limit.js";
import "./behaviours/menu.js";
import "./behaviours/more.js";
import "./behaviours/offer.js";
import "./behaviours/offline.js";
import "./behaviours/outbox.js";
import "./behaviours/pen.js";
import "./behaviours/point.js";
import "./behaviours/save_on_leave.js";
import "./behaviours/select.js";
import "./behaviours/since.js";
import "./behaviours/state.js";
import "./behaviours/switches.js";
import "./behaviours/tabs.js";
import "./behaviours/tags.js";
import "./behaviours/talk.js";
import "./behaviours/toast.js";
import { connect } from "./behaviours/socket.js";

connect();
