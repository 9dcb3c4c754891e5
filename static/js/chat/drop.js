// Files dropped onto [data-takes-files] or pasted into its composer. Dropped beside it they would take the page away: nothing
// happens instead.

export function drop(take) {
  let over = null;
  const carries = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  const show = (zone) => {
    over?.removeAttribute("data-dropping");
    over = zone;
    over?.setAttribute("data-dropping", "");
  };

  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    const zone = document.getElementById("compose") && event.target.closest("[data-takes-files]");
    event.dataTransfer.dropEffect = zone ? "copy" : "none";
    show(zone);
  });
  document.addEventListener("dragleave", (event) => carries(event) && !over?.contains(event.relatedTarget) && show(null));
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    if (over) take(event.dataTransfer.files);
    show(null);
  });
  // What was copied in a text processor is there as words, too, and these are meant.
  document.addEventListener("paste", (event) => {
    const { files } = event.clipboardData;
    if (!files.length || event.clipboardData.getData("text/plain") || !event.target.closest("#compose")) return;
    event.preventDefault();
    take(files);
  });
}
