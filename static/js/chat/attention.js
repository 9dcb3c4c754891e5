// Whether anybody looks: what the agent said counts as seen only then. Else it is counted: in the title, and on the
// host page's button.

import { inSight, tellHost } from "./frame.js";
import { hear, tell } from "./socket.js";
import { heardLines } from "./transcript.js";

const page = document.body.dataset;
let toldRead = 0;

function notice() {
  const heard = heardLines();
  if (inSight()) page.read = Math.max(Number(page.read), ...heard);
  if (Number(page.read) > toldRead && tell({ seen: Number(page.read) })) toldRead = Number(page.read);
  const unread = heard.filter((seq) => seq > Number(page.read)).length;
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (unread) document.title = `(${unread}) ${document.title}`;
  tellHost({ type: "caredesk:state", talking: Boolean(document.getElementById("compose")), unread });
}

for (const event of ["heard", "sight", "swapped"]) document.addEventListener(event, notice);
hear("watching", () => {
  toldRead = 0;
  notice();
});
hear("read", ({ read }) => {
  page.read = Math.max(Number(page.read), read);
  notice();
});
notice();
