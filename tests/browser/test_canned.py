"""Canned replies in the composer: a colon and letters, then keys alone (R120)."""

import pytest
from playwright.sync_api import expect

from activities.models import Message
from queues.models import CannedReply
from tests.browser.agent import let_in, region
from tests.cast import chat_in, held


@pytest.mark.rule("R120")
def test_a_reply_is_put_in_by_keys_and_never_sent_by_them(server, internet, ana, page):
    CannedReply.objects.create(shortcut="reboot", text="Please switch it off.\nWait a minute.")
    CannedReply.objects.create(shortcut="regards", text="Kind regards")
    task = held(chat_in(internet), ana)
    let_in(page, "ana", f"/desk/{task.pk}/")
    box = region(page, "Communication").get_by_role("textbox", name="Message")
    listed = page.get_by_role("listbox", name="Canned replies")
    option = listed.get_by_role("option")

    box.press_sequentially("At 9:30 :re")
    expect(option).to_have_count(2)
    expect(box).to_have_attribute("aria-activedescendant", "canned_1")
    box.press("Escape")
    expect(listed).to_be_hidden()
    box.press_sequentially("g")
    expect(option).to_have_count(1)
    box.press("Tab")
    expect(box).to_have_value("At 9:30 Kind regards")
    expect(box).to_be_focused()

    box.fill("")
    box.press_sequentially(":R")
    expect(listed).to_be_hidden()
    box.fill("")
    box.press_sequentially(":re")
    expect(option).to_have_count(2)
    box.press("ArrowDown")
    expect(option.nth(1)).to_have_attribute("aria-selected", "true")
    box.press("ArrowUp")
    box.press("Enter")
    expect(box).to_have_value("Please switch it off.\nWait a minute.")
    expect(listed).to_be_hidden()

    box.fill("Well. ")
    page.get_by_role("button", name="Canned replies").click()
    expect(option).to_have_count(2)
    box.press("Enter")
    expect(box).to_have_value("Well. Please switch it off.\nWait a minute.")
    assert not Message.objects.filter(activity=task.activity, side=Message.AGENT).exists()
    expect(listed).to_be_hidden()
