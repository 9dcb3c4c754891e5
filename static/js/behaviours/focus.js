// A look that draws a pane anew leaves the focus on the button or link of the same name. What has an id, as fields
// have, htmx finds again by that.

import { isLook } from "./doorbell.js";

const named = (element) => element.getAttribute("aria-label") ?? element.textContent.trim();
let name = "";

document.addEventListener("htmx:beforeSwap", ({ detail: { target, requestConfig } }) => {
  const focused = document.activeElement;
  name = isLook(requestConfig?.triggeringEvent) && !focused.id && target.contains(focused) ? named(focused) : "";
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (!name || document.activeElement !== document.body) return;
  const alike = [...target.querySelectorAll("a[href], button")].find((element) => named(element) === name);
  alike?.focus({ preventScroll: true });
});
