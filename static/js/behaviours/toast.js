// What happened, said once and to everybody: words in #toasts, which is a status. From the server: HX-Trigger
// {"toast": {"words": "…"}}, with "press": {"label", "address", "values"} for a button that posts to the address and
// puts the answer into #details.

const LASTS = 8000;
const LONGER = 15000;
const box = document.getElementById("toasts");

export function toast(words, press) {
  if (!words || [...box.children].some((other) => !press && other.textContent.trim() === words)) return;
  const notice = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  notice.firstElementChild.textContent = words;
  if (press) notice.append(button(press, notice));
  // Of two things that can be taken back, the later one.
  if (press) box.querySelectorAll(".notice:has(button)").forEach((former) => former.remove());
  box.append(notice);
  setTimeout(() => notice.remove(), press ? LONGER : LASTS);
}

function button({ label, address, values }, notice) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "btn sm", textContent: label });
  made.addEventListener("click", () => {
    notice.remove();
    htmx.ajax("POST", address, { target: "#details", swap: "innerHTML", values });
  });
  return made;
}

document.addEventListener("toast", ({ detail }) => toast(detail.words, detail.press));
