"""The browsers themselves: both start, and what they report is heard."""

import pytest

from caredesk import health
from caredesk.models import Heartbeat

ICON = '<link rel="icon" href="data:,">'
BROKEN = (
    f"<!doctype html>{ICON}<title>Broken</title><script>document.title = 'inline ran'</script><p>Here</p>"
)
STRICT = {"content-type": "text/html", "content-security-policy": "default-src 'none'; img-src data:"}


@pytest.fixture
def broken(page):
    """A page that a strict policy keeps from running its script."""
    page.route("**/broken", lambda route: route.fulfill(body=BROKEN, headers=STRICT))
    return page


def test_a_violation_of_the_policy_is_heard(browser_name, broken, new_page):
    with broken.expect_console_message(lambda message: "CSP violation: script-src" in message.text):
        broken.goto("/broken")
    assert broken.title() == "Broken"
    assert any("CSP violation" in problem for problem in new_page.problems)
    new_page.allow("CSP violation", "Content.Security.Policy", "inline script")


def test_an_uncaught_error_is_heard(browser_name, broken, new_page):
    broken.goto("/broken")
    with broken.expect_event("pageerror", lambda error: "a mistake" in str(error)):
        broken.evaluate("() => { setTimeout(() => { throw new Error('a mistake') }) }")
    assert any("a mistake" in problem for problem in new_page.problems)
    new_page.allow("a mistake", "CSP violation", "Content.Security.Policy", "inline script")


def test_the_server_under_test_uses_the_test_database(server, page):
    assert not Heartbeat.objects.filter(part="worker").exists()
    health.beat("worker")
    assert page.request.get("/healthz").json()["worker"] == "ok"
