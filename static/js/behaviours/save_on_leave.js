// A field that is saved when it is left (R51): <input data-save data-stored="what the server has">, in a form with
// data-saves, gets the event "save", which its hx-trigger names. Enter in a one-line field, and Ctrl/Cmd+Enter, save
// at once. What was refused is marked; what reached nobody is sent again when the server answers again.

import { hear } from "./socket.js";

const sent = new WeakMap();
const plain = (text) => text.replace(/\r\n?/g, "\n").trim();

export const isUnsaved = (field) => plain(field.value) !== plain(field.dataset.stored);
const fields = (root) => [...root.querySelectorAll("[data-save]")];

function save(field) {
  if (isUnsaved(field) && sent.get(field) !== field.value) htmx.trigger(field, "save");
}

function mark(field) {
  const unsaved = isUnsaved(field) && "refused" in field.dataset;
  field.classList.toggle("changed", unsaved);
  const words = field.closest(".field")?.querySelector(".mark");
  if (words) words.hidden = !unsaved;
}

// What is saved is what the pane shows from now on: it may be drawn anew.
function stored(field) {
  field.dataset.stored = field.defaultValue = sent.get(field) ?? field.value;
  delete field.dataset.refused;
  delete field.dataset.unsent;
}

document.addEventListener("focusout", ({ target }) => target.dataset && "save" in target.dataset && save(target));
document.addEventListener("submit", (event) => {
  if (!("saves" in event.target.dataset)) return;
  event.preventDefault();
  fields(event.target).forEach(save);
});
document.addEventListener("htmx:configRequest", ({ detail: { elt } }) => "save" in elt.dataset && sent.set(elt, elt.value));
document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
  if (!("save" in elt.dataset)) return;
  if (xhr.status === 200) stored(elt);
  else elt.dataset.refused = "";
  sent.delete(elt);
  mark(elt);
});
document.addEventListener("input", ({ target }) => target.dataset && "save" in target.dataset && mark(target));
document.addEventListener("htmx:sendError", ({ detail: { elt } }) => "save" in elt.dataset && (elt.dataset.unsent = ""));
hear("opened", () => fields(document).filter((field) => "unsent" in field.dataset).forEach(save));
