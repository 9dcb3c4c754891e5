// The page in parts: when the chat stands otherwise, it asks for itself and puts in what became different.
// Forms with data-swap are sent without leaving the page; without a script they work all the same.

import { request } from "./sync.js";
import { restore } from "./composer.js";

const part = (root, name) => root.querySelector(`[data-part="${name}"]`);
const emit = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
let asked = 0;

async function standing({ detail: { state, agent, line } }) {
  if (part(document, "who").dataset.kind !== `${state} ${agent}`) return renew(request(location.pathname));
  if (line) put(part(document, "line"), line);
}

async function renew(asking, always = "") {
  const turn = (asked += 1);
  const answer = await asking.catch(() => null);
  if (answer?.status === 403) return location.reload();
  if (!answer?.ok && answer?.status !== 422) return emit("contact", "gone");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!part(page, "foot")) return location.reload();
  if (turn !== asked) return;
  document.title = page.title;
  for (const old of document.querySelectorAll("[data-part]")) swap(old, part(page, old.dataset.part), always);
  restore();
  emit("swapped");
}

function swap(old, fresh, always) {
  const field = old.querySelector("textarea");
  if (old.dataset.kind === fresh.dataset.kind && old.dataset.part !== always) {
    if (field) field.placeholder = fresh.querySelector("textarea").placeholder;
    return;
  }
  const focused = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (focused) fresh.querySelector("button, a, input, textarea")?.focus();
}

function put(place, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  place.replaceChildren(template.content);
}

document.addEventListener("standing", standing);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("swap" in form.dataset)) return;
  event.preventDefault();
  renew(request(form.action, { method: "POST", body: new FormData(form) }), "foot");
});
