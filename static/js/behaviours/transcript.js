// The lines of the conversation: those with a number in its order, what is not stored yet below them.

const list = () => document.querySelector("#messages ol");
const lines = () => [...(list()?.children || [])];
const find = (uuid) => lines().find((line) => line.dataset.uuid === uuid);
const numberOf = (line) => Number(line.dataset.seq || (line.dataset.uuid ? Infinity : 0));

export const has = (uuid) => Boolean(find(uuid)?.dataset.seq);

// The last number up to which no line is missing.
export function reached() {
  const numbers = lines().map((line) => Number(line.dataset.seq)).filter(Boolean);
  let last = numbers[0] ?? 0;
  for (const number of numbers) if (number === last + 1) last = number;
  return last;
}

// A line as the server draws it; its own unsent copy makes room for it.
export function show(line) {
  if (!line.dataset.seq || list().querySelector(`[data-seq="${line.dataset.seq}"]`)) return;
  find(line.dataset.uuid)?.remove();
  place(line);
}

export function drawn(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

// A line of ours that the server does not have yet.
export function showUnsent({ uuid, text, at }) {
  if (!list() || find(uuid)) return;
  const line = document.getElementById("message_draft").content.firstElementChild.cloneNode(true);
  line.dataset.uuid = uuid;
  line.querySelector("p").textContent = text;
  const time = line.querySelector("time");
  time.dateTime = new Date(at).toISOString();
  time.textContent = new Date(at).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  place(line);
}

// sending, sent (until the server's own line comes) or failed (with the reason in words).
export function mark(uuid, state, { why } = {}) {
  const line = find(uuid);
  if (!line || line.dataset.seq) return;
  line.dataset.state = state;
  if (why) line.querySelector("[data-why]").textContent = why;
}

export function markSeen(seq) {
  for (const line of lines()) if (line.dataset.state === "sent" && numberOf(line) <= seq) line.dataset.state = "seen";
}

function place(line) {
  const after = lines().find((other) => numberOf(other) > numberOf(line));
  list().insertBefore(line, after || null);
  tidy();
}

// Said by the same side within the same minute: one block with one time.
export function tidy() {
  let before = null;
  for (const line of lines()) {
    const block = line.dataset.side && line.dataset.side + line.querySelector("time").dateTime.slice(0, 16);
    line.classList.toggle("follows", Boolean(block) && block === before);
    before = block;
  }
}
