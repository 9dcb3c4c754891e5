// Counts an offer down to the server's deadline, whatever the clock of this computer says: the server tells its own
// time beside the deadline, and what has passed since then is measured here.

const WARNING = 5;
const ENDED = 700;
let ends = 0;
let timer;

const offer = () => document.querySelector("#offer .offer");

// When the page or the answer that holds the offer began to arrive, on this page's own clock.
function arrived(whole) {
  return whole ? performance.getEntriesByType("navigation")[0]?.responseStart || 0 : performance.now();
}

function begin(whole) {
  clearTimeout(timer);
  if (!offer()) return;
  const { now, expires } = offer().dataset;
  ends = arrived(whole) + Date.parse(expires) - Date.parse(now);
  step();
}

function step() {
  if (!offer()) return;
  const left = ends - performance.now();
  const seconds = Math.max(0, Math.ceil(left / 1000));
  draw(seconds);
  document.dispatchEvent(new CustomEvent("counted", { detail: seconds }));
  // Over: whoever knows what became of it is asked, should the push be lost.
  if (left <= -ENDED) htmx.trigger("#state", "look");
  timer = setTimeout(step, left > 0 ? left % 1000 || 1000 : 1000);
}

function draw(seconds) {
  const said = offer().querySelector("[data-left]");
  if (said.textContent === String(seconds)) return;
  said.textContent = seconds;
  const ring = offer().querySelector("circle + circle");
  ring.setAttribute("stroke-dasharray", `${seconds} ${ring.getAttribute("pathLength")}`);
  offer().classList.toggle("soon", seconds <= WARNING);
}

let drawn = null;
document.addEventListener("htmx:load", ({ target }) => {
  if (offer() === drawn) return;
  drawn = offer();
  begin(target === document.body);
});
document.addEventListener("visibilitychange", () => document.hidden || (offer() && (clearTimeout(timer), step())));
