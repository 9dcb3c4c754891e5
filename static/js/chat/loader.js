// The chat on any page of another site: <script async src="https://HOST/chat.js" data-queue="internet"></script>
// A button at the bottom right opens /chat/<queue>/ in a frame. Needs nothing of the page but script-src and frame-src
// for our origin: no inline style, no style of the page reaches in. Optional: data-label. Classic script, in an async
// tag; the server calls it with the words of the reader's language (queues/views/chat_script.py).

(function (words) {
  const TAG = "caredesk-chat";
  const script = document.currentScript || document.querySelector('script[src$="/chat.js"][data-queue]');
  if (!script || document.querySelector(TAG)) return;

  const origin = new URL(script.src).origin;
  const queue = script.dataset.queue;
  const memory = `caredesk-chat:${queue}`; // how the frame stands, for the next page of this tab: open or small

  const host = document.createElement(TAG);
  const root = host.attachShadow({ mode: "open" });
  const button = make("button", { type: "button", className: "launcher" });
  const label = make("span", { textContent: script.dataset.label || words.open });
  const badge = make("span", { className: "badge", hidden: true });
  let frame = null;
  let open = false;
  let listening = false; // the frame's page has said so

  button.append(icon("M5 5.5h14a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-6.5L8 20v-3.5H5A1.5 1.5 0 0 1 3.5 15V7A1.5 1.5 0 0 1 5 5.5z"), label, badge);
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => turn(!open, true));
  root.adoptedStyleSheets = [styles()];
  root.append(button);
  document.documentElement.append(host);

  addEventListener("message", ({ origin: from, source, data }) => {
    if (from !== origin || !frame || source !== frame.contentWindow) return;
    if (data?.type === "caredesk:ready") {
      listening = true;
      tellFrame();
    }
    if (data?.type === "caredesk:minimise") turn(false, true);
    if (data?.type === "caredesk:state") state(data);
  });
  addEventListener("keydown", (event) => event.key === "Escape" && open && !event.defaultPrevented && turn(false, true));

  const before = remembered();
  if (before) turn(before === "open", false);

  // Opens or minimises; a minimised frame lives on, so that the customer keeps their place and hears of answers.
  function turn(opening, byHand) {
    open = opening;
    if (!frame) load();
    frame.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    button.classList.toggle("open", open);
    if (open) unread(0);
    tellFrame();
    if (!byHand) return;
    remember(open ? "open" : "small");
    (open ? frame : button).focus();
  }

  function load() {
    frame = make("iframe", { title: words.title, referrerPolicy: "no-referrer-when-downgrade", src: `${origin}/chat/${encodeURIComponent(queue)}/` });
    root.prepend(frame);
  }

  function tellFrame() {
    if (listening) frame.contentWindow.postMessage({ type: open ? "caredesk:shown" : "caredesk:hidden" }, origin);
  }

  function state({ unread: count }) {
    unread(open ? 0 : Number(count) || 0);
  }

  function unread(count) {
    badge.hidden = !count;
    badge.textContent = count ? String(count) : "";
    button.ariaLabel = count ? `${label.textContent}. ${words.unread.replace("%n", count)}` : null;
  }

  function remember(how) {
    try {
      sessionStorage.setItem(memory, how);
    } catch {} // then the next page begins with the button
  }

  function remembered() {
    try {
      return sessionStorage.getItem(memory);
    } catch {
      return null;
    }
  }

  function make(tag, properties) {
    return Object.assign(document.createElement(tag), properties);
  }

  function icon(path) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(space, "path"));
    svg.firstChild.setAttribute("d", path);
    return svg;
  }

  // !important inside wins over everything that the page says of the element, its own !important too.
  function styles() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      :host { all: initial !important; position: fixed !important; z-index: 2147483000 !important;
        inset: auto 20px 20px auto !important; display: block !important; color-scheme: light dark !important; }
      [hidden] { display: none !important; }
      .launcher { display: flex; align-items: center; gap: 8px; position: relative; min-block-size: 52px; padding: 0 20px 0 16px;
        border: 0; border-radius: 26px; background: #0b6b60; color: #fff; cursor: pointer; box-shadow: 0 2px 4px #0003, 0 8px 24px #0003;
        font: 600 16px/1 -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, "DejaVu Sans Condensed", system-ui, sans-serif; }
      .launcher:hover { background: #08574e; }
      .launcher:focus-visible { outline: 2px solid #0b6b60; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
      .launcher svg { inline-size: 24px; block-size: 24px; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linejoin: round; }
      .badge { position: absolute; inset: -4px -4px auto auto; min-inline-size: 22px; block-size: 22px; box-sizing: border-box; padding: 0 6px;
        border-radius: 11px; background: #b3261e; color: #fff; font-size: 13px; line-height: 22px; text-align: center; }
      iframe { position: absolute; inset: auto 0 64px auto; inline-size: 352px; block-size: min(608px, 100dvh - 104px);
        border: 1px solid #7c8894; border-radius: 10px; background: Canvas; box-shadow: 0 2px 4px #0002, 0 12px 32px #0003; color-scheme: light dark; }
      @media (width < 480px), (height < 480px) {
        iframe { position: fixed; inset: 0; inline-size: 100%; block-size: 100%; border: 0; border-radius: 0; }
        .launcher.open { visibility: hidden; }
      }
      @media (forced-colors: active) { .launcher { border: 1px solid; } }
      @media print { :host { display: none !important; } }
    `);
    return sheet;
  }
})
