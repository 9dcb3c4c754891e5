// Says that there is no connection when that has lasted five seconds: shorter ones are nobody's business.

const PATIENCE = 5000;
const notice = document.getElementById("offline");
let waiting = null;

document.addEventListener("contact", ({ detail }) => {
  if (detail === true) {
    clearTimeout(waiting);
    waiting = null;
    notice.hidden = true;
  } else if (detail === "gone") {
    notice.hidden = false;
  } else {
    waiting ??= setTimeout(() => (notice.hidden = false), PATIENCE);
  }
});
