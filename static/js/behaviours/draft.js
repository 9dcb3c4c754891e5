// Keeps what is typed and not saved (R51): here at once, on the server within a second.
//
// How to use it: <textarea data-draft="request-42:title">. The server puts drafts.of(agent, …) into the field when it
// draws it; what has not reached the server yet is put back from here. A view that has saved the field (or dropped what
// was typed) forgets the draft on its side and answers with the header HX-Trigger:
// {"saved": {"drafts": ["request-42:title"]}}; then it is forgotten here as well. Scripts call keep() and forget().

import { browser } from "../chat/store.js";
import { post } from "./post.js";

const WAIT = 700;
const AGAIN = 5000;
const RECENT = 10000;
const prefix = `draft:${document.body.dataset.agent}:`;
const timers = new Map();
const sending = new Map();

export const kept = (key) => JSON.parse(browser.kept(prefix + key) || "null");

export function keep(key, text) {
  if ((kept(key)?.text ?? "") === text) return;
  browser.keep(prefix + key, JSON.stringify({ text, stored: false }));
  soon(key, WAIT);
}

export function forget(key) {
  clearTimeout(timers.get(key));
  timers.delete(key);
  browser.forget(prefix + key);
}

// Everything that is still on its way; true when the server has it all.
export async function flush() {
  const answers = await Promise.all([...timers.keys()].map(store));
  return answers.every(Boolean);
}

// Nothing is on its way any more: what is asked of the server now is not overtaken by what was typed before.
export async function settled() {
  await flush();
  await Promise.all(sending.values());
}

function soon(key, wait) {
  if (!timers.has(key)) timers.set(key, setTimeout(store, wait, key));
}

// One after another for each field, so that an older text never arrives last.
function store(key) {
  clearTimeout(timers.get(key));
  timers.delete(key);
  sending.set(key, send(key, sending.get(key)));
  return sending.get(key);
}

async function send(key, before) {
  await before;
  const draft = kept(key);
  if (!draft || draft.stored) return true;
  const [record, field] = key.split(":");
  const answer = await post(document.body.dataset.drafts, { record, field, text: draft.text });
  settle(key, draft.text, answer);
  return Boolean(answer?.ok);
}

function settle(key, text, answer) {
  if (!answer || answer.status >= 500) return soon(key, AGAIN);
  // Saved while this was on its way: the server's copy goes, too.
  const [record, field] = key.split(":");
  if (answer.ok && text && !kept(key)) return post(document.body.dataset.drafts, { record, field, text: "" });
  if (!answer.ok || kept(key)?.text !== text) return;
  if (text) browser.keep(prefix + key, JSON.stringify({ text, stored: Date.now() }));
  else browser.forget(prefix + key);
  document.dispatchEvent(new CustomEvent("drafted", { detail: key }));
}

// What the server has is in the field already; what it has not is put back, as if it were typed again. So is what it
// got only just now: the page may have been drawn a moment before that.
function restore(root) {
  for (const field of [root, ...root.querySelectorAll("[data-draft]")].filter(({ dataset }) => dataset.draft)) {
    const key = field.dataset.draft;
    const draft = kept(key);
    if (draft?.stored && draft.stored < Date.now() - RECENT) browser.forget(prefix + key);
    if (!kept(key)) continue;
    if (!draft.stored) soon(key, WAIT);
    if (draft.text === field.value) continue;
    field.value = draft.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// Signing out leaves nothing in this browser that the server has.
async function clear(event) {
  const form = event.target;
  if (!("logout" in form.dataset) || form.dataset.logout) return;
  event.preventDefault();
  await Promise.race([settled(), new Promise((done) => setTimeout(done, 2000))]);
  for (const name of browser.keys(prefix)) if (JSON.parse(browser.kept(name)).stored) browser.forget(name);
  form.dataset.logout = "ready";
  setTimeout(() => form.requestSubmit(event.submitter)); // not within this very submission
}

document.addEventListener("input", ({ target }) => {
  if (target.dataset?.draft) keep(target.dataset.draft, target.value);
});
document.addEventListener("focusout", ({ target }) => target.dataset?.draft && flush());
document.addEventListener("htmx:load", ({ target }) => restore(target));
document.addEventListener("saved", ({ detail }) => (detail.drafts || []).forEach(forget));
document.addEventListener("submit", clear);
