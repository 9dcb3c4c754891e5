// Two soft notes for new work, one tick for words in another task; at most one sound in five seconds, never a loop. An
// offer is always heard.
// Browsers allow sound after the first press on the page.

import { isOn } from "./switches.js";

const EVERY = 5000;
const NOTES = { offer: [660, 880], work: [660, 880], words: [990] };
let context = null;
let played = 0;

export function play(kind) {
  if (!context || !isOn("sound") || (kind !== "offer" && Date.now() - played < EVERY)) return;
  played = Date.now();
  NOTES[kind].forEach((pitch, number) => note(pitch, context.currentTime + number * 0.18));
  document.body.dataset.played = kind;
}

function note(pitch, start) {
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.08, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.4);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.4);
}

function unlock() {
  context ||= new AudioContext();
  if (context.state === "suspended") context.resume();
}

for (const press of ["pointerdown", "keydown"]) document.addEventListener(press, unlock, { capture: true });
