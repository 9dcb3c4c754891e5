// The page around the gadget reports what its agent does (docs/integrating.md): it is sent on to the server, whoever that
// concerns is shown, and the page is told. Only origins that the server names are heard.

import { post } from "../behaviours/post.js";
import { toast } from "../behaviours/toast.js";
import { look } from "../behaviours/watch.js";
import { word } from "../behaviours/words.js";

const { hosts, interaction } = document.body.dataset;
const origins = hosts.split(" ").filter(Boolean);
let speaker = null;
let before = Promise.resolve();
// What the host says again, because the page was loaded again, takes nobody away from whoever is shown already.
const somebody = document.getElementById("at");

// Until a page has spoken, each that may frame us is told; the browser delivers it only to the one that does.
function tell(words) {
  if (parent === window) return;
  for (const origin of speaker ? [speaker] : origins) parent.postMessage(words, origin);
}

async function report(message) {
  const answer = await post(interaction, { interaction: JSON.stringify(message) });
  if (answer?.status === 200 && answer.headers.get("Content-Type").startsWith("application/json")) {
    return shown(message, await answer.json());
  }
  const why = answer?.status === 422 ? (await answer.json()).error : word("failed");
  toast(why);
  tell({ type: "caredesk:refused", id: message.id, why });
}

async function shown(message, { id, open, again }) {
  look("[data-rail]");
  if (message.event !== "started") return;
  if (open && !(again && somebody)) await select(open);
  tell({ type: open ? "caredesk:opened" : "caredesk:closed", id });
}

async function select(address) {
  history.replaceState(null, "", address);
  await htmx.ajax("GET", address, { target: "#work", swap: "innerHTML" }).catch(() => {});
}

// One after another: the last that began is the one that is shown.
addEventListener("message", ({ data, origin, source }) => {
  if (source !== parent || !origins.includes(origin) || data?.type !== "caredesk:interaction") return;
  speaker = origin;
  before = before.then(() => report(data)).catch(() => toast(word("failed")));
});
document.addEventListener("tell-host", ({ detail }) => {
  for (const id of detail.ids) tell({ type: detail.type, id });
});

// Whoever has logged in, or loaded the page again, hears what is going on from a host that says it now.
export const announce = () => tell({ type: "caredesk:ready" });
