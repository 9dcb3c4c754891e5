// What happened, said once and to everybody: words in #toasts, which is a status. From the server: HX-Trigger
// {"toast": {"words": "…"}}.

const LASTS = 8000;
const box = document.getElementById("toasts");

export function toast(words) {
  if ([...box.children].some((other) => other.textContent.trim() === words)) return;
  const notice = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  notice.firstElementChild.textContent = words;
  box.append(notice);
  setTimeout(() => notice.remove(), LASTS);
}

document.addEventListener("toast", ({ detail }) => toast(detail.words));
