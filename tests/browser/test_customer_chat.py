"""The customer's whole way on the chat's own page, and everything that may come between."""

import re

import pytest
from playwright.sync_api import expect

from activities.models import Activity
from queues import chats
from queues.models import Task
from tests.browser.customer import (
    QUESTION,
    Desk,
    begin,
    box_of,
    line_of,
    log_of,
    say,
    shown,
    stored,
)
from tests.browser.looking import assert_accessible_day_and_night, wait_for
from tests.cast import chat_in
from tests.waiting import eventually


@pytest.fixture
def visitor(internet, page):
    """The page of a customer who has not written yet."""
    return page


class Test_the_whole_way:
    @pytest.mark.rule("R1", "R42", "R88", "R100")
    def test_from_the_first_word_to_the_rating(self, browser_name, visitor, ana):
        activity = begin(visitor)
        expect(visitor.get_by_text("You are next")).to_be_visible()
        say(visitor, "I can write while I wait")
        expect(line_of(visitor, "while I wait").get_by_text("Delivered")).to_be_visible()

        desk = Desk(ana, activity).accept()
        expect(visitor.get_by_role("heading", name="Ana Kovač")).to_be_visible()
        expect(visitor.get_by_text("You are next")).to_be_hidden()
        expect(log_of(visitor)).to_contain_text("Ana Kovač joined at")
        desk.type()
        expect(visitor.get_by_text("Ana Kovač is typing")).to_be_visible()
        desk.answer("Good morning, what is it?")
        expect(line_of(visitor, "Good morning")).to_be_visible()
        expect(visitor.get_by_text("Ana Kovač is typing")).to_be_hidden()
        eventually(lambda: Activity.objects.get().customer_seen_seq == 5)

        say(visitor, "The router restarts")
        expect(line_of(visitor, "The router restarts").get_by_text("Delivered")).to_be_visible()
        desk.read()
        expect(line_of(visitor, "The router restarts").get_by_text("Seen")).to_be_visible()
        assert shown(visitor) == stored(activity)

        desk.close()
        expect(visitor.get_by_role("heading", name="Chat closed")).to_be_visible()
        expect(visitor.get_by_text("Thank you for writing.")).to_be_visible()
        expect(box_of(visitor)).to_be_hidden()
        visitor.get_by_role("radio", name="4 of 5: good").check(force=True)
        visitor.get_by_role("textbox", name="Anything to add?").fill("Quick and friendly.")
        visitor.get_by_role("button", name="Send rating").click()
        expect(visitor.get_by_text("Thank you. That helps us to do better.")).to_be_visible()
        activity.refresh_from_db()
        assert (activity.rating, activity.rating_comment) == (4, "Quick and friendly.")

        visitor.get_by_role("link", name="Start a new chat").click()
        expect(visitor.get_by_role("button", name="Start chat")).to_be_visible()

    @pytest.mark.rule("R42")
    def test_ended_by_the_customer_and_taken_up_again(self, visitor):
        activity = begin(visitor)
        visitor.get_by_role("button", name="End chat", exact=True).click()
        expect(visitor.get_by_role("heading", name="You ended the chat")).to_be_visible()
        assert Task.objects.get().state == Task.ABANDONED
        visitor.reload()
        visitor.get_by_role("button", name="Back to the chat").click()
        expect(visitor.get_by_text("You are next")).to_be_visible()
        say(visitor, "Here I am")
        eventually(lambda: stored(activity) == [QUESTION, "Here I am"])

    @pytest.mark.rule("R100")
    def test_the_place_in_line_moves_up(self, visitor, internet, ana):
        first = chat_in(internet, name="First")
        begin(visitor)
        expect(visitor.get_by_text("2 in line")).to_be_visible()
        Desk(ana, first.activity).accept()
        expect(visitor.get_by_text("You are next")).to_be_visible()


