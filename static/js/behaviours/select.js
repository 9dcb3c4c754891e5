// Selecting a task: the rail marks it, the address names it, focus stays where it is. A task that is gone says so in
// the work area, and the lists look again.

import { hear } from "./socket.js";
import { toast } from "./toast.js";
import { at } from "./watch.js";
import { current, show } from "./tabs.js";

const GONE_FOR = 1500;
const work = document.getElementById("work");
let shown = at().task;
let newest = null;
let pressed = false; // what the newest asks for is an act, such as Accept, and not only a look

export const reselect = () => htmx.ajax("GET", location.pathname + location.search, { target: "#work", swap: "innerHTML" });

function mark() {
  for (const row of document.querySelectorAll("[data-rail] [data-task]")) current(row, row.dataset.task === at().task);
}

function selected() {
  mark();
  document.dispatchEvent(new Event("selected"));
  const missed = document.getElementById("missed");
  if (at().task !== shown || missed) show(at().task || missed ? "comm" : "rail");
  shown = at().task;
  sayWhy(document.getElementById("why"));
  if (document.activeElement === document.body || !document.activeElement.checkVisibility()) {
    document.querySelector("#communication, #details")?.focus({ preventScroll: true });
  }
}

// On a phone the list of tasks lies over the words.
function sayWhy(why) {
  if (!why) return;
  if (why.checkVisibility()) document.getElementById("announcer").textContent = why.textContent;
  else toast(why.textContent);
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if ("rail" in detail.elt.dataset && at().task) detail.parameters.set("task", at().task);
});
// Of two tasks selected quickly the later one counts, whichever answer comes first. And while it is on its way, the
// one still shown is not to be pressed by mistake.
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (detail.target !== work) return;
  newest = detail.xhr;
  pressed = detail.requestConfig.verb !== "get";
  work.inert = Boolean(detail.elt.closest("[data-rail]"));
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target !== work || !detail.xhr) return;
  if (detail.xhr.status === 404) Object.assign(detail, { shouldSwap: true, isError: false });
  if (detail.xhr !== newest) detail.shouldSwap = false;
  else work.inert = false;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr !== newest) return;
  work.inert = false;
  pressed = false;
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target === work) selected();
  else if (detail.target?.closest("[data-rail]")) mark();
});
document.addEventListener("htmx:historyRestore", selected);
document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());
// The bell of their own Accept may ring before its answer comes, which brings everything, and the pen into its field.
document.addEventListener("look-work", () => pressed || reselect());
// Whoever closes it themselves is on the way to the next one by then.
hear("gone", ({ gone }) => setTimeout(() => String(gone) === at().task && reselect(), GONE_FOR));
