// The card of an activity or request (R6): <button data-card="its address"> shows it after 300 ms of hover or keyboard
// focus, or a long press. It stays while the pointer is on either, and goes with Esc (WCAG 1.4.13).

const AFTER = 300;
const LINGER = 200;
const PRESS = 500;
let owner = null;
let pressed;
let timer;

// Of what lies over the desk, as [data-cards], the card lies over it, too.
const holder = () => owner?.closest("[data-cards]")?.querySelector(".card-holder") ?? document.getElementById("card");
const card = (target) => target.closest?.("#card, .card-holder");
const button = (target) => target.closest?.("[data-card]");

function soon(act, wait) {
  clearTimeout(timer);
  timer = setTimeout(act, wait);
}

async function show(at) {
  if (!at.isConnected) return;
  hide();
  owner = at;
  await htmx.ajax("GET", at.dataset.card, { target: holder(), swap: "innerHTML", source: holder() });
  const shown = holder()?.firstElementChild;
  if (owner !== at || !shown) return hide();
  shown.style.setProperty("--peek-at", `${at.getBoundingClientRect().top - holder().parentElement.getBoundingClientRect().top}px`);
  at.setAttribute("aria-describedby", shown.id);
}

function hide() {
  clearTimeout(timer);
  owner?.removeAttribute("aria-describedby");
  holder()?.replaceChildren();
  owner = null;
}

document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "touch") return;
  const at = button(target);
  if (at?.dataset.card !== pressed) pressed = null;
  else if (pressed) return;
  if (at && at !== owner) soon(() => show(at), AFTER);
  else if (at || card(target)) clearTimeout(timer);
});
document.addEventListener("pointerout", ({ target, pointerType }) => {
  if (pointerType !== "touch" && (button(target) || card(target))) soon(hide, owner ? LINGER : 0);
});
document.addEventListener("focusin", ({ target }) => {
  const at = button(target);
  if (at && at !== owner && target.matches(":focus-visible")) soon(() => show(at), AFTER);
});
document.addEventListener("focusout", ({ target }) => button(target) && hide());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !owner) return;
  event.preventDefault();
  hide();
});

// A long press shows it, and is then no press; the next touch elsewhere takes it away.
document.addEventListener("pointerdown", ({ target, pointerType }) => {
  if (owner && !card(target)) hide();
  const at = button(target);
  pressed = at?.dataset.card; // drawn anew under a pointer that rests, it does not show again
  if (at && pointerType === "touch") soon(() => show(at), PRESS);
});
for (const end of ["pointercancel", "pointerup", "scroll"]) {
  document.addEventListener(end, ({ pointerType }) => (pointerType === "touch" || end === "scroll") && clearTimeout(timer), true);
}
document.addEventListener("contextmenu", (event) => owner && button(event.target) === owner && event.preventDefault());
document.addEventListener("click", (event) => {
  if (!owner || event.pointerType !== "touch" || button(event.target) !== owner) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
