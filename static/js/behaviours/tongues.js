// Another language: the page is drawn anew in it, where the agent is by now, with everything typed on the server first.

import { settled } from "./draft.js";

const WAIT = 2000;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("tongues" in form.dataset) || form.dataset.tongues) return;
  event.preventDefault();
  await Promise.race([settled(), new Promise((done) => setTimeout(done, WAIT))]);
  form.elements.next.value = location.pathname + location.search;
  form.dataset.tongues = "ready";
  setTimeout(() => form.requestSubmit(event.submitter)); // not within this very submission
});
