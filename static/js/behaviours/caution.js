// What a colleague changed is told, and shown only after Load (R52). Looks say which versions their pane was drawn
// with: <input type="hidden" data-loaded="request-42" value="3">, of the dialog with data-loads="PANE" while one is open.
// With what is typed, the version that it goes over is kept: <input type="hidden" data-over data-draft="…">.

import { isLook } from "./doorbell.js";
import { keep } from "./draft.js";
import { look } from "./watch.js";

const holder = (pane) => document.querySelector(`[data-loads="${pane.id}"]`) || pane;

document.addEventListener("htmx:configRequest", ({ detail: { elt, parameters, triggeringEvent } }) => {
  if (!isLook(triggeringEvent)) return;
  const held = holder(elt);
  const versions = [...held.querySelectorAll("[data-loaded]")].map(({ dataset, value }) => `${dataset.loaded}:${value}`);
  if (!versions.length) return;
  parameters.set("loaded", versions.join(" "));
  parameters.set("caution", held.querySelector("[data-caution]")?.dataset.caution ?? "");
  if (held !== elt) parameters.set("dialog", "1");
});
// A button that is being pressed is not replaced, but by the answer to it: any other would leave that without a place.
let asked = null;
const isPressed = (slot) => slot.contains(document.activeElement) || slot.querySelector(".htmx-request");
function hold({ detail }) {
  if ("requestConfig" in detail) asked = detail.requestConfig.elt;
  const { target } = detail;
  if (target?.querySelector?.(":scope > .caution") && isPressed(target) && !target.contains(asked)) detail.shouldSwap = false;
}

// What was refused is said where it can be seen.
function show({ detail: { target, requestConfig } }) {
  if (target?.querySelector?.(":scope > .caution") && !isLook(requestConfig?.triggeringEvent)) target.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:beforeSwap", hold);
document.addEventListener("htmx:afterSettle", show);
document.addEventListener("htmx:oobBeforeSwap", hold);
document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.draft) return;
  if ("over" in target.dataset) {
    // Typed over a version that is older than what was drawn now: perhaps there is something to tell.
    const pane = target.closest("[data-loads]")?.dataset.loads;
    look(pane ? document.getElementById(pane) : target.closest("[hx-trigger^=look]"));
    return;
  }
  const over = target.form?.querySelector("[data-over]");
  if (over?.value) keep(over.dataset.draft, over.value);
});
