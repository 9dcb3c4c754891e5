// A request that failed is said in words; a look is nobody's business and is simply run again.

import { isLook } from "./doorbell.js";
import { toast } from "./toast.js";
import { look } from "./watch.js";
import { word } from "./words.js";

const AGAIN = 3000;

function failed({ detail: { elt, requestConfig, xhr } }) {
  if (isLook(requestConfig?.triggeringEvent)) {
    if (!xhr || !xhr.status || xhr.status >= 500) setTimeout(() => elt.isConnected && look(elt), AGAIN * (1 + Math.random()));
    return;
  }
  toast(said(xhr) || word("failed"));
}

// The server's own words, of the fragment that it answers with.
function said(xhr) {
  if (!xhr?.status) return "";
  const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return answer.querySelector(".notice, p")?.textContent.trim() || word("refused");
}

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(failure, failed);
