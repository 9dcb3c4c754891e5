// Tags (R60): Tab or Enter makes a tag of exactly what is typed, or of the suggestion that an arrow key chose; the focus
// stays. Tab in an empty field moves on, Shift+Tab and Esc always leave, Backspace in an empty field removes the last.

const box = (target) => target.closest?.("[data-tags]");
const list = (tags) => tags.querySelector("[role=listbox]");
const options = (tags) => [...list(tags).children];
const chosen = (tags) => list(tags).querySelector("[aria-selected=true]");

function open(tags) {
  const field = tags.querySelector("[role=combobox]");
  const some = options(tags).length > 0 && field === document.activeElement && field.value.trim() !== "";
  list(tags).hidden = !some;
  field.setAttribute("aria-expanded", String(some));
  choose(tags, null);
}

function choose(tags, option) {
  for (const other of options(tags)) other.setAttribute("aria-selected", String(other === option));
  const field = tags.querySelector("[role=combobox]");
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function step(tags, by) {
  const all = [null, ...options(tags)];
  choose(tags, all.at((all.indexOf(chosen(tags)) + by + all.length) % all.length));
}

function close(tags) {
  list(tags).replaceChildren();
  open(tags);
}

// The field is free for the next tag at once; what is refused comes back into it. One after another: each answer
// replaces the list that the one before has brought.
let before = Promise.resolve();

function add(tags, text) {
  const field = tags.querySelector("[role=combobox]");
  close(tags);
  write(field, "");
  before = before.then(async () => {
    const stored = await send(tags, text);
    if (!stored && !field.value) write(field, text, false);
  });
}

async function send(tags, text) {
  let stored = false;
  const see = ({ detail: { requestConfig, xhr } }) => (stored ||= requestConfig.verb === "post" && xhr.status < 300);
  tags.addEventListener("htmx:beforeSwap", see);
  await htmx.ajax("POST", tags.dataset.tags, { source: tags, values: { tag: text }, target: "#tags", swap: "outerHTML" });
  tags.removeEventListener("htmx:beforeSwap", see);
  return stored;
}

function write(field, text, heard = true) {
  field.value = text;
  if (!text) field.defaultValue = "";
  if (heard) field.dispatchEvent(new Event("input", { bubbles: true }));
}

function press(event) {
  const tags = box(event.target);
  if (!tags || event.target.role !== "combobox" || event.isComposing || event.keyCode === 229) return;
  const field = event.target;
  const text = chosen(tags)?.textContent ?? field.value;
  const { key, shiftKey } = event;
  if (key === "Tab" && shiftKey) return close(tags);
  if (key === "Enter" || (key === "Tab" && text.trim())) {
    event.preventDefault();
    if (text.trim()) add(tags, text);
  } else if (key === "ArrowDown" || key === "ArrowUp") {
    if (list(tags).hidden) return;
    event.preventDefault();
    step(tags, key === "ArrowDown" ? 1 : -1);
  } else if (key === "Escape") {
    event.preventDefault();
    close(tags);
    field.blur();
  } else if (key === "Backspace" && !field.value && !event.repeat) {
    tags.querySelector("#tags li:last-child button")?.click();
  }
}

document.addEventListener("keydown", press);
// What is typed on is not what was chosen.
document.addEventListener("input", ({ target }) => target.id === "tag" && close(box(target)));
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => target?.id === "tag_suggestions" && open(box(target)));
document.addEventListener("focusout", ({ target }) => target.id === "tag" && close(box(target)));
// A pointer on a suggestion leaves the focus where it is.
document.addEventListener("pointerdown", (event) => event.target.closest("#tag_suggestions") && event.preventDefault());
document.addEventListener("mousedown", (event) => event.target.closest("#tag_suggestions") && event.preventDefault());
document.addEventListener("click", ({ target }) => {
  const tags = box(target);
  if (!tags) return;
  const option = target.closest("[role=option]");
  if (option) add(tags, option.textContent);
  else if (target === tags || target.id === "tags") tags.querySelector("[role=combobox]").focus();
});
// Whoever removed a tag by its button goes on in the field: at once, for a look may replace the pane a moment later.
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target?.id === "tags" && document.activeElement === document.body) document.getElementById("tag")?.focus();
});
