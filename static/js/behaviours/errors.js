// Words beside a field: <p class="err" id="title_error"> named in the field's aria-describedby. While there are words,
// the field is invalid; when it is written in again, they go.

const describes = (words) => document.querySelector(`[aria-describedby~="${words.id}"]`);

function mark(words) {
  const field = describes(words);
  if (!field || !words.id.endsWith("_error")) return;
  if (words.textContent.trim() && words.classList.contains("err")) field.setAttribute("aria-invalid", "true");
  else if (!("over" in field.dataset)) field.removeAttribute("aria-invalid");
}

document.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => {
  const words = document.getElementById(target.id);
  if (words) mark(words);
});
document.addEventListener("input", ({ target }) => {
  const id = target.getAttribute?.("aria-describedby")?.split(" ")[0];
  const words = id && document.getElementById(id);
  if (!words?.textContent || "over" in target.dataset) return;
  words.replaceChildren();
  mark(words);
});
