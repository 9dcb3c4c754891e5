// What is to be sent, kept in this browser until the server has it: it survives a reload, a lost line and a lost
// server, and is stored once whatever number of times it is sent, for it carries a UUID of its own.

import { unsentUnder } from "../chat/unsent.js";
import { hear, tell } from "./socket.js";
import { toast } from "./toast.js";
import { has, mark, showUnsent } from "./transcript.js";

const LATE = 10000;
const box = unsentUnder(`out:${document.body.dataset.agent}:`);

// task and activity as in #compose.
export function send({ task, activity }, text) {
  const entry = box.add({ task: Number(task), activity, text });
  showUnsent(entry);
  transmit(entry);
}

// Of one conversation, or of all; oldest first.
export const unsent = (activity) => box.all().filter((entry) => !activity || entry.activity === activity);

function transmit({ uuid, task, text }) {
  mark(uuid, "sending");
  tell({ say: { task, uuid, text } });
  setTimeout(() => box.kept(uuid) && mark(uuid, "failed"), LATE);
}

// Everything that waits, in its order; what was refused only when the agent says so.
function sendAll() {
  draw();
  unsent().filter((entry) => !entry.why).forEach(transmit);
}

// In the conversation that is looked at.
function draw() {
  for (const entry of unsent(document.getElementById("compose")?.dataset.activity || "none")) {
    if (has(entry.uuid)) box.forget(entry.uuid);
    else showUnsent(entry);
    if (entry.why) mark(entry.uuid, "failed", entry);
  }
}

function said({ said: uuid }) {
  box.forget(uuid);
  mark(uuid, "sent");
}

function refused({ refused: uuid, why }) {
  const entry = box.refused(uuid, why);
  if (!entry) return;
  mark(uuid, "failed", entry);
  if (entry.activity !== document.getElementById("compose")?.dataset.activity) toast(why);
}

function tryAgain(line) {
  const entry = box.again(line.dataset.uuid);
  if (entry) transmit(entry);
}

hear("said", said);
hear("refused", refused);
hear("message", ({ message }) => box.forget(message.uuid));
hear("opened", sendAll);
document.addEventListener("selected", draw);
document.addEventListener("click", ({ target }) => target.closest("[data-again]") && tryAgain(target.closest("li")));
