// An offer is told of without taking the focus: it sounds, again at 5 seconds, names itself in the tab's title, raises a
// notification when the tab is hidden, and is spoken by a region of its own at 15, 10 and 5 seconds (R31).

import { play } from "./sound.js";
import { isOn } from "./switches.js";
import { word } from "./words.js";

const SPOKEN = [15, 10, 5];
const AGAIN = 5;
const region = document.getElementById("offer_said");
let slot = "";
let spoken = Infinity;
let notification = null;

const offer = () => document.querySelector("#offer .offer");

function compare() {
  const now = document.querySelector("#offer [data-slot]")?.dataset.slot || "";
  if (now === slot) return;
  slot = now;
  notification?.close();
  notification = null;
  document.dispatchEvent(new CustomEvent("offered", { detail: offer()?.dataset.name || "" }));
  // A status that is put in together with its words is not read by everybody.
  region.textContent = offer() ? "" : document.querySelector("#offer [role=status]")?.textContent || "";
  spoken = Infinity;
  if (!offer()) return;
  play("offer");
  if (document.hidden && isOn("notifications")) notify();
}

// A press brings the desk; it does not accept.
function notify() {
  const { name, queue } = offer().dataset;
  const words = offer().querySelector("blockquote")?.textContent || "";
  notification = new Notification(word("offered_title", { name }), { body: `${queue}: ${words}`, tag: slot });
  notification.onclick = () => {
    window.focus();
    notification?.close();
  };
}

// The first step, and each of the moments as it is passed; a step may come late in a hidden tab.
function speak(seconds) {
  const passed = spoken === Infinity || SPOKEN.some((moment) => seconds <= moment && moment < spoken);
  if (!passed || seconds === 0) return;
  region.textContent = word(spoken === Infinity ? "offered" : "offered_still", { ...offer().dataset, n: seconds });
  if (spoken > AGAIN && seconds <= AGAIN && spoken !== Infinity) play("offer");
  spoken = seconds;
}

document.addEventListener("htmx:load", compare);
document.addEventListener("htmx:afterSettle", compare);
document.addEventListener("counted", ({ detail }) => {
  compare();
  if (offer()) speak(detail);
});
compare();
