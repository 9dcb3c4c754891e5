// The lines of the conversation: those with a number in its order, what is not stored yet below them.

const list = document.querySelector("#messages ol");
const draft = document.getElementById("message_draft");

let seenByAgent = 0;

const find = (uuid) => [...list.children].find((line) => line.dataset.uuid === uuid);
const numberOf = (line) => Number(line.dataset.seq || (line.dataset.uuid ? Infinity : 0));

export const has = (seq) => Boolean(list.querySelector(`[data-seq="${seq}"]`));
export const heardLines = () => [...list.querySelectorAll('[data-side="agent"]')].map(numberOf);

// A line as the server draws it; its own unsent copy makes room for it.
export function show({ seq, uuid, html }) {
  find(uuid)?.remove();
  if (has(seq)) return null;
  const template = document.createElement("template");
  template.innerHTML = html;
  const line = template.content.firstElementChild;
  place(line);
  markSeen(line.dataset.side === "agent" ? seq : seenByAgent); // who answers has read
  return line;
}

// A line of ours that the server does not have yet.
export function showUnsent({ uuid, text, at }) {
  if (find(uuid)) return;
  const line = draft.content.firstElementChild.cloneNode(true);
  line.dataset.uuid = uuid;
  line.querySelector("p").textContent = text;
  line.querySelector("time").dateTime = new Date(at).toISOString();
  place(line);
}

// sending, sent (then with its number) or failed (with the reason in words).
export function mark(uuid, state, { seq, why } = {}) {
  const line = find(uuid);
  if (!line || (line.dataset.seq && !seq)) return;
  line.dataset.state = state;
  if (why) line.querySelector("[data-why]").textContent = why;
  if (!seq) return;
  line.dataset.seq = seq;
  place(line);
}

export function markSeen(seq) {
  seenByAgent = Math.max(seenByAgent, seq);
  for (const line of list.querySelectorAll('[data-state="sent"][data-seq]')) {
    if (numberOf(line) <= seenByAgent) line.dataset.state = "seen";
  }
}

function place(line) {
  line.remove();
  const after = [...list.children].find((other) => numberOf(other) > numberOf(line));
  list.insertBefore(line, after || null);
  tidy();
}

// Said by the same side within the same minute: one block with one time. And links open beside the chat.
export function tidy() {
  let before = null;
  for (const line of list.children) {
    const block = line.dataset.side && line.dataset.side + line.querySelector("time").dateTime.slice(0, 16);
    line.classList.toggle("follows", Boolean(block) && block === before);
    before = block;
  }
  for (const link of list.querySelectorAll("p a:not([target])")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
}
