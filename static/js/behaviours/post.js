// Asks the server for a little, or sends it a little, also while the page is being left. Answers null when nobody was
// reached.

const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" });

export const get = (address) => reach(address, {});
export const post = (address, values) => reach(address, { method: "POST", body: new URLSearchParams(values), keepalive: true });

async function reach(address, options) {
  try {
    return await fetch(address, { ...options, headers: headers() });
  } catch {
    return null;
  }
}
