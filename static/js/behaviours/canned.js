// Canned replies: a colon and letters in a field with data-canned (where to ask) open a list under it, and [data-replies]
// the list of all. Arrows choose, Enter or Tab puts the chosen one in place of what was typed, Esc closes; nothing of this
// ever sends.

const SMILE = /^\p{Lu}$/u; // :D is no question
const BEGUN = /(?:^|\s):([\p{L}\p{N}_-]+)$/u;
let refused = "";

const list = () => document.getElementById("canned");
const options = () => [...(list()?.children ?? [])];
const chosen = () => list()?.querySelector("[aria-selected=true]");
const typed = (field) => BEGUN.exec(field.value.slice(0, field.selectionStart))?.[1] ?? "";

function choose(field, option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function close(field) {
  if (!list()) return;
  list().replaceChildren();
  list().hidden = true;
  choose(field, null);
}

async function look(field) {
  const word = typed(field);
  if (word !== refused) refused = "";
  if (!word || SMILE.test(word) || word === refused) return close(field);
  if (!(await ask(field.dataset.canned, word))) return;
  if (typed(field) !== word || word === refused || document.activeElement !== field) return close(field);
  open(field);
}

function open(field) {
  list().hidden = options().length === 0;
  choose(field, options()[0] ?? null);
}

async function all() {
  const field = document.querySelector("[data-canned]");
  field.focus();
  if (!list().hidden) return close(field);
  if ((await ask(field.dataset.canned, "")) && document.activeElement === field) open(field);
}

// False when it was not answered, or a later question has replaced it.
const ask = (url, word) =>
  htmx.ajax("GET", url, { source: list(), target: list(), swap: "innerHTML", values: { typed: word } }).then(
    () => true,
    () => false,
  );

function put(field, text) {
  const end = field.selectionStart;
  const word = typed(field);
  close(field);
  field.setRangeText(text, word ? end - word.length - 1 : end, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function press(event) {
  const { target: field, key } = event;
  if (!field.dataset?.canned || !list() || list().hidden) return;
  if (event.isComposing || event.keyCode === 229 || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!["ArrowDown", "ArrowUp", "Enter", "Tab", "Escape"].includes(key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const all = options();
  if (key === "Enter" || key === "Tab") return put(field, chosen().dataset.text);
  if (key !== "Escape") return choose(field, all.at((all.indexOf(chosen()) + (key === "ArrowDown" ? 1 : -1)) % all.length));
  refused = typed(field);
  close(field);
}

// Before the composer hears of it.
document.addEventListener("keydown", press, true);
document.addEventListener("input", ({ target }) => target.dataset?.canned && look(target));
document.addEventListener("focusout", ({ target }) => target.dataset?.canned && close(target));
// A pointer on a reply leaves the focus where it is.
document.addEventListener("mousedown", (event) => event.target.closest("#canned, [data-replies]") && event.preventDefault());
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-replies]")) return all();
  const option = target.closest("#canned [role=option]");
  if (option) put(document.querySelector("[data-canned]"), option.dataset.text);
});
