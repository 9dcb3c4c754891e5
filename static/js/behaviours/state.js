// State and offer, as the server draws them into #state and #offer. Each look says what is shown already, so that
// nothing is drawn anew under a finger. The first Ready unlocks notifications; sound is unlocked by the press itself.
// Of two quick presses the second is sent when the first is answered, so that the server hears the last one last.

import { ask } from "./switches.js";

const shown = () => document.querySelector("#state [data-shown]")?.dataset.shown;
export const slot = () => document.querySelector("#offer [data-slot]")?.dataset.slot || "";

document.addEventListener("htmx:configRequest", ({ detail: { elt, parameters } }) => {
  if (elt.id !== "state") return;
  parameters.set("shown", shown());
  parameters.set("slot", slot());
});

let sending = null;
let next = null;
function wait(event) {
  const { elt, verb } = event.detail;
  if (verb !== "post" || !elt.closest("#state") || !sending) return;
  event.preventDefault();
  next = elt.id;
}
function answered(requestConfig) {
  if (!sending || requestConfig !== sending) return;
  const id = next;
  sending = next = null;
  if (id) document.getElementById(id)?.click();
}
document.addEventListener("htmx:confirm", wait);
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, requestConfig } }) => {
  if (requestConfig.verb === "post" && elt.closest("#state")) sending = requestConfig;
});
document.addEventListener("htmx:afterSettle", ({ detail }) => answered(detail.requestConfig));
document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig, xhr } }) => xhr.status === 200 || answered(requestConfig));

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-ready]")) ask("notifications");
  if (target.closest("#reasons button")) document.getElementById("reasons").hidePopover();
});
// Nothing in progress: the answer to Log out is a form that sends itself.
document.addEventListener("htmx:load", ({ target }) => {
  const form = target.parentElement?.querySelector("form[data-at-once]");
  if (form && !form.dataset.logout) form.requestSubmit();
});
