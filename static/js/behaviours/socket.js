// The desk's one socket: connects, connects again, notices silence. Whoever wants to hear says for which word;
// the words are at the head of caredesk/consumers/desk.py, and here are two more: opened, lost.

const AGAIN = 500;
const LONGEST = 10000;
const SILENCE = 40000; // the server ticks every 15 seconds
const PATIENCE = 10000;
const ENDED = [4401, 4403]; // signed out, no agent: the server says where to go

const ears = {};
let socket = null;
let failures = 0;
let heardAt = 0;
let retry;
let alarm;

export const hear = (word, ear) => (ears[word] ||= []).push(ear);
export const isOpen = () => socket?.readyState === WebSocket.OPEN;

export function tell(words) {
  if (isOpen()) socket.send(JSON.stringify(words));
  return isOpen();
}

export function connect() {
  drop();
  socket = new WebSocket(address());
  socket.onopen = () => say("opened", {});
  socket.onmessage = ({ data }) => heard(JSON.parse(data));
  socket.onclose = ({ code }) => (ENDED.includes(code) ? location.reload() : lost());
  expect(PATIENCE);
}

function address() {
  const url = new URL(document.body.dataset.socket, location);
  url.protocol = url.protocol.replace("http", "ws");
  if ("framed" in document.documentElement.dataset) url.searchParams.set("framed", "1");
  return url;
}

function heard(words) {
  heardAt = Date.now();
  failures = 0;
  expect(SILENCE);
  for (const word of Object.keys(words)) say(word, words);
}

const say = (word, words) => ears[word]?.forEach((ear) => ear(words));

function lost() {
  drop();
  retry = setTimeout(connect, Math.min(LONGEST, AGAIN * 2 ** failures) * (0.5 + Math.random() / 2));
  failures += 1;
  say("lost", {});
}

function expect(milliseconds) {
  clearTimeout(alarm);
  alarm = setTimeout(lost, milliseconds);
}

function drop() {
  clearTimeout(alarm);
  clearTimeout(retry);
  if (!socket) return;
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close();
  socket = null;
}

// Woken up: timers slept as well, and after a sleep a dead socket looks open. It must answer, or it is replaced.
function wake() {
  if (document.visibilityState === "hidden") return;
  if (!isOpen() || Date.now() - heardAt > SILENCE) connect();
  else if (Date.now() - heardAt > PATIENCE) say("opened", {}), expect(PATIENCE);
}

addEventListener("online", wake);
addEventListener("offline", lost);
addEventListener("pageshow", ({ persisted }) => persisted && connect());
document.addEventListener("visibilitychange", wake);
