"""Ready, and what is offered: by mouse, by F8, too late, in two tabs, on three sizes of screen (R30 to R34)."""

import re

import pytest
from playwright.sync_api import expect

from queues import states
from queues.models import Agent, NotReadyReason, Offer, Task
from tests.browser.agent import list_of, region, task_of
from tests.browser.beside import at_desk, go_offline
from tests.browser.looking import assert_accessible
from tests.cast import at_work, chat_in, held
from tests.waiting import eventually

ARRIVED = "() => Promise.all(document.getAnimations().map((one) => one.finished))"
HOUR_AHEAD = "const now = Date.now; Date.now = () => now() + 3600e3;"


@pytest.fixture
def desk(server, internet, billing, ana, page):
    """Ana writes in a chat of Vera Check, of a pick queue, and is Not Ready."""
    at_desk(page, held(chat_in(internet), ana))
    return page


def state_of(page):
    return page.get_by_role("group", name="State", exact=True)


def press(page, name):
    state_of(page).get_by_role("button", name=name, exact=True).click()


def offer_of(page):
    return page.get_by_role("alertdialog", name="New task", exact=True)


def message_of(page):
    return region(page, "Communication").get_by_role("textbox", name="Message")


def stored(record):
    return type(record).objects.get(pk=record.pk)


@pytest.mark.rule("R30", "R31")
def test_ready_brings_offers_and_f8_accepts_while_writing(browser_name, desk, billing):
    press(desk, "Ready")
    expect(state_of(desk).get_by_role("status")).to_have_text("Ready")
    message_of(desk).press_sequentially("Half a ")
    task = chat_in(billing, name="Piotr Zieliński", text="Od rana nie mam sygnału")
    for words in ("Piotr Zieliński", "Billing", "waited", "Od rana nie mam sygnału"):
        expect(offer_of(desk)).to_contain_text(words)
    expect(desk.get_by_role("status", name="Offers")).to_contain_text("New task: Piotr Zieliński, Billing.")
    expect(desk).to_have_title("(1) Piotr Zieliński · Care Desk")
    expect(desk.locator("body")).to_have_attribute("data-played", "offer")
    expect(offer_of(desk).get_by_role("timer")).to_have_text(re.compile(r"^1[0-3]$"))
    desk.keyboard.type("sentence")
    expect(message_of(desk)).to_have_value("Half a sentence")
    desk.keyboard.press("F8")
    expect(task_of(desk, "Piotr Zieliński", "In progress")).to_have_attribute("aria-current", "true")
    expect(message_of(desk)).to_be_focused()
    expect(offer_of(desk)).to_have_count(0)
    assert stored(task).agent.user.username == "ana"
    task_of(desk, "Vera Check", "In progress").click()
    expect(message_of(desk)).to_have_value("Half a sentence")


@pytest.mark.rule("R30")
def test_not_ready_is_one_press_and_a_menu_says_why(desk, ana):
    NotReadyReason.objects.create(name="Lunch")
    desk.reload()
    words = state_of(desk).get_by_role("status")
    expect(words).to_have_text("Not Ready · Signed in")
    slow = []
    desk.route("**/ready/", lambda route: route.continue_() if slow else slow.append(route))
    press(desk, "Ready")
    eventually(lambda: desk.wait_for_timeout(20) or slow)
    press(desk, "Not Ready")
    slow[0].fulfill(response=slow[0].fetch())  # the server hears of Ready only now
    expect(words).to_have_text("Not Ready · Other")
    assert stored(ana).state == Agent.NOT_READY
    press(desk, "Reasons")
    assert_accessible(desk)
    desk.get_by_role("button", name="Lunch").click()
    expect(words).to_have_text("Not Ready · Lunch")
    assert stored(ana).chosen_reason.name == "Lunch"


@pytest.mark.rule("R32")
def test_no_answer_is_told_with_one_press_back_to_ready(desk, ana, billing):
    billing.offer_seconds = 2
    billing.save()
    press(desk, "Ready")
    chat_in(billing, name="Piotr")
    expect(offer_of(desk)).to_be_visible()
    expect(state_of(desk).get_by_role("status")).to_have_text("Not Ready · No answer")
    expect(offer_of(desk)).to_have_count(0)
    expect(desk.get_by_text("No answer in 2 s: you are Not Ready.").first).to_be_visible()
    expect(message_of(desk)).to_be_visible()
    assert_accessible(desk)
    desk.locator("#offer").get_by_role("button", name="Ready", exact=True).click()
    expect(state_of(desk).get_by_role("status")).to_have_text("Ready")
    assert stored(ana).state == Agent.READY


