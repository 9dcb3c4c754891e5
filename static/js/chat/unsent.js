// What waits to be sent, kept in this browser under keys that begin with `prefix`: each entry has a UUID of its own
// and, once it is refused, the reason.

import { browser } from "./store.js";

export function unsentUnder(prefix) {
  let last = 0;
  const keep = (entry) => {
    browser.keep(prefix + entry.uuid, JSON.stringify(entry));
    return entry;
  };
  const kept = (uuid) => JSON.parse(browser.kept(prefix + uuid));
  return {
    kept,
    add: (words) => keep({ uuid: newUuid(), ...words, at: (last = Math.max(last + 1, Date.now())) }),
    forget: (uuid) => browser.forget(prefix + uuid),
    // Oldest first.
    all() {
      const entries = browser.keys(prefix).map((key) => JSON.parse(browser.kept(key)));
      return entries.sort((one, other) => one.at - other.at);
    },
    refused: (uuid, why) => kept(uuid) && keep({ ...kept(uuid), why }),
    again(uuid) {
      const { why, ...entry } = kept(uuid) || {};
      return entry.uuid && keep(entry);
    },
  };
}

// crypto.randomUUID is there on https and localhost only.
export function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
