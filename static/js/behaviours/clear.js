// A form with data-clear whose text has been stored: the field is empty again, unless something else stands in it by now.

const sent = new WeakMap();
const field = (form) => form.querySelector("textarea");

document.addEventListener("htmx:configRequest", ({ detail: { elt } }) => {
  if ("clear" in elt.dataset) sent.set(elt, field(elt).value);
});
// To htmx an answer that is shown is a success, whatever its status.
document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
  if (!("clear" in elt.dataset) || xhr.status !== 200 || field(elt).value !== sent.get(elt)) return;
  field(elt).value = field(elt).defaultValue = "";
  field(elt).dispatchEvent(new Event("input", { bubbles: true }));
});
