// "Ana is here": who else has the customer, request or activity of a pane in view, in its [data-here="request-42"].

import { hear } from "./socket.js";

let here = {};

function show() {
  for (const place of document.querySelectorAll("[data-here]")) {
    const [words, full] = here[place.dataset.here] ?? ["", ""];
    place.hidden = !words;
    place.title = full;
    const line = place.querySelector("span");
    if (line.textContent !== words) line.textContent = words;
  }
}

hear("here", (words) => {
  ({ here } = words);
  show();
});
hear("lost", () => {
  here = {};
  show();
});
document.addEventListener("htmx:load", show);
