// What the page shows is what the socket listens for. After each (re)connect, each selection and each tick the server
// says how everything stands; where that is not what is shown, panes look again. So no lost push does any harm.

import { hear, tell } from "./socket.js";

const EVERY = 3000;
const rail = () => document.querySelector("[data-desk-state]")?.dataset.deskState;
let told = "";
let back = false;
let pushed = false;
let live = true;

export const at = () => document.getElementById("at")?.dataset || {};
export function look(pane) {
  const found = typeof pane === "string" ? document.querySelector(pane) : pane;
  if (found) htmx.trigger(found, "look");
}

export function lookAtPanes() {
  document.querySelectorAll('#work [hx-trigger^="look"]').forEach(look);
}

function lookAtAll() {
  look("[data-rail]");
  look("#state");
  lookAtPanes();
  document.dispatchEvent(new Event("look-talk"));
}

function watch() {
  const names = [...document.querySelectorAll("[data-records]")].flatMap(({ dataset }) => dataset.records.split(" "));
  const records = [...new Set(names.filter(Boolean))].sort();
  const words = { watch: { task: Number(at().task) || null, look: Number(at().look) || null, records } };
  if (JSON.stringify(words) !== told && tell(words)) told = JSON.stringify(words);
}

function compare({ state, stamp, task }) {
  if (state !== rail() && !back) for (const list of ["[data-rail]", "#state"]) look(list);
  if (!stamp || (task && String(task) !== at().task) || stamp === at().stamp) return;
  // What they were told of since the last comparison they have looked at already.
  if (!pushed) lookAtPanes();
  at().stamp = stamp;
}

hear("opened", () => {
  told = "";
  watch();
});
hear("lost", () => (back = true));
hear("watching", (now) => {
  live = now.live;
  if (back) lookAtAll();
  pushed = back;
  compare(now);
  back = pushed = false;
});
hear("tick", ({ tick, stamp }) => {
  compare({ state: tick, stamp });
  pushed = false;
});
hear("changed", ({ changed }) => (pushed ||= Boolean(document.querySelector(`#work [data-records~="${changed}"]`))));
hear("live", (now) => {
  if (now.watching) return;
  live = now.live;
  lookAtAll();
});
setInterval(() => live || lookAtAll(), EVERY);
document.addEventListener("htmx:afterSettle", watch);
