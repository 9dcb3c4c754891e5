// Keeps what is typed and not saved (R51): here at once, on the server within a second.
//
// How to use it: <textarea data-draft="request-42:title">. The server puts drafts.of(agent, …) into the field when it
// draws it; what has not reached the server yet is put back from here. A view that has saved the field (or dropped what
// was typed) forgets the draft on its side and answers with the header HX-Trigger:
// {"saved": {"drafts": ["request-42:title"]}}; then it is forgotten here as well. Scripts call keep() and forget().

import { post } from "./post.js";

const WAIT = 700;
const prefix = `draft:${document.body.dataset.agent}:`;
const waiting = new Map();

export const kept = (key) => JSON.parse(localStorage.getItem(prefix + key) || "null");

export function keep(key, text) {
  if (kept(key)?.text === text) return;
  localStorage.setItem(prefix + key, JSON.stringify({ text, stored: false }));
  if (!waiting.has(key)) waiting.set(key, setTimeout(store, WAIT, key));
}

export function forget(key) {
  clearTimeout(waiting.get(key));
  waiting.delete(key);
  localStorage.removeItem(prefix + key);
}

// Everything that is still on its way; true when the server has it all.
export async function flush() {
  const answers = await Promise.all([...waiting.keys()].map(store));
  return answers.every(Boolean);
}

async function store(key) {
  clearTimeout(waiting.get(key));
  waiting.delete(key);
  const { text } = kept(key) || {};
  if (text === undefined) return true;
  const [record, field] = key.split(":");
  const answer = await post(document.body.dataset.drafts, { record, field, text });
  if (answer?.ok && kept(key)?.text === text) localStorage.setItem(prefix + key, JSON.stringify({ text, stored: true }));
  if (!answer) waiting.set(key, setTimeout(store, 5000, key));
  return Boolean(answer?.ok);
}

// What the server has is in the field already; what it has not is put back, as if it were typed again.
function restore(root) {
  const fields = [root, ...root.querySelectorAll("[data-draft]")].filter((field) => field.dataset?.draft);
  for (const field of fields) {
    const draft = kept(field.dataset.draft);
    if (draft?.stored) localStorage.removeItem(prefix + field.dataset.draft);
    else if (draft && draft.text !== field.value && field !== document.activeElement) {
      field.value = draft.text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      waiting.has(field.dataset.draft) || waiting.set(field.dataset.draft, setTimeout(store, WAIT, field.dataset.draft));
    }
  }
}

// Signing out leaves nothing in this browser that the server has.
async function clear(event) {
  if (!event.target.matches("[data-logout]") || event.target.dataset.cleared) return;
  event.preventDefault();
  await Promise.race([flush(), new Promise((done) => setTimeout(done, 2000))]);
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith(prefix))) {
    if (JSON.parse(localStorage.getItem(name)).stored) localStorage.removeItem(name);
  }
  event.target.dataset.cleared = "yes";
  event.target.requestSubmit();
}

document.addEventListener("input", ({ target }) => {
  if (target.dataset.draft) keep(target.dataset.draft, target.value);
});
document.addEventListener("focusout", ({ target }) => target.dataset?.draft && flush());
document.addEventListener("htmx:load", ({ target }) => restore(target));
document.addEventListener("saved", ({ detail }) => (detail.drafts || []).forEach(forget));
document.addEventListener("submit", clear);
