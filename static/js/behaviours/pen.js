// A push never takes the pen out of a hand (R54): a pane in which something is being written is not replaced by a
// look. It is marked (data-stale) and looks again when the writing is over. The answer that was held back is given to
// whoever needs a part of it (a caution): event "withheld" on the pane, detail.html.

import { isLook } from "./doorbell.js";
import { look } from "./watch.js";

const FIELDS = "textarea, select, input:not([type=hidden], [type=checkbox], [type=radio], [type=button])";

// Also while something in it is being pressed, for a button that is replaced before it is let go has not been pressed;
// and while the answer to that is on its way, which finds its place only in what is there now.
export function isWriting(pane) {
  if (pane.querySelector(":active, .htmx-request, .dragged")) return true;
  const fields = [...pane.querySelectorAll(FIELDS)];
  return fields.some((field) => field === document.activeElement || ("draft" in field.dataset && field.value !== field.defaultValue));
}

function hold(event) {
  const { elt, target, requestConfig, serverResponse } = event.detail;
  if (!isLook(requestConfig?.triggeringEvent) || !isWriting(target)) return;
  event.detail.shouldSwap = false;
  elt.dataset.stale = "";
  elt.dispatchEvent(new CustomEvent("withheld", { bubbles: true, detail: { html: serverResponse } }));
}

function release() {
  for (const pane of document.querySelectorAll("[data-stale]")) {
    if (isWriting(pane)) continue;
    delete pane.dataset.stale;
    look(pane);
  }
}

document.addEventListener("htmx:beforeSwap", hold);
for (const over of ["focusout", "saved", "htmx:afterSettle", "htmx:afterRequest", "dragend", "pointerup", "pointercancel"]) document.addEventListener(over, () => setTimeout(release));
