// Which part of the desk is shown where there is not room for all: main.desk[data-side], and the buttons that go there.

const desk = document.querySelector("main[data-side]");

export function show(side) {
  desk.dataset.side = side;
  mark();
}

// Beside the conversation there is always the journey or the details: details, unless the journey was chosen.
function mark() {
  const { side } = desk.dataset;
  for (const tab of document.querySelectorAll(".dock [data-go]")) current(tab, tab.dataset.go === side);
  for (const tab of document.querySelectorAll(".side-tabs [data-go]")) {
    current(tab, (tab.dataset.go === "journey") === (side === "journey"));
  }
}

export function current(tab, is) {
  if (is) tab.setAttribute("aria-current", "true");
  else tab.removeAttribute("aria-current");
}

document.addEventListener("click", ({ target }) => {
  const tab = target.closest("[data-go]");
  if (tab) show(tab.dataset.go);
});
document.addEventListener("selected", mark);
