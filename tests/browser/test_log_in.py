"""The door in real browsers: names, languages, looks, and what the policy lets pages do."""

import pytest

from queues import agents
from tests.browser.looking import assert_accessible_day_and_night

PASSWORD = "long enough"
SOCKET = """() => new Promise((resolve) => {
  const socket = new WebSocket(`ws://${location.host}/ws/desk/`);
  document.addEventListener("securitypolicyviolation", () => resolve("violation"));
  socket.onerror = () => resolve("refused");
  socket.onopen = () => resolve("open");
})"""


@pytest.fixture
def ana(server):
    return agents.create("ana", password=PASSWORD)[0].user


def log_in(page, password=PASSWORD):
    page.get_by_role("textbox", name="Username", exact=True).fill("ana")
    page.get_by_role("textbox", name="Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()


def test_one_logs_in_and_is_where_one_was_going(browser_name, ana, new_page):
    """The server has learnt the reader's time zone by then. `connect-src 'self'` means ws: too; the desk's socket is
    refused to a stranger, not by the policy."""
    page = new_page(timezone_id="Asia/Tokyo")
    page.goto("/accounts/password_change/")
    zone = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert zone["zone"] == "Asia/Tokyo"
    assert page.evaluate(SOCKET) in ("open", "refused")
    log_in(page)
    page.wait_for_url("**/accounts/password_change/")
    assert page.get_by_role("heading", name="Change password").is_visible()


def test_a_failed_try_says_so_where_a_screen_reader_hears_it(ana, page):
    page.goto("/accounts/login/")
    log_in(page, "not this one")
    alert = page.get_by_role("alert")
    assert "9 tries are left" in alert.inner_text()
    assert page.get_by_role("textbox", name="Username").input_value() == "ana"


def test_the_page_speaks_each_language_by_one_press(page, server):
    page.goto("/accounts/login/?next=/desk/")
    languages = page.get_by_role("navigation", name="Language")
    for name, code in [("Srpski", "sr-latn"), ("Nederlands", "nl"), ("Polski", "pl"), ("Türkçe", "tr")]:
        languages.get_by_role("button", name=name, exact=True).click()
        page.wait_for_selector(f"html[lang={code}]")
        languages = page.locator("nav", has=page.get_by_role("button", name="English"))
    assert page.url.endswith("?next=/desk/")


def test_nothing_at_the_door_keeps_anybody_out(ana, new_page):
    page = new_page()
    page.goto("/accounts/login/")
    assert_accessible_day_and_night(page)
    log_in(page, "not this one")
    page.get_by_role("alert").wait_for()
    assert_accessible_day_and_night(page)
    log_in(page)
    for path in ("/accounts/password_change/", "/accounts/password_change/done/"):
        page.goto(path)
        assert_accessible_day_and_night(page)
    new_page.allow("404")
    page.goto("/nothing/here/")
    assert_accessible_day_and_night(page)
