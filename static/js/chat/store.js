// What the page keeps in this browser. Where that is forbidden (in some frames), it is kept as long as the page.

function area(storage) {
  const spare = new Map();
  const attempt = (use) => {
    try {
      return use(storage());
    } catch {
      return null;
    }
  };
  return {
    keep(key, value) {
      spare.set(key, value);
      attempt((store) => store.setItem(key, value));
    },
    kept: (key) => attempt((store) => store.getItem(key)) ?? spare.get(key) ?? null,
    forget(key) {
      spare.delete(key);
      attempt((store) => store.removeItem(key));
    },
    keys(prefix) {
      const all = new Set([...spare.keys(), ...(attempt(Object.keys) || [])]);
      return [...all].filter((key) => key.startsWith(prefix));
    },
  };
}

export const browser = area(() => localStorage);
export const tab = area(() => sessionStorage);
