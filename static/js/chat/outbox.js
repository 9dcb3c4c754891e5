// What is to be sent, kept in this browser until the server has it: it survives a reload, a lost line and a lost
// server, and is stored once whatever number of times it is sent, for it carries a UUID of its own.

import { hear, isConnected, tell } from "./socket.js";
import { browser } from "./store.js";
import { request } from "./sync.js";
import { mark, showUnsent } from "./transcript.js";

const LATE = 10000;
const page = document.body.dataset;
const prefix = `chat:${page.conversation}:out:`;
let last = 0;

export function send(text) {
  const entry = { uuid: newUuid(), text, at: (last = Math.max(last + 1, Date.now())) };
  browser.keep(prefix + entry.uuid, JSON.stringify(entry));
  showUnsent(entry);
  transmit(entry);
}

export function unsent() {
  return browser
    .keys(prefix)
    .map((key) => JSON.parse(browser.kept(key)))
    .sort((one, other) => one.at - other.at);
}

// Everything that waits, in its order; what was refused only when the customer says so.
export async function sendAll() {
  for (const entry of unsent()) {
    showUnsent(entry);
    if (entry.why || !document.getElementById("compose")) mark(entry.uuid, "failed", entry);
    else await transmit(entry);
  }
}

async function transmit({ uuid, text }) {
  mark(uuid, "sending");
  setTimeout(() => browser.kept(prefix + uuid) && mark(uuid, "failed"), LATE);
  if (isConnected()) tell({ say: { uuid, text } });
  else await post(uuid, text);
}

async function post(uuid, text) {
  const form = document.getElementById("compose");
  if (!form) return;
  const body = new FormData(form);
  body.set("uuid", uuid);
  body.set("text", text);
  const answer = await request(page.messages, { method: "POST", body }).catch(() => null);
  if (answer?.ok || answer?.status === 409) settle(await answer.json());
}

function settle({ said, seq, refused, why }) {
  if (said) {
    browser.forget(prefix + said);
    mark(said, "sent", { seq });
  } else if (refused && browser.kept(prefix + refused)) {
    const entry = JSON.parse(browser.kept(prefix + refused));
    browser.keep(prefix + refused, JSON.stringify({ ...entry, why }));
    mark(refused, "failed", { why });
  }
}

function tryAgain(line) {
  const kept = browser.kept(prefix + line.dataset.uuid);
  if (!kept) return;
  const { why, ...entry } = JSON.parse(kept);
  browser.keep(prefix + entry.uuid, JSON.stringify(entry));
  transmit(entry);
}

// crypto.randomUUID is there on https and localhost only.
function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

hear("said", settle);
hear("refused", settle);
hear("message", ({ message }) => browser.forget(prefix + message.uuid));
document.addEventListener("click", ({ target }) => target.closest("[data-again]") && tryAgain(target.closest("li")));
