// In a frame of /chat.js: minimises on its button and on Escape, and knows whether anybody sees it.
// The host page tells {"type": "caredesk:shown"|"caredesk:hidden"}; it is told caredesk:ready, caredesk:minimise and
// caredesk:state.

const framed = window.parent !== window;
let shown = true;

export const inSight = () => shown && document.visibilityState === "visible";

export function tellHost(words) {
  if (framed) window.parent.postMessage(words, "*"); // nothing secret: whether a chat goes on, how many are unread
}

function minimise() {
  tellHost({ type: "caredesk:minimise" });
}

if (framed) {
  addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || !/^caredesk:(shown|hidden)$/.test(data?.type)) return;
    shown = data.type === "caredesk:shown";
    document.querySelector("[data-minimise]").hidden = false;
    document.dispatchEvent(new Event("sight"));
  });
  document.addEventListener("click", ({ target }) => target.closest("[data-minimise]") && minimise());
  document.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open]") && minimise());
  tellHost({ type: "caredesk:ready" });
}
document.addEventListener("visibilitychange", () => document.dispatchEvent(new Event("sight")));
