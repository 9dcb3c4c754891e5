"""Real browsers before a real server. A browser that is missing fails the tests: bin/test installs it."""

import os
import re
import time
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import expect, sync_playwright

from caredesk import processes
from tests.browser.beside import chat, strange_chat  # noqa: F401 (fixtures for all)
from tests.server import Server

HERE = Path(__file__).parent
CHROMIUM, FIREFOX = "/usr/bin/chromium-headless-shell", "/usr/bin/firefox-esr"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Long enough for a machine that has other things to do: it only ever catches what hangs.
TIMEOUT_MILLISECONDS = 20_000
expect.set_options(timeout=TIMEOUT_MILLISECONDS)
REPORT_CSP = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""
# Answers that pages expect and handle, what Firefox says when a page with an open socket is left, and what htmx says of
# a look that a later one has replaced.
EXPECTED = [
    r"the server responded with a status of (409|422)",
    r"was interrupted while the page was loading",
    r"^htmx:(afterRequest|sendAbort|oobErrorNoTarget), ",
]
LOST_LINE = [
    r"ERR_(CONNECTION|INTERNET|NETWORK|EMPTY_RESPONSE|SOCKET)",
    r"can.t establish a connection",
    r"NetworkError",
    r"WebSocket",
    r"htmx:",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def _server(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        port = processes.free_port()  # of another desktop, whose page frames the gadget
        allowed = {"CAREDESK_GADGET_ORIGINS": f"http://127.0.0.1:{port}"}
        server = Server(tmp_path_factory.mktemp("server"), **allowed).start()
        server.desktop_port = port
    yield server
    server.stop()


@pytest.fixture
def server(_server, transactional_db):
    """Its address is `server.url`; its tables are emptied after the test. Fails on an error of the server."""
    if _server.web.poll() is not None:
        _server.start()
    log = _server.log("web")
    before = log.stat().st_size
    yield _server
    come_to_rest()
    with log.open(errors="replace") as lines:
        lines.seek(before)
        said = lines.read()
    if "Traceback" in said:
        pytest.fail(f"The server met an error:\n{said}")


def come_to_rest(seconds=3):
    """Pages that close send their last drafts: let the server end what it has begun before its tables are emptied."""
    deadline = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(AT_WORK)
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.02)


AT_WORK = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND (state <> 'idle' OR state_change > clock_timestamp() - interval '100 ms')
"""


@pytest.fixture(scope="session")
def _playwright():
    # Its event loop runs in this thread, where Django would then refuse its ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(_playwright):
    browser = _playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def firefox(_playwright):
    browser = _playwright.firefox.launch(channel="moz-firefox", executable_path=FIREFOX)
    yield browser
    browser.close()


@pytest.fixture(params=["chromium", "firefox"])
def browser_name(request):
    """Ask for it to run a test in both browsers; new_page() then opens its pages in that one."""
    return request.param


@pytest.fixture
def new_page(request, server, rested):
    """new_page(browser=chromium, **context_options): a page of somebody who has never been here.

    Contexts of Chromium are used again, emptied but for their cache, unless own=True.

    Whatever the page reports on its console as an error, by the content security policy or by an uncaught
    exception, fails the test, unless the test said new_page.allow("pattern").
    """
    pages = Pages(request, server, rested)
    yield pages
    pages.close()
    if pages.problems:
        pytest.fail("The browser reported:\n" + "\n".join(pages.problems))


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture(scope="session")
def rested():
    """Contexts of Chromium that other tests have left, with all static files in their caches."""
    return []


@pytest.fixture
def timed(new_page):
    """A page with a clock of its own, which runs, and which the test can put forward."""
    page = new_page(own=True)
    page.clock.install()
    return page


class Pages:
    def __init__(self, request, server, rested):
        self.request, self.server, self.rested = request, server, rested
        self.contexts, self.shared, self.reports, self.allowed = [], [], [], [*EXPECTED]

    def __call__(self, browser=None, *, own=False, **options):
        browser = browser or self.default_browser()
        shared = not own and not options and browser.browser_type.name == "chromium"
        context = self.rested.pop() if shared and self.rested else self.new_context(browser, options)
        (self.shared if shared else self.contexts).append(context)
        context.on("page", self.listen)
        page = context.new_page()
        if shared:
            self.forget(page)
        return page

    def new_context(self, browser, options):
        context = browser.new_context(**{"base_url": self.server.url, **options})
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        context.add_init_script(REPORT_CSP)
        return context

    def forget(self, page):
        """Whatever the last test has stored in this context, cookies included."""
        session = page.context.new_cdp_session(page)
        kinds = "cookies,local_storage,indexeddb,cache_storage,service_workers"
        session.send("Storage.clearDataForOrigin", {"origin": self.server.url, "storageTypes": kinds})
        session.detach()

    def default_browser(self):
        name = "chromium"
        if "browser_name" in self.request.fixturenames:
            name = self.request.getfixturevalue("browser_name")
        return self.request.getfixturevalue(name)

    def listen(self, page):
        page.on("console", lambda message: message.type == "error" and self.reports.append(message.text))
        page.on("pageerror", lambda error: self.reports.append(f"Uncaught: {error}"))

    def allow(self, *patterns: str) -> None:
        self.allowed += patterns

    def lose_the_line(self) -> None:
        """What the browsers and htmx say while the network or the server is away."""
        self.allow(*LOST_LINE)

    @property
    def problems(self) -> list[str]:
        return [text for text in self.reports if not any(re.search(known, text) for known in self.allowed)]

    def close(self):
        for context in self.contexts:
            context.close()
        for context in self.shared:
            context.remove_listener("page", self.listen)
            for page in context.pages:
                page.close()
            context.clear_cookies()
            context.set_offline(False)
        self.rested += self.shared
