// A push says which record changed; here it becomes the DOM event that panes name in hx-trigger. A little later, so
// that a hundred desks do not ask in the same instant (unless it is this agent's own desk, where an offer is waiting for
// nobody else), and no pane looks more than once a second: the last look is run.

import { hear } from "./socket.js";
import { look } from "./watch.js";

const JITTER = 200;
const EVERY = 1000;
const looked = new WeakMap();
const later = new WeakMap();

export const isLook = (event) => event?.type === "look" || Boolean(event?.type.startsWith("changed:"));

hear("changed", ({ changed, version }) => {
  const ring = () => document.body.dispatchEvent(new CustomEvent(`changed:${changed}`, { detail: { version } }));
  if (changed === `${document.body.dataset.bell}-${document.body.dataset.user}`) ring();
  else setTimeout(ring, Math.random() * JITTER);
  if (document.querySelector(`[data-rail] [data-records~="${changed}"]`)) look("[data-rail]");
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (!isLook(requestConfig.triggeringEvent)) return;
  const wait = (looked.get(elt) || 0) + EVERY - Date.now();
  if (wait <= 0) return looked.set(elt, Date.now());
  event.preventDefault();
  clearTimeout(later.get(elt));
  later.set(elt, setTimeout(() => elt.isConnected && look(elt), wait));
});
