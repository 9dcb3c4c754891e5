// Writing a message, or below a call a comment: Enter sends, Shift+Enter makes a new line, and not while an input method
// composes.
// Ctrl/Cmd+Enter sends or saves from any field of any form of the desk.

import { sendFiles, unsentFiles } from "../chat/attach.js";
import { isTooLong } from "../chat/count.js";
import { keep } from "./draft.js";
import { send } from "./outbox.js";
import { tell } from "./socket.js";

const TYPING_EVERY = 3000;
let told = 0;

function submit(form) {
  const field = form.elements.message;
  const empty = !field.value.trim();
  if ((empty && !unsentFiles().length) || isTooLong(field)) return field.focus();
  if (!empty) send(form.dataset, field.value);
  sendFiles();
  field.value = "";
  keep(field.dataset.draft, "");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function enter(event) {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.altKey) return;
  const everywhere = event.ctrlKey || event.metaKey;
  const { form } = event.target;
  if (!form || !(everywhere || (form.classList.contains("compose") && !event.shiftKey))) return;
  event.preventDefault();
  form.requestSubmit();
}

// What is written and not sent is kept: said once the server has it, until nothing is left.
function kept(isKept) {
  const said = document.getElementById("message_kept");
  const words = document.getElementById("message")?.value;
  if (said) said.hidden = !words || !(isKept || !said.hidden);
}

document.addEventListener("drafted", ({ detail }) => kept(detail === document.getElementById("message")?.dataset.draft));
document.addEventListener("selected", () => kept(true));
kept(true);
document.addEventListener("keydown", enter);
document.addEventListener("submit", (event) => {
  if (event.target.id !== "compose") return;
  event.preventDefault();
  submit(event.target);
});
document.addEventListener("input", ({ target }) => target.id === "message" && kept(false));
document.addEventListener("input", ({ target, isTrusted }) => {
  if (!isTrusted || target.id !== "message" || !target.value || Date.now() - told < TYPING_EVERY) return;
  if (tell({ typing: { task: Number(target.form.dataset.task) } })) told = Date.now();
});
