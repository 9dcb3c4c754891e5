"""Somebody who has no mouse: Tab, and the keys of what has the focus."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import at_rest

IS_HERE = "element => element === document.activeElement"
STOP = """() => {
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const around = [at, at.parentElement, at.parentElement.parentElement, at.nextElementSibling].filter(Boolean);
  const isMarked = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && outlineWidth !== "0px";
  const marked = around.some((one) => isMarked(getComputedStyle(one)));
  const pane = at.closest("section[id], nav, header, footer, aside, main");
  return {
    place: pane?.id || at.closest("[aria-label]")?.ariaLabel || "",
    name: at === document.body ? "" : at.ariaLabel || at.id || at.textContent.trim().slice(0, 40) || at.tagName,
    seen: inside && marked,
  };
}"""


class Keyboard:
    """`stops` are the places of the page through which the focus has come, each named once as it was entered."""

    def __init__(self, page: Page):
        self.page, self.stops = page, []

    def press(self, *keys: str) -> None:
        at_rest(self.page)
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def go_to(self, target: Locator, key: str = "Tab", most: int = 60) -> None:
        """By nothing but `key`; every stop on the way can be seen."""
        expect(target).to_be_visible()
        for _step in range(most):
            if target.evaluate(IS_HERE):
                return
            self.page.keyboard.press(key)
            self.look()
        raise AssertionError(f"{target} is not reached by {key}: {self.stops}")

    def back_to(self, target: Locator) -> None:
        self.go_to(target, "Shift+Tab")

    def look(self) -> None:
        stop = self.page.evaluate(STOP)
        if not stop["name"]:  # between the last stop of the page and the first
            return
        assert stop["seen"], f"the focus is not to be seen: {stop}"
        if not self.stops or self.stops[-1] != stop["place"]:
            self.stops.append(stop["place"])
