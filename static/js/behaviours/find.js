// Search customers: what Enter in #find has found is shown in #found. Arrows go through the finds, Esc and a click
// elsewhere close it, and whoever is chosen is shown on the desk.

const field = document.getElementById("find");
const found = document.getElementById("found");
const finds = () => [...found.querySelectorAll("[data-find]")];

function step(event) {
  const all = [field, ...finds()];
  const at = all.indexOf(event.target);
  const next = { ArrowDown: all[at + 1], ArrowUp: all[at - 1] }[event.key];
  if (at < 0 || !next || !found.matches(":popover-open")) return;
  event.preventDefault();
  next.focus({ focusVisible: true });
}

document.addEventListener("htmx:afterSettle", ({ detail: { target, requestConfig } }) => {
  if (target?.id === "found_list") found.showPopover();
  if (target?.id === "work" && requestConfig?.elt.closest("#found")) document.getElementById("communication").focus({ preventScroll: true });
});
document.addEventListener("click", ({ target }) => target.closest?.("[data-find]") && found.contains(target) && found.hidePopover());
for (const part of [field, found]) part.addEventListener("keydown", step);
