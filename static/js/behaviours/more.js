// One more field like the last one: <button data-more> beside fields named email_1, email_2 …

document.addEventListener("click", ({ target }) => {
  if (!target.matches("[data-more]")) return;
  const last = [...target.closest(".field").querySelectorAll("input")].at(-1);
  if (!last.value) return last.focus();
  const [kind, number] = last.name.split("_");
  const next = last.cloneNode();
  next.name = `${kind}_${Number(number) + 1}`;
  next.dataset.draft = last.dataset.draft.replace(last.name, next.name);
  next.setAttribute("aria-label", target.textContent);
  next.removeAttribute("id");
  next.removeAttribute("value");
  next.value = "";
  last.after(next);
  htmx.process(next);
  next.focus();
});
