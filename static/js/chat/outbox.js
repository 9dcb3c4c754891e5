// What is to be sent, kept in this browser until the server has it: it survives a reload, a lost line and a lost
// server, and is stored once whatever number of times it is sent, for it carries a UUID of its own.

import { hear, isConnected, tell } from "./socket.js";
import { request } from "./sync.js";
import { mark, showUnsent } from "./transcript.js";
import { unsentUnder } from "./unsent.js";

const LATE = 10000;
const page = document.body.dataset;
export const ofQueue = `chat:${page.queue}:`;
export const ofConversation = `${ofQueue}${page.conversation}:`;
const box = unsentUnder(`${ofConversation}out:`);
export const unsent = box.all;

export function send(text) {
  const entry = box.add({ text });
  showUnsent(entry);
  transmit(entry);
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
  setTimeout(() => box.kept(uuid) && mark(uuid, "failed"), LATE);
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
    box.forget(said);
    mark(said, "sent", { seq });
  } else if (refused && box.refused(refused, why)) mark(refused, "failed", { why });
}

function tryAgain(line) {
  const entry = box.again(line.dataset.uuid);
  if (entry) transmit(entry);
}

hear("said", settle);
hear("refused", settle);
hear("message", ({ message }) => box.forget(message.uuid));
document.addEventListener("click", ({ target }) => target.closest("[data-again]") && tryAgain(target.closest("li")));
