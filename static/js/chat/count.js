// Counts what is typed as the server does: code points after NFC (R50). The counter shows from 1,800 on.

const SHOW_FROM = 0.9;
const language = document.documentElement.lang;

export function length(text) {
  return [...text.normalize("NFC").replace(/\r\n?/g, "\n")].length;
}

export function isTooLong(field) {
  return length(field.value) > Number(field.dataset.limit);
}

export function count(field) {
  const counter = field.form?.querySelector(`[data-count="${field.name}"]`);
  if (!counter) return;
  const limit = Number(field.dataset.limit);
  const typed = length(field.value);
  const words = [typed, limit].map((number) => number.toLocaleString(language)).join(" / ");
  counter.textContent = typed >= limit * SHOW_FROM ? words : "";
  counter.classList.toggle("late", typed > limit);
}

document.addEventListener("input", ({ target }) => target.dataset?.limit && count(target));
document.querySelectorAll("[data-limit]").forEach(count);
