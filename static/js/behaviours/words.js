// What the script says, in the reader's language: from <template id="words">, with %name filled in.

const words = document.getElementById("words").content;

export function word(name, values = {}) {
  const text = words.querySelector(`[data-word="${name}"]`).textContent;
  return text.replace(/%(\w+)/g, (whole, key) => values[key] ?? whole);
}
