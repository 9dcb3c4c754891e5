// What calls for the agent: the tab's title and icon count it, a sound and a notification tell of what is new.
// All of it is read from the task list, which the server draws.

import { play } from "./sound.js";
import { isOn } from "./switches.js";
import { at } from "./watch.js";
import { word } from "./words.js";

const rail = document.getElementById("tasks");
const icon = document.querySelector("link[rel=icon]");
const name = document.title.split(" · ").at(-1);
let known = read();
let missed = 0;
let offered = "";

function read() {
  const rows = [...rail.querySelectorAll("[data-task]")];
  return new Map(rows.map((row) => [row.dataset.task, { row, unread: Number(row.dataset.unread || 0), state: row.dataset.state }]));
}

function compare() {
  const now = read();
  for (const [task, { row, unread, state }] of now) {
    const before = known.get(task);
    if (!before && state === "waiting") tell("work", "new_task", row);
    else if (unread > (before?.unread || 0) && (document.hidden || task !== at().task)) tell("words", "new_words", row);
  }
  known = now;
  count();
}

function tell(kind, phrase, row) {
  if (document.hidden && kind === "work") missed += 1;
  play(kind);
  if (document.hidden && isOn("notifications")) notify(phrase, row);
}

function notify(phrase, row) {
  const title = word(phrase, { name: row.querySelector("b").textContent });
  const body = `${row.dataset.queue}: ${row.querySelector("[data-words]").textContent}`;
  const notification = new Notification(title, { body, tag: row.id });
  notification.onclick = () => {
    window.focus();
    document.getElementById(row.id)?.click();
    notification.close();
  };
}

function count() {
  if (!document.hidden) missed = 0;
  const unread = [...known.values()].reduce((sum, row) => sum + row.unread, 0);
  const total = offered ? 1 : unread + missed;
  document.title = (total ? `(${total}) ` : "") + [offered || at().name, name].filter(Boolean).join(" · ");
  icon.href = total ? document.body.dataset.iconNew : document.body.dataset.icon;
  const badge = document.querySelector(".dock [data-unread]");
  badge.hidden = !unread;
  badge.textContent = unread;
}

document.addEventListener("htmx:afterSettle", ({ target }) => rail.contains(target) && compare());
document.addEventListener("offered", ({ detail }) => {
  offered = detail;
  count();
});
document.addEventListener("selected", count);
document.addEventListener("visibilitychange", count);
count();
