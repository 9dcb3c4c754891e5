// The menu "Move to…": [data-menu] opens it beside itself, with what may be chosen for the [data-move] it stands in.
// Arrows, Home and End go through it; Esc, Tab and a click elsewhere close it, and the focus goes back.

const GAP = 4;
const menu = () => document.getElementById("move_menu");
const items = () => [...menu().querySelectorAll("[role=menuitem]")];
let opener = null;

async function open(button) {
  const { move, version } = button.closest("[data-move]").dataset;
  opener = button;
  menu().replaceChildren();
  await htmx.ajax("GET", `${move}?version=${version}`, { target: menu(), swap: "innerHTML", source: menu() });
  if (opener !== button || !items().length) return;
  menu().showPopover();
  place(here());
  here()?.setAttribute("aria-expanded", "true");
  items()[0].focus();
}

// The journey may have been drawn anew meanwhile.
const here = () => (opener?.isConnected ? opener : opener && document.getElementById(opener.id));

function place(at) {
  if (!at) return;
  const button = at.getBoundingClientRect();
  const { width, height } = menu().getBoundingClientRect();
  const below = button.bottom + GAP;
  const top = below + height < innerHeight ? below : Math.max(GAP, button.top - GAP - height);
  menu().style.setProperty("--menu-x", `${Math.max(GAP, Math.min(button.right, innerWidth - GAP) - width)}px`);
  menu().style.setProperty("--menu-y", `${top}px`);
}

function closed() {
  here()?.setAttribute("aria-expanded", "false");
  if (menu().contains(document.activeElement)) here()?.focus();
  opener = null;
}

function step(event) {
  const all = items();
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return event.key === "Tab" && menu().hidePopover();
  event.preventDefault();
  all.at(to % all.length).focus();
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-menu]");
  if (button && button !== opener) open(button);
  else if (button || target.closest("#move_menu [role=menuitem]")) menu().hidePopover();
});
document.addEventListener("beforetoggle", ({ target, newState }) => target === menu() && newState === "closed" && closed(), true);
document.addEventListener("keydown", (event) => event.target.closest?.("#move_menu") && step(event));
