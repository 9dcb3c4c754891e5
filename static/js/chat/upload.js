// Sends one file to the address in the form's data-attach. fetch cannot tell how much of it has gone.

const STALLED = 60000;

// → {status, answer}; status is 0 when nobody was reached. `entry.part` grows to 1, and `moved` is called.
export function upload(form, entry, moved) {
  const request = new XMLHttpRequest();
  const words = new FormData();
  words.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken?.value ?? "");
  words.set("uuid", entry.uuid);
  words.set("file", entry.file);
  request.open("POST", form.dataset.attach);
  request.setRequestHeader("X-Caredesk-Framed", "framed" in document.documentElement.dataset ? "1" : "0");
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  for (const [name, value] of Object.entries(headers)) if (name === "X-CSRFToken") request.setRequestHeader(name, value);
  return new Promise((done) => {
    let alarm;
    const wait = () => {
      clearTimeout(alarm);
      alarm = setTimeout(() => request.abort(), STALLED);
    };
    request.upload.onprogress = ({ loaded, total }) => {
      entry.part = total ? loaded / total : 0;
      moved();
      wait();
    };
    request.onloadend = () => {
      clearTimeout(alarm);
      done({ status: request.status, answer: read(request) });
    };
    wait();
    request.send(words);
  });
}

function read({ responseText }) {
  try {
    return JSON.parse(responseText);
  } catch {
    return {};
  }
}
