// Keys: `?` shows them. Single letters can be switched off and do nothing in a field; F8 accepts everywhere, the offer
// first, else the task that is looked at.

import { isOn } from "./switches.js";

const FIELD = "input, textarea, select, [contenteditable]";
const rows = () => [...document.querySelectorAll("#tasks [data-task]")];
const accept = (where) => document.querySelector(`${where}[data-accept]:not(:disabled)`);
const current = () => document.querySelector("#tasks [aria-current]");

const letters = {
  j: () => step(1),
  k: () => step(-1),
  "/": find,
  "?": () => document.getElementById("keys").togglePopover(),
};

function find(event) {
  event.preventDefault();
  document.getElementById("find").select();
}

function step(by) {
  const all = rows();
  const place = all.indexOf(all.includes(document.activeElement) ? document.activeElement : current());
  const next = all[place < 0 ? (by > 0 ? 0 : all.length - 1) : place + by];
  next?.focus();
  next?.click();
}

// Out of the panes, to the list of tasks.
function back(event) {
  if (!event.target.closest?.("#work") || document.querySelector("dialog[open], [popover]:popover-open")) return;
  current()?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "F8") {
    event.preventDefault();
    if (!event.repeat) (accept("#offer ") || accept("#work "))?.click();
  } else if (event.key === "Escape") {
    back(event);
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches(FIELD) && isOn("keys")) {
    letters[event.key]?.(event);
  }
});
