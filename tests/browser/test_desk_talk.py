"""The conversation at the desk: writing, drafts, unsent words, unread ones, and lines that drop."""

import json
import re
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from activities import chat
from activities.models import Activity, Comment, Draft, Message
from caredesk import realtime
from queues import chats
from tests.browser.agent import let_in, region, say, task_of, words
from tests.browser.looking import at_rest, wait_for
from tests.cast import PASSWORD, chat_in, held
from tests.waiting import eventually


@pytest.fixture
def task(server, internet, ana):
    """Jelena's chat, which Ana has in progress."""
    return held(chat_in(internet, name="Jelena", text="My router restarts"), ana)


@pytest.fixture
def other(task, internet, ana):
    return held(chat_in(internet, name="Tomasz", text="Dzień dobry"), ana)


@pytest.fixture
def desk(task, page):
    """Ana's desk with Jelena's chat before her."""
    return opened(page, task)


def opened(page, task):
    let_in(page, "ana", f"/desk/{task.pk}/")
    expect(box_of(page)).to_be_visible()
    return page


def box_of(page):
    return region(page, "Communication").get_by_role("textbox", name="Message")


def bubble(page, text):
    return page.get_by_role("log", name="Messages").locator("li.turn", has_text=text)


def hear(task, text):
    chats.hear(Activity.objects.get(pk=task.activity_id), text=text, uuid=uuid.uuid4())


def drafts_of(task):
    return dict(Draft.objects.filter(record=f"activity-{task.activity_id}").values_list("field", "text"))


# --- writing


@pytest.mark.rule("R51")
def test_enter_sends_shift_enter_makes_a_line_and_a_reload_keeps_the_words(browser_name, desk, task):
    box = box_of(desk)
    box.press_sequentially("One")
    box.press("Shift+Enter")
    box.press_sequentially("Two")
    box.press("Enter")
    expect(bubble(desk, "One")).to_have_attribute("data-state", "sent")
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    assert Message.objects.get(side="agent", kind="text").text == "One\nTwo"
    box.press_sequentially("Typed a moment ago")
    desk.reload()
    expect(box).to_have_value("Typed a moment ago")


