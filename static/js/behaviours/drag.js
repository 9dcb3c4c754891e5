// Dragging an activity of the journey (R80): an element with data-move (where to POST) and data-version is dropped onto
// one with data-drop, which says where to. What is dragged is not redrawn meanwhile (pen.js).

import { chosen } from "./choose.js";

let dragged = null;
let target = null;

const journey = () => document.getElementById("journey");

function begin(event) {
  dragged = event.target.closest?.("#journey [data-move]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector("b").textContent);
  // Not at once: the picture under the pointer is taken of what stands here now.
  setTimeout(() => {
    dragged?.classList.add("dragged");
    journey().classList.toggle("moving", Boolean(dragged));
  });
}

function over(event) {
  const found = dragged && event.target.closest?.("[data-drop]");
  mark(found && !found.contains(dragged) ? found : null);
  if (!target) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
}

function mark(found) {
  if (found === target) return;
  target?.classList.remove("target");
  found?.classList.add("target");
  target = found;
}

function drop(event) {
  if (!dragged || !target) return;
  event.preventDefault();
  const { move, version } = dragged.dataset;
  const shown = { selected: chosen() ?? "", down_to: document.getElementById("journey_down_to")?.value ?? "" };
  const values = { to: target.dataset.drop, version, ...shown };
  end();
  htmx.ajax("POST", move, { target: "#details", swap: "innerHTML", values });
}

function end() {
  mark(null);
  dragged?.classList.remove("dragged");
  dragged = null;
  journey()?.classList.remove("moving");
}

document.addEventListener("dragstart", begin);
document.addEventListener("dragover", over);
document.addEventListener("drop", drop);
document.addEventListener("dragend", end);
