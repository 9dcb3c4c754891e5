// <details data-unfolds id="…">: what the reader has opened is opened again when its pane is drawn anew. Esc and a press
// beside it close it.

const opened = new Set();
const all = () => document.querySelectorAll("details[data-unfolds][open]");

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!("unfolds" in target.dataset)) return;
    if (target.open) opened.add(target.id);
    else if (target.isConnected) opened.delete(target.id);
  },
  true,
);
document.addEventListener("htmx:load", () => {
  for (const id of opened) {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }
});
document.addEventListener("keydown", (event) => {
  const details = event.key === "Escape" && event.target.closest?.("details[data-unfolds][open]");
  if (!details) return;
  details.open = false;
  details.querySelector("summary").focus();
  event.stopPropagation();
});
document.addEventListener("pointerdown", ({ target }) => {
  for (const details of all()) if (!details.contains(target)) details.open = false;
});