class Test_nothing_is_lost_and_nothing_doubled:
    @pytest.mark.rule("R100", "R51")
    def test_by_a_reload(self, browser_name, visitor, ana):
        activity = begin(visitor)
        Desk(ana, activity).accept().answer("Hello")
        say(visitor, "One")
        expect(line_of(visitor, "One").get_by_text("Delivered")).to_be_visible()
        box_of(visitor).fill("half a sen")
        visitor.reload()
        expect(box_of(visitor)).to_have_value("half a sen")
        assert shown(visitor) == stored(activity) == [QUESTION, "Hello", "One"]
        box_of(visitor).press("End")
        box_of(visitor).press_sequentially("tence")
        box_of(visitor).press("Shift+Enter")
        box_of(visitor).press_sequentially("Two")
        box_of(visitor).press("Enter")
        eventually(lambda: stored(activity)[-1] == "half a sentence\nTwo")
        expect(line_of(visitor, "Two")).to_have_count(1)
        expect(box_of(visitor)).to_have_value("")

    @pytest.mark.rule("R100", "R51")
    def test_by_a_server_that_dies(self, browser_name, internet, timed, server, ana, new_page):
        new_page.lose_the_line()
        visitor = timed
        activity = begin(visitor)
        desk = Desk(ana, activity).accept()
        expect(visitor.get_by_role("heading", name="Ana Kovač")).to_be_visible()
        server.kill()
        say(visitor, "Said into the dark")
        say(visitor, "And once more")
        expect(line_of(visitor, "And once more").get_by_text("Sending")).to_be_visible()
        wait_for(visitor, visitor.get_by_text("No connection."))
        desk.answer("Are you there?")
        server.start()
        visitor.clock.fast_forward(8_000)
        expect(line_of(visitor, "And once more").get_by_text("Delivered")).to_be_visible()
        expect(visitor.get_by_text("No connection.")).to_be_hidden()
        expect(line_of(visitor, "Are you there?")).to_be_visible()
        assert stored(activity) == [QUESTION, "Are you there?", "Said into the dark", "And once more"]
        assert shown(visitor) == stored(activity)

    @pytest.mark.rule("R100")
    def test_by_a_page_that_is_closed_before_the_line_is_back(self, visitor, server, ana, new_page):
        new_page.lose_the_line()
        activity = begin(visitor)
        expect(box_of(visitor)).to_be_focused()  # the last thing that the script does when it begins
        server.kill()
        say(visitor, "Said before the crash")
        expect(line_of(visitor, "before the crash")).to_be_visible()
        visitor.close(run_before_unload=False)
        server.start()
        later = visitor.context.new_page()
        later.goto("/chat/internet/")
        expect(line_of(later, "before the crash").get_by_text("Delivered")).to_be_visible()
        assert stored(activity) == [QUESTION, "Said before the crash"]

    @pytest.mark.rule("R100")
    def test_by_a_dropped_line(self, internet, timed, ana, new_page):
        new_page.lose_the_line()
        visitor = timed
        activity = begin(visitor)
        desk = Desk(ana, activity).accept()
        expect(visitor.get_by_role("heading", name="Ana Kovač")).to_be_visible()
        visitor.context.set_offline(True)
        say(visitor, "In the tunnel")
        desk.answer("Can you hear me?")
        wait_for(visitor, visitor.get_by_text("No connection."))
        visitor.context.set_offline(False)
        expect(line_of(visitor, "In the tunnel").get_by_text("Delivered")).to_be_visible()
        expect(line_of(visitor, "Can you hear me?")).to_have_count(1)
        assert shown(visitor) == stored(activity) == [QUESTION, "Can you hear me?", "In the tunnel"]

    @pytest.mark.rule("R100")
    def test_by_a_second_tab(self, visitor, ana):
        activity = begin(visitor)
        second = visitor.context.new_page()
        second.goto("/chat/internet/")
        say(visitor, "From the first")
        expect(line_of(second, "From the first")).to_be_visible()
        say(second, "From the second")
        expect(line_of(visitor, "From the second")).to_be_visible()
        Desk(ana, activity).accept().answer("To both")
        for tab in (visitor, second):
            expect(line_of(tab, "To both")).to_be_visible()
            expect(tab.get_by_role("heading", name="Ana Kovač")).to_be_visible()
            assert shown(tab) == stored(activity)

    @pytest.mark.rule("R100")
    def test_where_sockets_do_not_get_through(self, new_page, internet, timed, ana):
        new_page.lose_the_line()
        page = timed
        page.add_init_script("window.WebSocket = class { static OPEN = 1; readyState = 0; close() {} }")
        activity = begin(page)
        say(page, "Without a socket")
        eventually(lambda: stored(activity) == [QUESTION, "Without a socket"])
        Desk(ana, activity).accept().answer("And back")
        wait_for(page, line_of(page, "And back"))
        expect(page.get_by_role("heading", name="Ana Kovač")).to_be_visible()
        assert shown(page) == stored(activity)

    @pytest.mark.rule("R42")
    def test_by_being_gone_for_a_while(self, visitor):
        activity = begin(visitor)
        visitor.goto("about:blank")
        eventually(lambda: let_go(activity))  # their page may still be heard as it closes
        visitor.goto("/chat/internet/")
        expect(visitor.get_by_text("You are next")).to_be_visible()
        assert Task.objects.waiting().count() == 1

    def test_of_the_first_form(self, visitor):
        visitor.goto("/chat/internet/")
        visitor.get_by_role("textbox", name="How can we help?").fill("Half a question")
        visitor.reload()
        expect(visitor.get_by_role("textbox", name="How can we help?")).to_have_value("Half a question")


