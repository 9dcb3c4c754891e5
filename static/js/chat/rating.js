// A rating that is being given survives a reload, another language, and a chat that comes to stand otherwise.

import { count } from "./count.js";
import { ofConversation } from "./outbox.js";
import { tab } from "./store.js";

const FIELDS = ["rating", "rating_comment"];
const key = `${ofConversation}rating`;
const form = () => document.querySelector(".rate");

function restore() {
  const given = JSON.parse(tab.kept(key) || "{}");
  if (!form()) return;
  for (const name of FIELDS) form().elements[name].value ||= given[name] || "";
  count(form().elements.rating_comment);
}

document.addEventListener("input", ({ target }) => {
  if (!target.form || target.form !== form()) return;
  tab.keep(key, JSON.stringify(Object.fromEntries(FIELDS.map((name) => [name, form().elements[name].value]))));
});
document.addEventListener("swapped", restore);
restore();
