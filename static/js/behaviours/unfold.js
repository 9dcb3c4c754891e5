// <details data-unfolds id="…">: what the reader has opened is opened again when its pane is drawn anew.

const opened = new Set();

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