class Test_writing:
    @pytest.mark.rule("R50")
    def test_counts_from_1800_and_refuses_2001_keeping_them(self, visitor):
        activity = begin(visitor)
        box_of(visitor).fill("ž" * 1799)
        expect(visitor.get_by_text("/ 2,000")).to_be_hidden()
        box_of(visitor).fill("ž" * 2001)
        expect(visitor.get_by_text("2,001 / 2,000")).to_be_visible()
        box_of(visitor).press("Enter")
        expect(visitor.get_by_text("Too long: at most 2,000 characters")).to_be_visible()
        expect(box_of(visitor)).to_have_value("ž" * 2001)
        box_of(visitor).fill("ž" * 2000)
        box_of(visitor).press("Enter")
        eventually(lambda: stored(activity) == [QUESTION, "ž" * 2000])

    @pytest.mark.rule("R100")
    def test_what_is_refused_stands_there_with_its_reason_and_is_sent_again_by_hand(
        self, visitor, settings, ana
    ):
        activity = begin(visitor)
        Activity.objects.update(last_seq=2)
        for number in range(59):
            chats.hear(activity, text=f"line {number}", uuid=f"00000000-0000-4000-8000-{number:012}")
        say(visitor, "One too many")
        failed = line_of(visitor, "One too many")
        expect(failed.get_by_text("That was very fast.")).to_be_visible()
        visitor.reload()
        expect(failed.get_by_text("That was very fast.")).to_be_visible()
        activity.messages.update(sent_at="2026-01-01T12:00Z")
        failed.get_by_role("button", name="Try again").click()
        expect(failed.get_by_text("Delivered")).to_be_visible()
        assert stored(activity).count("One too many") == 1

    def test_enter_does_not_send_while_an_input_method_composes(self, visitor):
        activity = begin(visitor)
        box_of(visitor).fill("にほん")
        box_of(visitor).dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
        say(visitor, "日本")
        eventually(lambda: stored(activity) == [QUESTION, "日本"])

    @pytest.mark.rule("R88")
    def test_what_could_not_be_said_is_in_the_form_of_the_next_chat(self, visitor, ana):
        activity = begin(visitor)
        desk = Desk(ana, activity).accept()
        expect(visitor.get_by_role("heading", name="Ana Kovač")).to_be_visible()
        box_of(visitor).fill("But wait")
        desk.close()
        visitor.get_by_role("link", name="Start a new chat").click()
        expect(visitor.get_by_role("textbox", name="How can we help?")).to_have_value("But wait")

    @pytest.mark.rule("R100")
    def test_in_two_queues_keeps_both_drafts_and_forgets_a_former_conversations(self, visitor, billing):
        begin(visitor)
        visitor.evaluate("localStorage.setItem('chat:internet:former:draft', 'Old words')")
        box_of(visitor).fill("About the router")
        begin(visitor, "/chat/billing/")
        box_of(visitor).fill("About the bill")
        visitor.goto("/chat/internet/")
        expect(box_of(visitor)).to_have_value("About the router")
        visitor.goto("/chat/billing/")
        expect(box_of(visitor)).to_have_value("About the bill")
        assert visitor.evaluate("localStorage.getItem('chat:internet:former:draft')") is None

    @pytest.mark.rule("R100")
    def test_is_not_seen_by_who_does_not_look(self, visitor, ana):
        activity = begin(visitor)
        visitor.evaluate(
            """() => { Object.defineProperty(document, "visibilityState", {value: "hidden", configurable: true}); }"""
        )
        Desk(ana, activity).accept().answer("Look here")
        expect(visitor).to_have_title(re.compile(r"^\(1\) "))
        activity.refresh_from_db()
        assert activity.customer_seen_seq < activity.last_seq
        visitor.evaluate(
            """() => { delete document.visibilityState; document.dispatchEvent(new Event("visibilitychange")); }"""
        )
        eventually(lambda: Activity.objects.get().customer_seen_seq == activity.last_seq)
        expect(visitor).to_have_title(re.compile(r"^Ana"))


