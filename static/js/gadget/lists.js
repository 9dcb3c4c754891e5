// Create is about whoever is shown while they are not stored yet (R115), else about somebody new.
//
// Open, Recent, Search: arrows go from tab to tab, as tabs do. The focus stays on the tab whose list was asked for.

import { at } from "../behaviours/watch.js";

const tabs = () => [...document.querySelectorAll("#customers [role=tab]")];
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id === "create_customer" && at().create) detail.path = at().create;
});
document.addEventListener("keydown", (event) => {
  if (event.target.role !== "tab" || !(event.key in STEPS)) return;
  event.preventDefault();
  const all = tabs();
  const next = all.at((all.indexOf(event.target) + STEPS[event.key]) % all.length);
  next.focus();
  next.click();
});
document.addEventListener("htmx:afterSettle", ({ detail: { target, elt, requestConfig } }) => {
  if (target?.id !== "customers" || requestConfig?.elt.role !== "tab") return;
  const field = document.querySelector("#customers [name=q]");
  if (field && elt.id !== "customers") field.focus();
});
