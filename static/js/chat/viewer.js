// A picture of the conversation opens over the page, where the cookies of the page serve it; a new tab may have others.

const viewer = () => document.getElementById("viewer");
const picture = () => viewer().querySelector("img");

function view(link) {
  const alt = link.dataset.name;
  viewer().querySelector("h2").textContent = alt;
  viewer().querySelector("[data-keep]").href = link.href;
  Object.assign(picture(), { alt, src: link.href });
  viewer().showModal();
  viewer().querySelector("[data-shut]").focus(); // autofocus in what htmx swaps would take the pen out of a hand
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-view]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    view(link);
  } else if (event.target.id === "viewer" || event.target.closest("[data-shut]")) viewer().close();
});
document.addEventListener("close", ({ target }) => target.id === "viewer" && picture().removeAttribute("src"), true);
