// Cookies that the script keeps for the server (zone, theme). The page says what they are called and how they are
// guarded: that differs between http, https and a frame.

export function keep(name, value) {
  document.cookie = document.documentElement.dataset.cookie.replace("%", `${name}=${value}`);
}
