// A missed call that is being dialled needs nobody else any more. The list hears of it by its bell.

import { post } from "./post.js";

document.addEventListener("click", ({ target }) => {
  const link = target.closest("[data-call-back]");
  if (link) post(link.dataset.callBack, {});
});
