// The conversation that is looked at: lines arrive by push; what the socket did not bring is asked for. What the
// customer said counts as seen when it is on the screen.

import "../chat/viewer.js";
import { get } from "./post.js";
import { hear, tell } from "./socket.js";
import { drawn, markSeen, reached, show, tidy } from "./transcript.js";

const TYPING_SHOWN = 5000;
const UP = -80; // column-reverse: 0 is at the last words
const talk = () => document.getElementById("messages");
const newer = () => document.getElementById("newer");
const isMine = () => talk()?.dataset.mine === "yes";
let told = "";
let fading;

async function catchUp() {
  if (!talk()) return;
  const { activity, after } = talk().dataset;
  const from = reached();
  const answer = await get(`${after}?after=${from}`);
  if (!answer?.ok || talk()?.dataset.activity !== activity) return;
  const lines = drawn(await answer.text()).filter((line) => line.dataset.seq);
  if (lines.length && Number(lines[0].dataset.seq) > from + 1) return document.dispatchEvent(new Event("look-work"));
  lines.forEach(show);
  read();
}

function heard({ message }) {
  if (talk()?.dataset.activity !== String(message.activity)) return;
  drawn(message.html).forEach(show);
  if (reached() < message.seq) catchUp();
  if (message.side === "customer") {
    hideTyping();
    if (talk().scrollTop < UP) newer().hidden = false;
  }
  read();
}

export function read() {
  if (!isMine() || document.hidden || talk().scrollTop < UP) return;
  newer().hidden = true;
  const words = { seen: { task: Number(talk().dataset.task), seq: reached() } };
  if (JSON.stringify(words) !== told && tell(words)) told = JSON.stringify(words);
}

function typing({ typing: { activity } }) {
  if (talk()?.dataset.activity !== String(activity)) return;
  talk().querySelector("[data-typing]").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(hideTyping, TYPING_SHOWN);
}

function hideTyping() {
  const dots = talk()?.querySelector("[data-typing]");
  if (dots) dots.hidden = true;
}

function missing(last) {
  if (talk() && last > reached()) catchUp();
}

hear("message", heard);
hear("typing", typing);
hear("seen", ({ seen }) => talk()?.dataset.activity === String(seen.activity) && markSeen(seen.seq));
hear("tick", ({ talk: last }) => missing(last));
hear("watching", ({ talk: last }) => {
  told = "";
  missing(last);
  read();
});
document.addEventListener("look-talk", catchUp);
for (const event of ["visibilitychange", "selected"]) document.addEventListener(event, read);
document.addEventListener("scroll", ({ target }) => target === talk() && read(), { capture: true, passive: true });
document.addEventListener("htmx:afterSettle", ({ target }) => talk()?.contains(target) && tidy());
document.addEventListener("click", ({ target }) => {
  if (target.closest("#newer")) talk().scrollTo({ top: 0 });
});
