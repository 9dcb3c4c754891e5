// The one socket of the page: connects, connects again, notices silence. Whoever wants to hear says for which word.
// Where sockets do not get through at all, the page goes on by asking (sync.js).

const AGAIN = 500;
const LONGEST = 8000;
const SILENCE = 40000; // the server ticks every 15 seconds
const PATIENCE = 6000;

const ears = {};
let socket = null;
let connected = false;
let finished = false;
let failures = 0;
let alarm;
let retry;

export const isConnected = () => connected;
export const hear = (word, ear) => (ears[word] ||= []).push(ear);

export function tell(words) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(words));
  return true;
}

export function connect() {
  drop();
  if (finished) return;
  socket = new WebSocket(address());
  socket.onopen = probe;
  socket.onmessage = ({ data }) => heard(JSON.parse(data));
  socket.onclose = lost;
  expect(PATIENCE);
}

// After a sleep a dead socket looks open: it must answer.
export function probe() {
  if (!socket) connect();
  else if (tell({ here: Number(document.body.dataset.last) })) expect(PATIENCE);
}

export function lost() {
  drop();
  const pause = Math.min(LONGEST, AGAIN * 2 ** failures) * (0.5 + Math.random() / 2);
  failures += 1;
  retry = setTimeout(connect, pause);
  ears.lost?.forEach((ear) => ear());
}

// Nothing more will come.
export function finish() {
  finished = true;
  drop();
}

function address() {
  const url = new URL(document.body.dataset.socket, location);
  url.protocol = url.protocol.replace("http", "ws");
  if ("framed" in document.documentElement.dataset) url.searchParams.set("framed", "1");
  return url;
}

function heard(words) {
  expect(SILENCE);
  if (words.watching) {
    connected = true;
    failures = 0;
  }
  for (const word of Object.keys(words)) ears[word]?.forEach((ear) => ear(words));
}

function expect(milliseconds) {
  clearTimeout(alarm);
  alarm = setTimeout(lost, milliseconds);
}

function drop() {
  clearTimeout(alarm);
  clearTimeout(retry);
  connected = false;
  if (!socket) return;
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close();
  socket = null;
}
