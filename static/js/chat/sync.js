// Nothing is lost: what the socket did not bring is asked for. A gap in the numbers, a tick with a higher one and
// every new connection make the page look; while pushes or sockets do not come through, it looks every 3 seconds.

import { finish, hear, isConnected } from "./socket.js";
import { has, markSeen, show, tidy } from "./transcript.js";

const EVERY = 3000;
const GAP = 300;
const page = document.body.dataset;

const isOver = () => page.state === "ended";
let live = false;
let looking = null;

const emit = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

// Events on the document: contact (true: the server answers), standing (how the chat stands), heard (new
// lines; with the line if it was pushed).
export function look() {
  looking ||= ask().finally(() => (looking = null));
  return looking;
}

async function ask() {
  try {
    const answer = await request(`${page.messages}?after=${page.last}&seen=${page.read}`);
    if (answer.status === 403) location.reload();
    if (!answer.ok) throw new Error(answer.status);
    take(await answer.json());
    emit("contact", true);
  } catch {
    emit("contact", false);
  }
}

export function request(address, options = {}) {
  const headers = { "X-Caredesk-Framed": "framed" in document.documentElement.dataset ? "1" : "0" };
  return fetch(address, { ...options, headers });
}

function take({ messages, seq, seen, status }) {
  if (messages.length && messages[0].seq > Number(page.last) + 1) return location.reload();
  messages.forEach(show);
  reached(seq);
  markSeen(seen);
  emit("standing", status);
  emit("heard");
}

function reached(seq) {
  page.last = Math.max(Number(page.last), seq);
}

// A stored line, by push or by the answer to our own.
function stored(seq) {
  while (has(Number(page.last) + 1)) reached(Number(page.last) + 1);
  if (seq > Number(page.last)) setTimeout(() => seq > Number(page.last) && look(), GAP);
}

hear("watching", (words) => {
  live = words.live;
  markSeen(words.seen);
  emit("standing", words.status);
  emit("contact", true);
  if (words.seq > Number(page.last) || !live) look();
});
hear("message", ({ message }) => {
  const line = show(message);
  stored(message.seq);
  emit("heard", line);
});
hear("said", ({ seq }) => stored(seq));
hear("seen", ({ seen }) => typeof seen === "number" && markSeen(seen));
hear("status", ({ status, watching }) => watching || emit("standing", status));
hear("tick", ({ tick }) => {
  if (tick > Number(page.last)) look();
  else if (isOver()) finish();
});
hear("lost", () => emit("contact", false));

document.addEventListener("standing", ({ detail }) => (page.state = detail.state));
document.addEventListener("look-talk", look);
setInterval(() => isOver() || (isConnected() && live) || look(), EVERY);
if (isOver()) finish();
tidy();
