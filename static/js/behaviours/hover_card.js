// The card of an activity or request (R6): <button data-card="its address"> shows it after 300 ms of hover or keyboard
// focus, or a long press. It stays while the pointer is on either, and goes with Esc (WCAG 1.4.13).

const AFTER = 300;
const LINGER = 200;
const PRESS = 500;
let owner = null;
let timer;

const holder = () => document.getElementById("card");
const button = (target) => target.closest?.("[data-card]");

function soon(act, wait) {
  clearTimeout(timer);
  timer = setTimeout(act, wait);
}

async function show(at) {
  if (!at.isConnected) return;
  hide();
  owner = at;
  await htmx.ajax("GET", at.dataset.card, { target: "#card", swap: "innerHTML", source: holder() });
  const card = holder().firstElementChild;
  if (owner !== at || !card) return hide();
  card.style.setProperty("--peek-at", `${at.getBoundingClientRect().top - holder().parentElement.getBoundingClientRect().top}px`);
  at.setAttribute("aria-describedby", card.id);
}

function hide() {
  clearTimeout(timer);
  owner?.removeAttribute("aria-describedby");
  owner = null;
  holder()?.replaceChildren();
}

document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "touch") return;
  const at = button(target);
  if (at && at !== owner) soon(() => show(at), AFTER);
  else if (at || target.closest?.("#card")) clearTimeout(timer);
});
document.addEventListener("pointerout", ({ target, pointerType }) => {
  if (pointerType !== "touch" && (button(target) || target.closest?.("#card"))) soon(hide, owner ? LINGER : 0);
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
  if (owner && !target.closest("#card")) hide();
  const at = button(target);
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
