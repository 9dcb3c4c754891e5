"""Transfer in real browsers: the sender, the receiver, and what comes back (R43)."""

import pytest
from playwright.sync_api import expect

from queues import offers
from queues.models import Offer, Task
from tests.browser.agent import let_in, region, task_of
from tests.browser.beside import at_desk
from tests.browser.looking import assert_accessible
from tests.browser.test_offers import offer_of
from tests.cast import at_work, chat_in, held
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def bells(new_page):
    """A bell may reach a pane of the task that is gone."""
    new_page.allow("404")


def dialog_of(page):
    return page.get_by_role("dialog", name="Transfer", exact=True)


def transfer(page, to, note=""):
    region(page, "Communication").get_by_role("button", name="Transfer").click()
    dialog_of(page).get_by_role("combobox", name="To").select_option(label=to)
    dialog_of(page).get_by_role("textbox", name="Note").fill(note)
    dialog_of(page).get_by_role("button", name="Transfer").click()


@pytest.mark.rule("R43")
def test_an_agent_accepts_it_with_its_note(chat, marko, page, new_page):
    at_desk(page, chat)
    theirs = let_in(new_page(), "marko")
    eventually(lambda: marko.presences.exists())
    transfer(page, "Marko Babić", "Knows the case")
    communication = region(page, "Communication")
    expect(communication).to_contain_text("Offered to Marko Babić. It stays yours until it is accepted.")
    expect(task_of(page, "Jelena Marković", "In progress")).to_contain_text("Offered to Marko Babić")
    expect(offer_of(theirs)).to_contain_text("From Ana Kovač")
    expect(offer_of(theirs)).to_contain_text("Knows the case")
    offer_of(theirs).get_by_role("button", name="Accept").click()
    expect(region(theirs, "Communication")).to_contain_text("Knows the case")
    expect(communication).to_contain_text("Marko Babić accepted the transfer.")
    expect(task_of(page, "Jelena Marković", "In progress")).to_have_count(0)


@pytest.mark.rule("R43")
def test_declined_it_comes_back_and_says_so(chat, marko, page):
    at_desk(page, chat)
    page.locator("#message").fill("Half a sentence")
    at_work(marko)
    transfer(page, "Marko Babić")
    eventually(lambda: Offer.objects.live().exists())
    offers.decline(Offer.objects.get().pk, by=marko)
    expect(region(page, "Communication")).to_contain_text("Marko Babić declined the transfer.")
    expect(page.locator("#message")).to_have_value("Half a sentence")


@pytest.mark.rule("R43")
def test_to_a_queue_by_the_keyboard_alone(chat, ana, internet, billing, page):
    following = held(chat_in(internet), ana)
    at_desk(page, chat)
    opener = region(page, "Communication").get_by_role("button", name="Transfer")
    opener.focus()
    page.keyboard.press("Enter")
    expect(dialog_of(page).get_by_role("combobox", name="To")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog_of(page).get_by_role("combobox", name="To")).to_be_focused()
    page.keyboard.type("Billing")
    page.keyboard.press("Tab")
    page.keyboard.type("Twice charged")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f'#at[data-task="{following.pk}"]')).to_be_attached()
    notices = page.get_by_role("status", name="Notices")
    expect(notices).to_contain_text("Jelena Marković was transferred to Billing.")
    task = Task.objects.get(pk=chat.pk)
    assert (task.queue, task.transfer_note) == (billing, "Twice charged")
    expect(dialog_of(page)).to_have_count(0)
