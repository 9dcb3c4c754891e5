// Times that go on: <time data-since="moment" data-late="300">, as the filter `wait` of templatetags/desk.py says them.

import { word } from "./words.js";

// The server's clock counts, whatever this one says.
const ahead = Date.parse(document.body.dataset.now) - Date.now();

function wait(seconds) {
  if (seconds < 600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds < 3600) return word("minutes", { n: Math.floor(seconds / 60) });
  if (seconds < 86400) return word("hours", { n: Math.floor(seconds / 3600) });
  return word("days", { n: Math.floor(seconds / 86400) });
}

function step() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("[data-since]")) {
    const { since, late } = time.dataset;
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - Date.parse(since)) / 1000));
    const words = wait(seconds);
    if (time.textContent !== words) time.textContent = words;
    time.classList.toggle("late", late > 0 && seconds >= late);
  }
}

setInterval(step, 1000);
document.addEventListener("visibilitychange", step);
document.addEventListener("htmx:load", step);
