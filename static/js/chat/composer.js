// Writing: Enter sends, Shift+Enter makes a new line, and not while an input method composes. The draft survives.

import { sendFiles, unsentFiles } from "./attach.js";
import { count, isTooLong } from "./count.js";
import { ofConversation, send } from "./outbox.js";
import { hear, tell } from "./socket.js";
import { browser } from "./store.js";

const TYPING_EVERY = 3000;
const TYPING_SHOWN = 5000;
const key = `${ofConversation}draft`;
const box = () => document.querySelector("#compose textarea");
const typing = document.querySelector("[data-typing]");
const typingWords = typing.querySelector("[data-words]");
let told = 0;
let fading;

export const draft = () => browser.kept(key) || "";

export function restore() {
  if (!box() || box().value) return;
  box().value = draft();
  count(box());
}

function submit() {
  const field = box();
  if (isTooLong(field)) return complain(field, field.dataset.tooLong);
  if (field.value.trim()) send(field.value);
  else if (!unsentFiles().length) return;
  sendFiles();
  field.value = "";
  written(field);
}

function written(field) {
  complain(field, "");
  count(field);
  if (field.value) browser.keep(key, field.value);
  else browser.forget(key);
}

function complain(field, words) {
  field.toggleAttribute("aria-invalid", Boolean(words));
  if (words) field.setAttribute("aria-invalid", "true");
  document.getElementById("message_error").textContent = words;
}

document.addEventListener("input", ({ target }) => {
  if (target !== box()) return;
  written(target);
  if (Date.now() - told > TYPING_EVERY && tell({ typing: true })) told = Date.now();
});
document.addEventListener("keydown", (event) => {
  if (event.target !== box() || event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "compose") return;
  event.preventDefault();
  submit();
  box().focus();
});

hear("typing", ({ typing: who }) => {
  typingWords.textContent = typingWords.dataset.words.replace("{name}", who);
  typing.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (typing.hidden = true), TYPING_SHOWN);
});
document.addEventListener("heard", ({ detail }) => detail && detail.dataset.side !== "customer" && (typing.hidden = true));
