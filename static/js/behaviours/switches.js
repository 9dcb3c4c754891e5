// The reader's own settings, kept in this browser: colours, sound, notifications, single letters as keys.

import { browser } from "../chat/store.js";
import { keep } from "../cookie.js";

const granted = () => "Notification" in window && Notification.permission === "granted";
const START = { sound: true, keys: true, notifications: false };

export const isOn = (name) => JSON.parse(browser.kept(`switch:${name}`) ?? START[name]) && (name !== "notifications" || granted());

function draw() {
  for (const name of Object.keys(START)) document.querySelector(`[data-${name}]`).checked = isOn(name);
}

// Permission is asked for when the switch is turned on, never by itself.
async function turn(name, on) {
  if (name === "notifications" && on && "Notification" in window) await Notification.requestPermission();
  browser.keep(`switch:${name}`, JSON.stringify(on));
  draw();
}

// Turned on where that was never decided.
export function ask(name) {
  if (browser.kept(`switch:${name}`) === null) turn(name, true);
}

function colours(theme) {
  keep("theme", theme);
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

document.addEventListener("change", ({ target }) => {
  const name = Object.keys(START).find((name) => name in target.dataset);
  if (name) turn(name, target.checked);
  if ("themeChoice" in target.dataset) colours(target.value);
});
draw();
