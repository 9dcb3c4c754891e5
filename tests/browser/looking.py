"""axe-core finds nothing on a page, or on a frame, once it has come to rest."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.waiting import eventually

# But for the dots of somebody who is typing, which never rest.
AT_REST = """() => document.getAnimations().every(({ playState, animationName }) =>
  playState !== "running" || animationName === "breathe")"""


def at_rest(page):
    """Once the page listens: what htmx has drawn just now does so 20 ms later."""
    expect(page.locator(".htmx-added, .htmx-settling, .htmx-swapping, .htmx-request")).to_have_count(0)


def wait_for(page, notice):
    """For what the page says only after seconds: they pass at once on a clock of its own (page.clock.install())."""
    eventually(lambda: page.clock.fast_forward(5_000) or notice.is_visible())


def assert_accessible(page, where="", options=None):
    """Colours in the middle of a transition are nobody's contrast, so wait until nothing moves."""
    page.wait_for_function(AT_REST)
    found = Axe().run(page, options={"resultTypes": ["violations"]} | (options or {}))
    assert found.violations_count == 0, f"{where or page.url}: {found.generate_report()}"


def assert_accessible_day_and_night(page, where="", options=None):
    """In dark colours only contrasts are others."""
    assert_accessible(page, where, options)
    page.emulate_media(color_scheme="dark")
    assert_accessible(page, f"{where or page.url}, dark", {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