def test_other_keys_send_as_well_but_neither_nothing_nor_what_is_composed(desk):
    box = box_of(desk)
    for keys in ("Control+Enter", "Meta+Enter"):
        box.fill(f"Sent by {keys}")
        box.press(keys)
        expect(bubble(desk, f"Sent by {keys}")).to_have_attribute("data-state", "sent")
    box.fill("  \n ")
    box.press("Enter")
    box.fill("に")
    composing = {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    box.dispatch_event("keydown", composing)
    box.dispatch_event("keydown", composing | {"isComposing": False, "keyCode": 229})
    expect(box).to_have_value("に")
    expect(desk.locator("li.turn.mine")).to_have_count(2)
    assert Message.objects.filter(side="agent", kind="text").count() == 2


@pytest.mark.rule("R50")
def test_2001_characters_are_refused_beside_the_field_and_kept(desk):
    box = box_of(desk)
    box.fill("x" * 1799)
    expect(desk.locator("#message_note")).to_have_text("")
    box.fill("ž" * 1800)
    expect(desk.locator("#message_note")).to_have_text("1,800 / 2,000")
    box.fill("x" * 2001)
    box.press("Enter")
    expect(region(desk, "Communication").get_by_role("alert")).to_have_text(
        re.compile("^1 over the limit of 2,000")
    )
    expect(box).to_have_attribute("aria-invalid", "true")
    assert len(box.input_value()) == 2001
    box.fill("x" * 2000)
    expect(box).not_to_have_attribute("aria-invalid", "true")
    box.press("Enter")
    expect(bubble(desk, "xxx")).to_have_attribute("data-state", "sent")


def test_what_the_other_side_types_and_has_seen_is_told(desk, task):
    eventually(lambda: Activity.objects.get(pk=task.activity_id).unread == 0)  # by now it is listening
    who = {"side": "customer", "who": "Jelena", "channel": ""}
    realtime.post(f"talk-{task.activity_id}", {"type": "talk.typing", "activity": task.activity_id} | who)
    expect(desk.get_by_text("Jelena is typing")).to_be_visible()
    hear(task, "There")
    expect(bubble(desk, "There")).to_be_visible()
    expect(desk.get_by_text("Jelena is typing")).to_be_hidden()
    say(desk, "Good morning")
    expect(bubble(desk, "Good morning")).to_have_attribute("data-state", "sent")
    chat.seen_by_customer(task.activity_id, Activity.objects.get(pk=task.activity_id).last_seq)
    expect(bubble(desk, "Good morning")).to_have_attribute("data-state", "seen")


def test_earlier_words_come_on_demand(desk, task, ana):
    for number in range(60):
        chats.answer(task.pk, text=f"Line {number}.", uuid=uuid.uuid4(), by=ana)
    desk.reload()
    expect(bubble(desk, "Line 59.")).to_be_visible()
    expect(bubble(desk, "Line 0.")).to_have_count(0)
    desk.get_by_role("button", name="Show earlier messages").click()
    expect(bubble(desk, "Line 0.")).to_be_attached()
    assert words(desk) == ["My router restarts", *[f"Line {number}." for number in range(60)]]


def test_who_reads_further_up_is_told_of_new_words(desk, task):
    for number in range(30):
        hear(task, f"Line {number}.")
    expect(bubble(desk, "Line 29.")).to_be_visible()
    eventually(lambda: Activity.objects.get(pk=task.activity_id).unread == 0)
    desk.get_by_role("log", name="Messages").evaluate("log => log.scrollTo({ top: -400 })")
    expect(bubble(desk, "Line 29.")).not_to_be_in_viewport()
    hear(task, "Are you there?")
    button = desk.get_by_role("button", name="New messages")
    expect(button).to_be_visible()
    assert Activity.objects.get(pk=task.activity_id).unread == 1
    button.click()
    expect(bubble(desk, "Are you there?")).to_be_in_viewport()
    expect(button).to_be_hidden()
    eventually(lambda: Activity.objects.get(pk=task.activity_id).unread == 0)


# --- drafts


@pytest.mark.rule("R3", "R51")
def test_another_task_and_back_keeps_the_words(other, desk):
    box_of(desk).fill("Half a sentence")
    task_of(desk, "Tomasz", "In progress").click()
    expect(box_of(desk)).to_have_attribute("placeholder", "Write to Tomasz")
    expect(box_of(desk)).to_have_value("")
    expect(task_of(desk, "Jelena", "In progress")).to_contain_text("Draft: Half a sentence")
    box_of(desk).fill("Another half")
    task_of(desk, "Jelena", "In progress").click()
    expect(box_of(desk)).to_have_value("Half a sentence")
    expect(task_of(desk, "Jelena", "In progress")).not_to_contain_text("Draft")
    expect(task_of(desk, "Tomasz", "In progress")).to_contain_text("Draft: Another half")


@pytest.mark.rule("R51")
def test_a_draft_is_soon_on_another_machine_and_gone_once_it_is_sent(desk, task, new_page):
    box_of(desk).press_sequentially("Half a sentence")
    expect(desk.get_by_text("Draft kept")).to_be_visible()
    assert drafts_of(task) == {"message": "Half a sentence"}
    elsewhere = opened(new_page(), task)
    expect(box_of(elsewhere)).to_have_value("Half a sentence")
    elsewhere.close()
    box_of(desk).press("Enter")
    expect(desk.get_by_text("Draft kept")).to_be_hidden()
    expect(bubble(desk, "Half a sentence")).to_have_attribute("data-state", "sent")
    eventually(lambda: not drafts_of(task))
    eventually(
        lambda: desk.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []
    )
    desk.reload()
    expect(box_of(desk)).to_have_value("")


@pytest.mark.rule("R51")
def test_signing_out_leaves_the_servers_copy_alone(desk, task):
    box_of(desk).press_sequentially("Half a sentence")
    desk.get_by_role("button", name="Ana Kovač").click()
    desk.get_by_role("button", name="Log out").click()
    desk.get_by_role("button", name="Keep it and log out").click()
    expect(desk.get_by_role("textbox", name="Username")).to_be_visible()
    assert desk.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []
    assert drafts_of(task) == {"message": "Half a sentence"}
    desk.get_by_role("textbox", name="Username").fill("ana")
    desk.get_by_role("textbox", name="Password").fill(PASSWORD)
    desk.get_by_role("button", name="Log in").click()
    task_of(desk, "Jelena", "In progress").click()
    expect(box_of(desk)).to_have_value("Half a sentence")


@pytest.mark.rule("R54")
def test_what_is_pushed_takes_no_pen_out_of_the_hand(browser_name, desk, task):
    box = box_of(desk)
    box.press_sequentially("Half a sentence")
    box.evaluate("box => box.setSelectionRange(5, 9)")
    chats.leave(task.activity_id)
    expect(region(desk, "Communication")).to_contain_text("The customer left at")
    hear(task, "Here again")
    expect(bubble(desk, "Here again")).to_be_visible()
    expect(region(desk, "Communication").get_by_role("status")).to_have_count(0)
    expect(box).to_be_focused()
    expect(box).to_have_value("Half a sentence")
    assert box.evaluate("box => [box.selectionStart, box.selectionEnd]") == [5, 9]


# --- unread


@pytest.mark.rule("R2")
def test_words_in_another_task_are_counted_everywhere(other, desk):
    expect(desk).to_have_title("(1) Jelena · Care Desk")
    hear(other, "Czy ktoś tam jest?")
    row = task_of(desk, "Tomasz", "In progress")
    expect(row).to_contain_text("Czy ktoś tam jest?")
    expect(row).to_have_accessible_description(re.compile("2 unread messages"))
    expect(desk).to_have_title("(2) Jelena · Care Desk")
    expect(desk.locator("link[rel=icon]")).to_have_attribute("href", re.compile("favicon-new"))
    row.click()
    expect(desk).to_have_title("Tomasz · Care Desk")
    expect(desk.locator("link[rel=icon]")).to_have_attribute("href", re.compile(r"favicon\.svg"))
    assert Activity.objects.get(pk=other.activity_id).unread == 0


def hide(page, hidden=True):
    """As the browser does with a tab that goes behind another."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
          const state = hidden ? "hidden" : "visible";
          Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_hidden_tab_hears_and_counts_but_has_not_seen(browser_name, desk, task):
    expect(desk).to_have_title("Jelena · Care Desk")
    hide(desk)
    hear(task, "Still there?")
    expect(bubble(desk, "Still there?")).to_be_attached()
    expect(desk).to_have_title("(1) Jelena · Care Desk")
    assert Activity.objects.get(pk=task.activity_id).unread == 1
    hide(desk, False)
    expect(desk).to_have_title("Jelena · Care Desk")
    eventually(lambda: Activity.objects.get(pk=task.activity_id).unread == 0)
    hear(task, "After the sleep")
    expect(bubble(desk, "After the sleep")).to_be_visible()
    # Nobody was asked for permission by the page itself.
    assert not desk.locator("[data-notifications]").is_checked()
    assert desk.evaluate("Notification.permission") != "granted"


NOTED = """
window.noted = [];
window.Notification = class {
  static permission = "default";
  static requestPermission = async () => (Notification.permission = "granted");
  constructor(title, options) { noted.push([title, options.body]); }
  close() {}
};
"""


@pytest.mark.rule("R31")
def test_a_hidden_tab_notifies_of_work_and_words_and_offers_from_the_first_ready_on(
    task, internet, billing, page
):
    page.add_init_script(NOTED)
    desk = opened(page, task)
    desk.get_by_role("button", name="Ready", exact=True).click()
    expect(desk.locator("[data-notifications]")).to_be_checked()
    chat_in(internet, name="Seen", text="While looking")
    expect(task_of(desk, "Seen")).to_be_visible()
    at_rest(desk)
    assert desk.evaluate("noted") == []
    hide(desk)
    chat_in(internet, name="Noor van Dijk", text="Mijn factuur klopt niet")
    expect(task_of(desk, "Noor van Dijk")).to_be_attached()
    hear(task, "Still there?")
    expect(desk).to_have_title("(2) Jelena · Care Desk")
    assert desk.evaluate("noted") == [
        ["Noor van Dijk is waiting", "Internet: “Mijn factuur klopt niet”"],
        ["Jelena wrote", "Internet: Still there?"],
    ]
    chat_in(billing, name="Piotr Zieliński", text="Od rana nie mam sygnału")
    expect(desk).to_have_title("(1) Piotr Zieliński · Care Desk")
    assert desk.evaluate("noted.at(-1)") == [
        "New task: Piotr Zieliński",
        "Billing: “Od rana nie mam sygnału”",
    ]


def test_sounds_after_a_press_and_can_be_switched_off(task, other, internet, page):
    desk = opened(page, task)
    hear(other, "Not a sound before the first press")
    expect(task_of(desk, "Tomasz", "In progress")).to_contain_text("Not a sound")
    assert desk.locator("body").get_attribute("data-played") is None
    box_of(desk).click()
    chat_in(internet, name="Noor")
    expect(desk.locator("body")).to_have_attribute("data-played", "work")
    desk.get_by_role("button", name="Ana Kovač").click()
    desk.get_by_role("checkbox", name="Sound").uncheck()
    desk.evaluate("delete document.body.dataset.played")
    desk.reload()
    box_of(desk).click()
    chat_in(internet, name="Mehmet")
    expect(task_of(desk, "Mehmet")).to_be_visible()
    assert desk.locator("body").get_attribute("data-played") is None


# --- lines that drop


@pytest.mark.rule("R51")
def test_the_server_dies_and_comes_back_and_nothing_is_lost_or_doubled(timed, task, server, new_page):
    new_page.lose_the_line()
    desk = opened(timed, task)
    say(desk, "Before")
    expect(bubble(desk, "Before")).to_have_attribute("data-state", "sent")
    server.kill()
    say(desk, "Meanwhile one")
    say(desk, "Meanwhile two")
    expect(bubble(desk, "Meanwhile one")).to_have_attribute("data-state", "sending")
    box_of(desk).fill("Half a sentence")
    wait_for(desk, desk.get_by_text("Offline. What you type is kept"))
    hear(task, "Words that nobody could push")
    server.start()
    desk.clock.fast_forward(10_000)
    for text in ("Meanwhile one", "Meanwhile two"):
        expect(bubble(desk, text)).to_have_attribute("data-state", "sent")
    expect(bubble(desk, "Words that nobody")).to_be_visible()
    expect(desk.get_by_text("Offline. What you type is kept")).to_be_hidden()
    expect(box_of(desk)).to_have_value("Half a sentence")
    stored = Message.objects.filter(activity=task.activity_id, kind="text").order_by("seq")
    eventually(lambda: words(desk) == list(stored.values_list("text", flat=True)))
    assert stored.filter(text="Meanwhile one").count() == 1
    eventually(lambda: drafts_of(task) == {"message": "Half a sentence"})


@pytest.mark.rule("R51")
def test_unsent_words_survive_a_reload(desk, task):
    """The server hears them only after the reload: the socket of the first page is deaf."""
    desk.evaluate("WebSocket.prototype.send = () => {}; null")
    say(desk, "Kept in the browser")
    expect(bubble(desk, "Kept in the browser")).to_have_attribute("data-state", "sending")
    desk.reload()
    expect(bubble(desk, "Kept in the browser")).to_have_attribute("data-state", "sent")
    assert Message.objects.filter(text="Kept in the browser").count() == 1


def test_words_without_an_answer_can_be_sent_again(timed, task):
    desk = opened(timed, task)
    desk.evaluate("window.send = WebSocket.prototype.send; WebSocket.prototype.send = () => {}; null")
    say(desk, "Hello?")
    expect(bubble(desk, "Hello?")).to_have_attribute("data-state", "sending")
    desk.clock.fast_forward(10_000)
    expect(bubble(desk, "Hello?")).to_have_attribute("data-state", "failed")
    desk.evaluate("WebSocket.prototype.send = window.send; null")
    desk.get_by_role("button", name="Try again").click()
    expect(bubble(desk, "Hello?")).to_have_attribute("data-state", "sent")
    assert Message.objects.filter(text="Hello?").count() == 1


def test_refused_words_say_why_and_stay(desk, task, new_page):
    Activity.objects.filter(pk=task.activity_id).update(state=Activity.ENDED, ended_at=timezone.now())
    say(desk, "One more thing")
    expect(bubble(desk, "One more thing")).to_contain_text("This conversation has ended.")
    desk.reload()
    expect(bubble(desk, "One more thing")).to_contain_text("This conversation has ended.")


def test_a_lost_push_is_found_by_the_gap(desk, task):
    """A line stored without a bell; the next one shows that one is missing."""
    activity = Activity.objects.get(pk=task.activity_id)
    Message.objects.create(
        activity=activity, seq=activity.last_seq + 1, side="customer", text="Without a bell"
    )
    Activity.objects.filter(pk=activity.pk).update(last_seq=activity.last_seq + 1)
    hear(task, "Heard")
    expect(bubble(desk, "Heard")).to_be_visible()
    expect(bubble(desk, "Without a bell")).to_be_visible()
    assert words(desk) == ["My router restarts", "Without a bell", "Heard"]


def test_a_lost_push_is_found_by_the_tick_whatever_else_was_rung(task, ana, page):
    """A comment stored without a bell, and then the bell of a queue: the stamp of the tick is another."""
    lines, told = [], []

    def listen(line):
        line.connect_to_server().on_message(lambda said: told.append(said) or line.send(said))
        lines.append(line)

    page.route_web_socket("**/ws/desk/", listen)
    desk = opened(page, task)
    eventually(lambda: desk.title() and any('"watching"' in said for said in told))
    at_rest(desk)
    Comment.objects.create(activity=task.activity, author=ana.user, text="Nobody rang")
    for said in ({"changed": "queue-1", "version": None}, {"tick": "", "stamp": "another", "talk": 2}):
        lines[-1].send(json.dumps(said))
    expect(region(desk, "Comments")).to_contain_text(
        "Nobody rang", timeout=10_000
    )  # before the next real tick


def test_a_press_that_reaches_nobody_says_so(other, desk, new_page):
    new_page.lose_the_line()
    expect(task_of(desk, "Tomasz", "In progress")).to_be_visible()
    desk.context.set_offline(True)
    task_of(desk, "Tomasz", "In progress").click()
    expect(desk.get_by_role("status", name="Notices")).to_contain_text("The desk could not be reached.")
    expect(box_of(desk)).to_have_attribute("placeholder", "Write to Jelena")
    desk.context.set_offline(False)
    task_of(desk, "Tomasz", "In progress").click()
    expect(box_of(desk)).to_have_attribute("placeholder", "Write to Tomasz")