class Test_without_a_script:
    @pytest.fixture
    def visitor(self, internet, new_page):
        return new_page(java_script_enabled=False)

    @pytest.mark.rule("R100")
    def test_one_can_begin_and_is_told_what_is_missing(self, visitor):
        visitor.goto("/chat/internet/")
        expect(visitor.locator("noscript .notice")).to_contain_text(
            "The conversation itself needs JavaScript."
        )
        activity = begin(visitor)
        expect(visitor.locator("noscript .notice")).to_contain_text(
            "This page needs JavaScript to show answers by itself."
        )
        assert stored(activity) == [QUESTION]

    @pytest.mark.rule("R100")
    def test_one_can_even_talk_by_reloading(self, visitor, ana):
        activity = begin(visitor)
        box_of(visitor).fill("Without a script")
        visitor.get_by_role("button", name="Send").click()
        expect(line_of(visitor, "Without a script")).to_be_visible()
        Desk(ana, activity).accept().answer("Good morning")
        visitor.get_by_role("link", name="Look for answers").click()
        expect(line_of(visitor, "Good morning")).to_be_visible()
        assert shown(visitor) == stored(activity)

    @pytest.mark.rule("R42", "R88")
    def test_one_can_end_return_and_rate(self, visitor, ana):
        activity = begin(visitor)
        visitor.get_by_role("button", name="End chat").click()
        visitor.get_by_role("button", name="Back to the chat").click()
        desk = Desk(ana, activity).accept()
        desk.close()
        visitor.reload()
        visitor.get_by_role("radio", name="5 of 5").check(force=True)
        visitor.get_by_role("button", name="Send rating").click()
        expect(visitor.get_by_text("Thank you. That helps us")).to_be_visible()


@pytest.mark.rule("R1")
def test_a_browser_that_knows_no_modules_is_told_in_words(visitor):
    visitor.goto("/chat/internet/")
    notice = visitor.get_by_text("This browser is too old")
    expect(notice).to_be_hidden()
    visitor.add_script_tag(url=visitor.locator("script[nomodule]").get_attribute("src"))
    expect(notice).to_be_visible()


@pytest.mark.rule("R1")
def test_on_a_phone_everything_is_in_reach(new_page, internet, ana):
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    activity = begin(page)
    Desk(ana, activity).accept().answer("word " * 300)
    expect(line_of(page, "word word")).to_be_visible()
    for name in ("End chat", "Send"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert min(box["width"], box["height"]) >= 44
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_axe_finds_nothing_in_any_state(new_page, internet, ana):
    page = new_page(viewport={"width": 352, "height": 608})
    look = Looker(page)
    page.goto("/chat/internet/")
    look("start")
    page.get_by_role("button", name="Start chat").click()
    expect(page.get_by_text("Please tell us your name.")).to_be_visible()
    look("errors")
    activity = begin(page, address="")
    look("waiting")
    desk = Desk(ana, activity).accept()
    desk.answer("See https://post.example")
    desk.type()
    box_of(page).fill("x" * 2001)
    box_of(page).press("Enter")
    expect(page.get_by_text("is typing")).to_be_visible()
    look("talk")
    page.get_by_role("button", name="End chat").click()
    expect(page.get_by_role("button", name="Back to the chat")).to_be_visible()
    look("left")
    desk.close()
    expect(page.get_by_role("heading", name="Chat closed")).to_be_visible()
    page.get_by_role("button", name="Send rating").click()
    expect(page.get_by_text("Choose one to five stars.")).to_be_visible()
    look("rating")
    page.get_by_role("radio", name="5 of 5").check(force=True)
    page.get_by_role("button", name="Send rating").click()
    expect(page.get_by_text("Thank you. That helps us")).to_be_visible()
    look("rated")


def let_go(activity):
    chats.leave(activity.pk, unless_seen_since=Activity.objects.get().customer_seen_at)
    return Task.objects.get().state == Task.ABANDONED


class Looker:
    def __init__(self, page):
        self.page = page

    def __call__(self, state):
        assert_accessible_day_and_night(self.page, state)
