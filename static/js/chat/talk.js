// The conversation: what each module does is said at its head.

import "./attention.js";
import "./offline.js";
import "./parts.js";
import "./rating.js";
import "./viewer.js";
import { draft, restore } from "./composer.js";
import { ofConversation, ofQueue, sendAll, unsent } from "./outbox.js";
import { connect, lost, probe } from "./socket.js";
import { browser, tab } from "./store.js";

const { queue } = document.body.dataset;
const firstWords = `chat-start:${queue}:text`;

// What could not be said any more is where it can be said: in the form of the next chat.
document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-new]")) return;
  tab.keep(firstWords, [...unsent().map(({ text }) => text), draft()].filter(Boolean).join("\n"));
});

// Forgotten is what belongs to former conversations of this browser in this queue.
for (const key of browser.keys(ofQueue)) if (!key.startsWith(ofConversation)) browser.forget(key);
tab.forget(firstWords);

restore();
document.addEventListener("contact", ({ detail }) => detail === true && sendAll());
addEventListener("online", probe);
addEventListener("offline", lost);
document.addEventListener("sight", () => document.visibilityState === "visible" && probe());
connect();
if (matchMedia("(pointer: fine)").matches) document.querySelector("#compose textarea")?.focus();
