"""Mark solved in the menu of the request icon (R8)."""

import pytest
from playwright.sync_api import expect

from queues.closing import Leftovers, close
from requests_app.models import CareRequest
from tests.browser.agent import let_in, region
from tests.cast import chat_of, held


@pytest.mark.rule("R8")
def test_marked_taken_back_and_marked_again(server, internet, ana, jelena, page):
    task = held(chat_of(jelena, internet), ana)
    let_in(page, "ana", f"/desk/{task.pk}/")
    pane, icon = region(page, "Request details"), page.get_by_role("button", name="Request information")
    pane.get_by_role("textbox", name="Title").fill("Router")
    marked = pane.get_by_text("Marked solved: closes when its last interaction ends").first
    mark = page.get_by_role("button", name="Mark solved")
    icon.click()
    mark.click()
    expect(marked).to_be_visible()
    expect(icon).to_be_focused()
    pane.get_by_role("button", name="Keep open").first.click()
    expect(pane.get_by_text("Stays open while work on it goes on").first).to_be_visible()
    icon.click()
    mark.click()
    expect(marked).to_be_visible()
    expect(pane.get_by_role("textbox", name="Title")).to_have_value("Router")
    close(task.pk, Leftovers(), by=ana)
    assert (CareRequest.objects.get().state, CareRequest.objects.get().title) == ("closed", "Router")
