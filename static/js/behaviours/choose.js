// What is chosen in the journey: its button is pressed, and looks and moves of the journey say so (R6).

export const chosen = () => document.querySelector("#details [data-chosen]")?.dataset.chosen;

function mark() {
  for (const button of document.querySelectorAll("#journey [data-record]")) {
    button.setAttribute("aria-pressed", String(button.dataset.record === chosen()));
  }
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  const asks = detail.elt.id === "journey" || detail.elt.closest("#move_menu");
  if (asks && chosen()) detail.parameters.set("selected", chosen());
});
document.addEventListener("htmx:afterSettle", ({ detail: { target, elt } }) => {
  if (target?.id !== "details" && target?.id !== "journey_content") return;
  mark();
  // "Back to current" is gone with the answer to it; the focus goes to what is current.
  if (target?.id === "details" && !elt.isConnected && document.activeElement === document.body) {
    document.querySelector("#journey [aria-current]")?.focus({ preventScroll: true });
  }
});