@pytest.mark.rule("R34")
def test_what_one_tab_accepts_is_gone_from_the_other(desk, ana, billing):
    other = desk.context.new_page()
    other.goto("/desk/")
    press(desk, "Ready")
    chat_in(billing, name="Piotr")
    expect(offer_of(other)).to_be_visible()
    offer_of(desk).get_by_role("button", name="Accept").click()
    expect(offer_of(other)).to_have_count(0)
    expect(task_of(other, "Piotr", "In progress")).to_be_visible()


@pytest.mark.rule("R34")
def test_too_late_is_said_in_words_and_the_work_stays(desk, ana, sonja, billing):
    """No push comes here, so that the press is really late; and the page's clock is an hour ahead."""
    at_work(ana)
    chat_in(billing)
    desk.route_web_socket("**/ws/desk/", lambda socket: None)
    desk.add_init_script(HOUR_AHEAD)
    desk.reload()
    expect(offer_of(desk).get_by_role("timer")).to_have_text(re.compile(r"^([6-9]|1[0-5])$"))
    message_of(desk).fill("Half a sentence")
    states.set_by_supervisor(ana, by=sonja)
    desk.keyboard.press("F8")
    expect(desk.get_by_role("status", name="Notices")).to_contain_text("This task was taken back.")
    expect(message_of(desk)).to_have_value("Half a sentence")
    expect(offer_of(desk)).to_have_count(0)


@pytest.mark.rule("R31")
def test_an_offer_covers_nothing(desk, ana, billing):
    message_of(desk).press_sequentially("Half a sentence")
    press(desk, "Ready")
    message_of(desk).focus()
    chat_in(billing)
    expect(offer_of(desk)).to_be_visible()
    assert_accessible(desk)
    for size in ((1440, 900), (1280, 720), (390, 844)):
        desk.set_viewport_size({"width": size[0], "height": size[1]})
        expect(offer_of(desk)).to_be_in_viewport()
        desk.evaluate(ARRIVED)
        for part in ("#compose", "#messages", "#close_button"):
            assert not overlap(offer_of(desk).bounding_box(), desk.locator(part).bounding_box()), (size, part)
    expect(message_of(desk)).to_be_focused()


@pytest.mark.rule("R31")
def test_what_is_offered_while_the_line_is_down_is_there_after_it(desk, ana, billing, new_page):
    new_page.lose_the_line()
    go_offline(desk)
    at_work(ana)
    chat_in(billing, name="Piotr")
    eventually(lambda: Offer.objects.live().exists())
    desk.context.set_offline(False)
    expect(offer_of(desk)).to_contain_text("Piotr")


@pytest.mark.rule("R2")
def test_an_automatic_queue_is_a_line_that_says_why(desk, billing, marko):
    chat_in(billing), chat_in(billing)
    line = list_of(desk, "Queue").get_by_role("listitem").filter(has_text="Billing")
    expect(line).to_contain_text("2 waiting, offered in turn")
    expect(line.get_by_role("button")).to_have_count(0)
    line.get_by_text("Why?").click()
    expect(line).to_contain_text("Ana Kovač Not Ready: Signed in.")
    chat_in(billing)
    expect(line).to_contain_text("3 waiting")
    expect(line).to_contain_text("Ana Kovač Not Ready: Signed in.")


@pytest.mark.rule("R38")
def test_logging_out_with_a_task_in_progress_asks(desk, ana, new_page):
    new_page.allow("401")
    me = desk.get_by_role("button", name="Ana Kovač")
    me.click()
    desk.get_by_role("button", name="Log out").click()
    question = desk.get_by_role("dialog", name="Log out with 1 task in progress?")
    expect(question).to_be_visible()
    assert_accessible(desk)
    question.get_by_role("button", name="Stay").click()
    expect(question).to_be_hidden()
    me.click()
    question.get_by_role("button", name="Return it to its queue").click()
    expect(desk.get_by_role("textbox", name="Username")).to_be_visible()
    eventually(lambda: Task.objects.get().state == Task.WAITING)


def overlap(one, other):
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )
