// Close sends along what stands in the panes and was never saved: only fields that were changed, each with the name of
// what it belongs to (R87). The server stores it, asks its one question, or says beside which field it cannot.

import { unsentFiles } from "../chat/attach.js";
import { flush } from "./draft.js";
import { unsent } from "./outbox.js";
import { isUnsaved } from "./save_on_leave.js";

const value = (selector) => document.querySelector(selector)?.value;

function details(values) {
  const fields = [...document.querySelectorAll("#request_details [data-save]")];
  values.set("record", value("#request_over [name=record]") ?? "");
  values.set("request_version", value("#request_over [name=request_version]") ?? "");
  for (const field of fields.filter(isUnsaved)) values.set(field.name, field.value);
}

function remarks(values) {
  values.set("activity", value("#activity_details [name=activity]") ?? "");
  for (const name of ["tag", "comment", "call_comment"]) values.set(name, value(`#${name}`) ?? "");
  for (const field of document.querySelectorAll("#comments [name^='comment-']")) values.set(field.name, field.value);
}

function message(values) {
  const { activity } = document.getElementById("compose")?.dataset || {};
  const waiting = activity ? [...unsent(activity).map(({ text }) => text), ...unsentFiles(activity).map(({ file }) => file.name)] : [];
  values.set("message", [...waiting, value("#message") ?? ""].join(""));
}

function customer(values) {
  const form = document.querySelector("#customer_form form");
  if (!form?.querySelector(".foot .go")) return;
  for (const [name, text] of new FormData(form)) values.set(name, text);
  values.set("customer_form", "1");
}

document.addEventListener("htmx:configRequest", ({ detail: { elt, parameters } }) => {
  if ("close" in elt.dataset) for (const collect of [details, remarks, message, customer]) collect(parameters);
});
document.addEventListener("pointerdown", ({ target }) => target.closest("[data-close]") && flush());
