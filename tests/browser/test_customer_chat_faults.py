"""The chat while Valkey is away: nobody hears anything by push, and everything arrives all the same."""

import pytest
from playwright.sync_api import expect

from tests.browser.customer import QUESTION, Desk, begin, line_of, say, shown, stored
from tests.house.conftest import Doorbell
from tests.server import Server


@pytest.fixture
def valkey(tmp_path):
    engine = Doorbell(tmp_path, fast=True).start()
    yield engine
    engine.stop()


@pytest.fixture
def lone_server(tmp_path, transactional_db, valkey):
    """A server with a Valkey of its own, that may be killed."""
    server = Server(tmp_path, REDIS_URL=valkey.url).start()
    yield server
    server.stop()


@pytest.mark.rule("R100")
def test_both_sides_go_on_without_valkey_and_with_a_new_one(lone_server, valkey, new_page, ana):
    page = new_page()
    activity = begin(page, f"{lone_server.url}/chat/internet/")
    desk = Desk(ana, activity)
    valkey.kill()
    say(page, "Without a bell")
    expect(line_of(page, "Without a bell").get_by_text("Delivered")).to_be_visible()
    desk.accept().answer("I hear you")
    expect(line_of(page, "I hear you")).to_be_visible()
    expect(page.get_by_role("heading", name="Ana Kovač")).to_be_visible()
    expect(page.get_by_text("No connection.")).to_be_hidden()

    valkey.start()
    desk.answer("And again")
    expect(line_of(page, "And again")).to_be_visible()
    say(page, "Fine")
    expect(line_of(page, "Fine").get_by_text("Delivered")).to_be_visible()
    assert shown(page) == stored(activity) == [QUESTION, "Without a bell", "I hear you", "And again", "Fine"]
