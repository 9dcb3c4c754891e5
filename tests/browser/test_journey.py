"""The customer journey in real browsers: cards, selection, older pages, Add request (R5, R6, R10)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from activities import remarks
from activities.models import Activity
from requests_app.editing import save_details
from requests_app.models import CareRequest
from tests.browser.agent import region
from tests.browser.beside import at_desk, description_of, form_of, title_of
from tests.browser.looking import assert_accessible
from tests.cast import ago, chat_of


@pytest.fixture
def call(chat, ana, jelena):
    """A call of Jelena three days ago, in a request of its own, with a tag and a comment."""
    request = CareRequest.objects.create(customer=jelena, title="Moving house", description="In December.")
    start = ago(days=3)
    call = Activity.objects.create(
        medium="call",
        customer=jelena,
        care_request=request,
        state="ended",
        started_at=start,
        ended_at=start + timedelta(minutes=6),
    )
    remarks.add_tag(call, "relocation", by=ana.user)
    remarks.comment(call, "Wants the same number.", by=ana.user)
    return call


def journey(page):
    return region(page, "Customer journey")


def button_of(page, activity):
    return journey(page).locator(f"#act-{activity.pk}")


def card(page):
    return page.get_by_role("tooltip")


@pytest.mark.rule("R5")
def test_groups_by_title_with_a_button_an_activity(chat, call, page):
    at_desk(page, chat)
    group = journey(page).get_by_role("group", name="Moving house", exact=True)
    expect(group.get_by_role("button")).to_have_count(3)
    expect(group).to_contain_text("Call · 6 min")
    expect(group).to_contain_text("relocation")
    current = (
        journey(page).get_by_role("group", name="Untitled request", exact=True).locator("[aria-current]")
    )
    expect(current).to_contain_text("now")
    assert_accessible(page)


@pytest.mark.rule("R6")
class Test_card:
    def test_by_hovering_and_by_the_keyboards_focus(self, browser_name, chat, call, page):
        at_desk(page, chat)
        button_of(page, call).hover()
        expect(card(page)).to_be_visible()
        for words in ("Call", "6 min", "Moving house", "relocation", "Wants the same number."):
            expect(card(page)).to_contain_text(words)
        assert_accessible(page)
        # WCAG 1.4.13: it can be hovered itself, and goes with Esc without moving the pointer.
        box = card(page).bounding_box()
        page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 20, steps=8)
        page.wait_for_timeout(500)
        expect(card(page)).to_be_visible()
        page.keyboard.press("Escape")
        expect(card(page)).to_have_count(0)
        page.mouse.move(300, 800)
        row = journey(page).locator(f"#req-{call.care_request_id}-row")
        row.focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        expect(card(page)).to_contain_text("In December.")
        expect(row).to_have_attribute("aria-describedby", "card_of_record")
        page.keyboard.press("Tab")
        expect(card(page)).to_contain_text("Wants the same number.")
        page.keyboard.press("Escape")
        expect(card(page)).to_have_count(0)
        expect(button_of(page, call)).to_be_focused()

    def test_goes_when_the_pointer_goes_and_shows_nothing_in_passing(self, chat, call, page):
        at_desk(page, chat)
        shown = []
        page.on("request", lambda request: "/card/" in request.url and shown.append(request.url))
        button_of(page, call).hover()
        page.mouse.move(300, 800)
        page.wait_for_timeout(500)
        assert shown == []
        button_of(page, call).hover()
        expect(card(page)).to_be_visible()
        page.mouse.move(300, 800)
        expect(card(page)).to_have_count(0)

    def test_by_a_long_press_which_selects_nothing(self, chat, call, new_page):
        page = at_desk(new_page(has_touch=True), chat)
        box = button_of(page, call).bounding_box()
        touch = page.context.new_cdp_session(page)
        point = {"x": box["x"] + 20, "y": box["y"] + 10}
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        expect(card(page)).to_be_visible()
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(300)
        expect(card(page)).to_be_visible()
        expect(page.get_by_role("button", name="Back to current")).to_have_count(0)

    def test_never_covers_a_field(self, chat, call, page):
        at_desk(page, chat)
        button_of(page, call).hover()
        expect(card(page)).to_be_visible()
        over, field = card(page).bounding_box(), page.locator("#message").bounding_box()
        assert over["y"] + over["height"] <= field["y"] or over["x"] >= field["x"] + field["width"]


@pytest.mark.rule("R6")
class Test_selecting:
    def test_switches_the_details_and_back(self, chat, call, page):
        at_desk(page, chat)
        page.locator("#message").fill("Half a sentence")
        button_of(page, call).click()
        expect(page.get_by_role("button", name="Back to current")).to_be_visible()
        expect(title_of(page)).to_have_value("Moving house")
        expect(region(page, "Activity details")).to_contain_text("relocation")
        expect(region(page, "Comments")).to_contain_text("Wants the same number.")
        expect(button_of(page, call)).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#message")).to_have_value("Half a sentence")
        expect(region(page, "Communication").get_by_role("button", name="Close", exact=True)).to_be_visible()
        page.reload()
        expect(title_of(page)).to_have_value("Moving house")
        page.get_by_role("button", name="Back to current").click()
        expect(title_of(page)).to_have_value("")
        expect(region(page, "Comments")).not_to_contain_text("Wants the same number.")
        expect(journey(page).locator("[aria-current]")).to_have_attribute("aria-pressed", "true")

    def test_a_request_by_its_title(self, chat, call, page):
        at_desk(page, chat)
        journey(page).locator(f"#req-{call.care_request_id}-row").press("Enter")
        expect(description_of(page)).to_have_value("In December.")
        expect(region(page, "Comments")).to_contain_text("Choose an activity in the journey.")

    @pytest.mark.rule("R3")
    def test_what_is_left_half_written_is_there_when_one_comes_back(self, chat, call, page):
        at_desk(page, chat)
        comment = region(page, "Comments").get_by_role("textbox", name="Add a comment")
        comment.fill("Of the chat")
        button_of(page, call).click()
        expect(title_of(page)).to_have_value("Moving house")
        expect(comment).to_have_value("")
        page.get_by_role("button", name="Back to current").click()
        expect(comment).to_have_value("Of the chat")

    @pytest.mark.rule("R51")
    def test_a_title_that_is_left_by_selecting_is_saved_where_it_was_typed(self, chat, call, page):
        at_desk(page, chat)
        own = CareRequest.objects.get(title="")
        title_of(page).fill("Router")
        button_of(page, call).click()
        expect(title_of(page)).to_have_value("Moving house")
        expect(journey(page).get_by_role("group", name="Router", exact=True)).to_be_visible()
        own.refresh_from_db()
        assert own.title == "Router"


@pytest.mark.rule("R5", "R54")
def test_older_pages_stay_when_something_new_arrives(browser_name, chat, jelena, internet, marko, page):
    request = CareRequest.objects.create(customer=jelena, title="Long story")
    for number in range(45):
        at = ago(days=1, hours=number)
        Activity.objects.create(
            medium="chat", customer=jelena, care_request=request, state="ended", started_at=at, ended_at=at
        )
    at_desk(page, chat)
    group = journey(page).get_by_role("group", name="Long story", exact=True)
    expect(group.locator(".act")).to_have_count(19)
    journey(page).get_by_role("button", name="Show 26 older").click()
    expect(group.locator(".act")).to_have_count(45)
    expect(journey(page).get_by_role("button", name="older")).to_have_count(0)
    last = group.locator(".act").last
    last.focus()
    scrolled = "() => document.querySelector('#journey .scroll').scrollTop"
    before = page.evaluate(scrolled)
    assert before > 0
    chat_of(jelena, internet)
    save_details(request, {"title": "A very long story"}, version=None, by=marko.user)
    group = journey(page).get_by_role("group", name="A very long story", exact=True)
    expect(group.locator(".act")).to_have_count(45)
    expect(group.locator(".act").last).to_be_focused()
    assert abs(page.evaluate(scrolled) - before) < 120


@pytest.mark.rule("R10")
class Test_add_request:
    def test_the_pen_is_in_the_title_of_the_new_one(self, chat, call, page):
        at_desk(page, chat)
        title_of(page).fill("Router")
        button_of(page, call).click()
        expect(title_of(page)).to_have_value("Moving house")
        journey(page).get_by_role("button", name="Add request").click()
        expect(page.get_by_role("status", name="Notices")).to_contain_text("A new request was made")
        expect(title_of(page)).to_be_focused()
        expect(title_of(page)).to_have_value("")
        page.keyboard.type("Wi-Fi")
        page.keyboard.press("Tab")
        new = journey(page).get_by_role("group", name="Wi-Fi", exact=True)
        expect(new.locator("[aria-current]")).to_have_count(1)
        expect(journey(page).get_by_role("group", name="Router", exact=True).locator(".act")).to_have_count(0)

    def test_what_is_being_typed_stays_with_the_old_one(self, chat, page):
        """The button takes the focus out of the title: both go to the server at once."""
        at_desk(page, chat)
        old = CareRequest.objects.get()
        title_of(page).fill("Router")
        journey(page).get_by_role("button", name="Add request").click()
        expect(journey(page).get_by_role("group", name="Router", exact=True)).to_be_visible()
        expect(journey(page).get_by_role("group", name="Untitled request", exact=True)).to_be_visible()
        old.refresh_from_db()
        assert old.title == "Router"

    def test_not_before_the_customer_is_created(self, strange_chat, page):
        at_desk(page, strange_chat)
        add = journey(page).get_by_role("button", name="Add request")
        expect(add).to_be_disabled()
        expect(journey(page)).to_contain_text("Create the customer first")
        region(page, "Customer details").get_by_role("button", name="Vera Check").click()
        form_of(page).get_by_role("button", name="Create", exact=True).click()
        expect(add).to_be_enabled()


@pytest.mark.rule("R5")
def test_a_new_chat_of_the_customer_appears(chat, jelena, internet, page):
    at_desk(page, chat)
    chat_of(jelena, internet)
    expect(journey(page).get_by_role("group", name="Without a request")).to_be_visible()
