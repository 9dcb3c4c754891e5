// Files on their way into a conversation: chosen, dropped or pasted they stand in the tray of the composer, go with Send,
// and leave the tray as messages. What is refused says why; what failed can be sent again and is stored once.

import { drop } from "./drop.js";
import { upload } from "./upload.js";
import { newUuid } from "./unsent.js";

const MOST = 10 << 20;
const trays = new Map(); // conversation → its files: {uuid, file, state: ready | sending | failed | refused, part, why}
const form = () => document.getElementById("compose");
const tray = () => form()?.querySelector("[data-tray]");
const here = () => form()?.dataset.activity ?? "";
const inTray = (conversation) => trays.get(conversation) || [];

// What Send would send, or has not sent yet.
export const unsentFiles = (conversation = here()) => inTray(conversation).filter(({ state }) => state !== "refused");

export async function sendFiles() {
  const conversation = here();
  const target = form();
  for (const entry of inTray(conversation).filter(({ state }) => state === "ready")) await transmit(entry, conversation, target);
}

function choose(files) {
  const accepted = form().querySelector("[data-files]").accept.split(",");
  const { tooLarge, otherKind } = tray().dataset;
  const entries = [...files].map((file) => {
    const why = file.size > MOST ? tooLarge : file.type && !accepted.includes(file.type) ? otherKind : "";
    return { uuid: newUuid(), file, state: why ? "refused" : "ready", part: 0, why };
  });
  trays.set(here(), [...inTray(here()), ...entries]);
  draw();
  form().querySelector("textarea").focus();
}

async function transmit(entry, conversation, target) {
  become(entry, "sending");
  const { status, answer } = await upload(target, entry, () => progress(entry));
  if (status === 200) {
    remove(entry, conversation);
    document.dispatchEvent(new Event("look-talk"));
  } else if (status === 409 && !["too_fast", "busy"].includes(answer.code)) become(entry, "refused", answer.why);
  else become(entry, status === 413 ? "refused" : "failed", status === 413 ? tray()?.dataset.tooLarge : answer?.why);
}

function become(entry, state, why = "") {
  Object.assign(entry, { state, why, part: 0 });
  draw();
}

function remove(entry, conversation = here()) {
  trays.set(conversation, inTray(conversation).filter((other) => other !== entry));
  draw();
}

function draw() {
  if (!tray()) return;
  tray().hidden = !inTray(here()).length;
  tray().replaceChildren(...inTray(here()).map(item));
}

function item(entry) {
  const { file, state, why, uuid } = entry;
  const made = form().querySelector("[data-tray-item]").content.firstElementChild.cloneNode(true);
  made.dataset.file = uuid;
  made.querySelector("[data-name]").textContent = file.name;
  made.querySelector("[data-why]").textContent = why || (state === "failed" ? tray().dataset.failed : "");
  made.querySelector("progress").value = entry.part;
  made.querySelector("progress").hidden = state !== "sending";
  made.querySelector("[data-resend]").hidden = state !== "failed";
  made.querySelector("[data-remove]").hidden = state === "sending";
  for (const named of made.querySelectorAll("[aria-label]")) named.ariaLabel = named.ariaLabel.replace("{name}", file.name);
  return made;
}

function progress({ uuid, part }) {
  const bar = tray()?.querySelector(`[data-file="${uuid}"] progress`);
  if (bar) bar.value = part;
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-choose]")) form().querySelector("[data-files]").click();
  const entry = inTray(here()).find(({ uuid }) => uuid === target.closest("[data-file]")?.dataset.file);
  if (target.closest("[data-remove]")) remove(entry);
  else if (target.closest("[data-resend]")) transmit(entry, here(), form());
  else return;
  form().querySelector("textarea").focus();
});
document.addEventListener("change", ({ target }) => {
  if (!("files" in target.dataset)) return;
  choose(target.files);
  target.value = "";
});
for (const event of ["selected", "swapped"]) document.addEventListener(event, draw);
addEventListener("beforeunload", (event) => [...trays.keys()].some((one) => unsentFiles(one).length) && event.preventDefault());
drop((files) => form() && choose(files));
