// 2,000 characters, said beside the field and never cut (R50): <textarea name="text" data-limit="2000">, a counter
// [data-count="text"] in its form, and words in the element that aria-describedby names first.

import { count, isTooLong, length } from "../chat/count.js";
import { word } from "./words.js";

const language = document.documentElement.lang;

function check(field) {
  const over = isTooLong(field);
  if (!over && !("over" in field.dataset)) return;
  const limit = Number(field.dataset.limit);
  const values = { n: (length(field.value) - limit).toLocaleString(language), limit: limit.toLocaleString(language) };
  const words = document.getElementById(field.getAttribute("aria-describedby")?.split(" ")[0]);
  if (words) words.textContent = over ? word("over", values) : "";
  if (over) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  if (over) field.dataset.over = "";
  else delete field.dataset.over;
}

document.addEventListener("input", ({ target }) => target.dataset?.limit && check(target));
document.addEventListener("htmx:load", ({ target }) => {
  for (const field of target.querySelectorAll("[data-limit]")) {
    count(field);
    if (field.value) check(field);
  }
});
