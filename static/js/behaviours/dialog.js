// Dialogs in #dialog, none of them modal: the focus goes in when one opens and back when it goes. Esc presses its
// [data-dismiss], as does a click elsewhere where it says data-outside; without hx-post that empties #dialog.

import { keep, settled } from "./draft.js";

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
document.addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
  if (target?.id === "dialog" && dialog()) entered();
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
// The version that the agent began to write over is part of the draft.
document.addEventListener("input", ({ target }) => {
  const version = target.closest("#customer_form")?.querySelector("[data-version]");
  if (version?.value && target.dataset.draft) keep(version.dataset.version, version.value);
});
// After Load: one's own text instead of theirs.
document.addEventListener("click", ({ target }) => {
  const { use, text } = target.dataset;
  if (!use) return;
  const field = target.closest("form").elements[use];
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
