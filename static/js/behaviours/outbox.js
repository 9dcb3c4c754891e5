// What is to be sent, kept in this browser until the server has it: it survives a reload, a lost line and a lost
// server, and is stored once whatever number of times it is sent, for it carries a UUID of its own.

import { browser } from "../chat/store.js";
import { hear, tell } from "./socket.js";
import { toast } from "./toast.js";
import { has, mark, showUnsent } from "./transcript.js";

const LATE = 10000;
const prefix = `out:${document.body.dataset.agent}:`;
let last = 0;

// task and activity as in #compose.
export function send({ task, activity }, text) {
  const entry = { uuid: newUuid(), task: Number(task), activity, text, at: (last = Math.max(last + 1, Date.now())) };
  keep(entry);
  showUnsent(entry);
  transmit(entry);
}

// Of one conversation, or of all; oldest first.
export function unsent(activity) {
  const entries = browser.keys(prefix).map((key) => JSON.parse(browser.kept(key)));
  return entries.filter((entry) => !activity || entry.activity === activity).sort((one, other) => one.at - other.at);
}

function transmit({ uuid, task, text }) {
  mark(uuid, "sending");
  tell({ say: { task, uuid, text } });
  setTimeout(() => browser.kept(prefix + uuid) && mark(uuid, "failed"), LATE);
}

// Everything that waits, in its order; what was refused only when the agent says so.
function sendAll() {
  draw();
  unsent().filter((entry) => !entry.why).forEach(transmit);
}

// In the conversation that is looked at.
function draw() {
  for (const entry of unsent(document.getElementById("compose")?.dataset.activity || "none")) {
    if (has(entry.uuid)) browser.forget(prefix + entry.uuid);
    else showUnsent(entry);
    if (entry.why) mark(entry.uuid, "failed", entry);
  }
}

function said({ said: uuid }) {
  browser.forget(prefix + uuid);
  mark(uuid, "sent");
}

function refused({ refused: uuid, why }) {
  const kept = browser.kept(prefix + uuid);
  if (!kept) return;
  const entry = { ...JSON.parse(kept), why };
  keep(entry);
  mark(uuid, "failed", entry);
  if (entry.activity !== document.getElementById("compose")?.dataset.activity) toast(why);
}

function tryAgain(line) {
  const kept = browser.kept(prefix + line.dataset.uuid);
  if (!kept) return;
  const { why, ...entry } = JSON.parse(kept);
  keep(entry);
  transmit(entry);
}

const keep = (entry) => browser.keep(prefix + entry.uuid, JSON.stringify(entry));

// crypto.randomUUID is there on https and localhost only.
function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

hear("said", said);
hear("refused", refused);
hear("message", ({ message }) => browser.forget(prefix + message.uuid));
hear("opened", sendAll);
document.addEventListener("selected", draw);
document.addEventListener("click", ({ target }) => target.closest("[data-again]") && tryAgain(target.closest("li")));
