// A task that is left with half a message shows it in the list; one that is come back to does not any more.

import { flush } from "./draft.js";
import { look } from "./watch.js";

const written = () => Boolean(document.getElementById("message")?.value);
let left = false;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id === "work") left = written();
});
document.addEventListener("selected", async () => {
  if (!left && !written()) return;
  await flush();
  look("#tasks");
});
