// Dialogs in #dialog, none of them modal: the focus goes in when one opens and back when it goes. Esc presses its
// [data-dismiss], as does a click elsewhere where it says data-outside; without hx-post that empties #dialog.

import { isLook } from "./doorbell.js";
import { settled } from "./draft.js";

const FIRST = ["[autofocus]", "input:not([type=hidden], [readonly], :disabled)", ".foot .btn", "[data-dismiss]"];
const ALONE = "#close_button, #toasts, .offer";
const dialog = () => document.querySelector("#dialog > dialog");
let asked = null;
let opener = null;

function entered() {
  opener = asked;
  FIRST.map((kind) => dialog().querySelector(kind)).find(Boolean)?.focus();
}

function left() {
  const back = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
  if (back && (document.activeElement === document.body || !document.activeElement.checkVisibility())) back.focus();
  opener = null;
}

const dismiss = () => dialog()?.querySelector("[data-dismiss]")?.click();

document.addEventListener("htmx:confirm", (event) => {
  const { elt, verb, issueRequest } = event.detail;
  if (verb !== "post" || !elt.closest("#customer_form")) return;
  event.preventDefault();
  settled().then(() => issueRequest());
});
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, target } }) => {
  if (target?.id === "dialog" && !elt.closest("#dialog")) asked = elt;
});
document.addEventListener("htmx:afterSettle", ({ detail: { target, requestConfig } }) => {
  // A look takes the focus from nobody.
  if (target?.id === "dialog" && dialog() && (!isLook(requestConfig?.triggeringEvent) || document.activeElement === document.body)) entered();
  else if (opener && !dialog()) left();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !dialog()) return;
  if (document.querySelector("[popover]:popover-open")) return;
  event.preventDefault();
  dismiss();
});
document.addEventListener("click", ({ target }) => {
  const away = target.closest("[data-dismiss]");
  if (away && !away.hasAttribute("hx-post")) {
    document.getElementById("dialog").replaceChildren();
    left();
  } else if (dialog() && "outside" in dialog().dataset && target.isConnected) {
    // Copying words out of the conversation is no click elsewhere.
    if (!target.closest(`#dialog, [hx-target="#dialog"], ${ALONE}`) && getSelection().isCollapsed) dismiss();
  }
});
// With no connection the form goes away all the same: this browser keeps what was typed.
document.addEventListener("htmx:sendError", ({ detail: { elt } }) => {
  if ("dismiss" in elt.dataset) document.getElementById("dialog").replaceChildren();
});
