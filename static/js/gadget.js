// The gadget: the behaviours of the desk that its panes need, and what it says to the page around it.

import "./behaviours/caution.js";
import "./behaviours/choose.js";
import "./behaviours/clear.js";
import "./behaviours/close.js";
import "./behaviours/composer.js";
import "./behaviours/dialog.js";
import "./behaviours/doorbell.js";
import "./behaviours/drag.js";
import "./behaviours/draft.js";
import "./behaviours/errors.js";
import "./behaviours/failures.js";
import "./behaviours/focus.js";
import "./behaviours/here.js";
import "./behaviours/hover_card.js";
import "./behaviours/limit.js";
import "./behaviours/menu.js";
import "./behaviours/more.js";
import "./behaviours/offline.js";
import "./behaviours/pen.js";
import "./behaviours/point.js";
import "./behaviours/save_on_leave.js";
import "./behaviours/select.js";
import "./behaviours/since.js";
import "./behaviours/tabs.js";
import "./behaviours/tags.js";
import "./behaviours/toast.js";
import "./behaviours/tongues.js";
import "./behaviours/unfold.js";
import { connect } from "./behaviours/socket.js";
import { announce } from "./gadget/host.js";
import "./gadget/lists.js";

connect();
announce();
