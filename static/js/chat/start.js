// The first form: what is typed survives a reload, and a second press of the button sends nothing.

import { count } from "./count.js";
import { tab } from "./store.js";

const form = document.querySelector("[data-start]");
const button = form.querySelector("button.go");
let sent = false;

for (const name of ["name", "email", "text"]) {
  const field = form.elements[name];
  const key = `chat-start:${form.dataset.start}:${name}`;
  field.value ||= tab.kept(key) || "";
  count(field);
  field.addEventListener("input", () => tab.keep(key, field.value));
}

form.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  busy(true);
});
// Where the customer came from is known on the first page only, and they may choose another language on it.
const { page } = form.elements;
page.value ||= tab.kept(`chat-start:${form.dataset.start}:page`) || "";
tab.keep(`chat-start:${form.dataset.start}:page`, page.value);

addEventListener("pageshow", () => busy(false));

function busy(yes) {
  sent = yes;
  button.toggleAttribute("aria-busy", yes);
  if (yes) button.setAttribute("aria-busy", "true");
}
