// The server says where to look: HX-Trigger {"point": {"at": "#tag"}} puts the focus there, on whichever side it is.

import { show } from "./tabs.js";

const SIDES = [".comm", ".journey", ".details"];

export function point(element) {
  if (!element) return;
  const side = SIDES.find((name) => element.closest(name));
  if (side && !element.checkVisibility()) show(side.slice(1));
  element.focus();
  element.scrollIntoView({ block: "nearest" });
}

document.addEventListener("point", ({ detail }) => setTimeout(() => point(document.querySelector(detail.at))));
