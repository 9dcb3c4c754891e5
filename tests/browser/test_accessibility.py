"""The desk without a mouse, without motion, enlarged, in forced colours, and read aloud (WCAG 2.2 AA)."""

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from playwright.sync_api import expect

from activities.models import Activity
from queues.models import Agent, Task
from tests.browser.agent import let_in, list_of, region, task_of
from tests.browser.beside import at_desk, description_of, question_of, tag_of, title_of
from tests.browser.keyboard import Keyboard
from tests.browser.looking import assert_accessible, at_rest
from tests.browser.test_offers import message_of, offer_of
from tests.cast import PASSWORD, at_work, chat_in, chat_of, held
from tests.waiting import eventually

CLOSED = "404"  # what panes are told that look at a task in the moment in which it is closed
ONE_COLUMN = ":is(#tasks, #communication, #journey, #details):visible"
NUMBER = "+49 30 1234567"
MOVING = """() => [...document.querySelectorAll("*")].flatMap((one) => ["", "::before", "::after"].map((part) => {
  const { animationName, transitionDuration } = getComputedStyle(one, part || null);
  const still = animationName === "none" && transitionDuration.split(", ").every((time) => time === "0s");
  return still ? null : one.className || one.tagName;
})).filter(Boolean)"""
PRESSED = "button, a[href], input, select, textarea, summary, [role=menuitem]"
SMALL = """(pressed) => [...document.querySelectorAll(pressed)]
  .filter((one) => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }))
  .filter((one) => !one.closest(".vh, .skip, p"))
  .map((one) => [one.closest("label") ?? one, one.ariaLabel || one.textContent.trim() || one.id])
  .map(([one, name]) => [one.getBoundingClientRect(), name])
  .filter(([{ width, height }]) => width < 24 || height < 24)
  .map(([{ width, height }, name]) => `${name}: ${width} x ${height}`)"""
MARKED = """() => {
  const task = getComputedStyle(document.querySelector(".task[aria-current=true]"), "::before");
  const activity = getComputedStyle(document.querySelector(".act[aria-current=true]"));
  return [task.backgroundColor !== getComputedStyle(document.body).backgroundColor, activity.outlineStyle === "solid"];
}"""
SPOKEN = """() => {
  window.spoken = [];
  const region = document.getElementById("offer_said");
  const hear = () => region.textContent && window.spoken.push(region.textContent);
  new MutationObserver(hear).observe(region, { childList: true });
}"""


@pytest.mark.rule("R1", "R20", "R21", "R60", "R65", "R85", "R86")
def test_a_chat_by_the_keyboard_alone(internet, ana, page, new_page):
    new_page.allow(CLOSED)
    chat_in(internet, name="Vera Check", text="My router restarts")
    keys = Keyboard(page)
    page.goto("/desk/")
    keys.go_to(page.get_by_role("textbox", name="Username"))
    keys.type("ana")
    keys.go_to(page.get_by_role("textbox", name="Password"))
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("navigation", name="Tasks")).to_be_visible()
    keys.stops.clear()

    keys.go_to(task_of(page, "Vera Check"))
    keys.press("Enter")
    accept = page.get_by_role("button", name="Accept", exact=True)
    keys.go_to(accept)
    keys.press("Enter")
    expect(message_of(page)).to_be_focused()
    keys.type("Which one is it?")
    keys.press("Enter")
    expect(page.get_by_role("log", name="Messages")).to_contain_text("Which one is it?")

    keys.stops.clear()
    keys.go_to(title_of(page))
    keys.type("Router restarts")
    keys.go_to(description_of(page))
    keys.type("Since yesterday.")
    keys.go_to(tag_of(page))
    keys.type("router")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Remove router")).to_be_visible()
    expect(tag_of(page)).to_be_focused()
    keys.go_to(region(page, "Comments").get_by_role("textbox", name="Add a comment"))
    keys.type("Suspect the adapter.")
    keys.go_to(region(page, "Comments").get_by_role("button", name="Add comment"))
    keys.press("Enter")
    expect(region(page, "Comments").get_by_role("listitem")).to_contain_text("Suspect the adapter.")
    order = ["communication", "journey", "request_details", "activity_details", "comments"]
    places = list(dict.fromkeys(keys.stops))
    assert [place for place in places if place in order] == [place for place in order if place in places]

    keys.back_to(region(page, "Communication").get_by_role("button", name="Close", exact=True))
    keys.press("Enter")
    create = question_of(page).get_by_role("button", name="Create", exact=True)
    expect(create).to_be_focused()
    keys.press("Enter")
    expect(list_of(page, "In progress").get_by_role("button")).to_have_count(0)
    done = Activity.objects.select_related("customer", "care_request").get()
    assert (done.state, done.customer.shown_name, done.care_request.title) == (
        Activity.ENDED,
        "Vera Check",
        "Router restarts",
    )


@pytest.mark.rule("R4", "R40", "R85", "R101")
def test_a_call_by_the_keyboard_alone(server, pbx, ana, page, new_page):
    new_page.allow(CLOSED)
    Agent.objects.filter(pk=ana.pk).update(extension="204")
    let_in(page, "ana")
    keys = Keyboard(page)
    pbx.new_call()
    keys.go_to(task_of(page, NUMBER))
    keys.press("Enter")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
    at_rest(page)
    keys.press("F8")
    now = region(page, "Communication").locator("#call_now [role=status]")
    expect(now).to_have_text("Ringing")
    pbx.answer("204")
    expect(now).to_have_text("Talking")
    keys.go_to(title_of(page))
    keys.type("Wants a quote")
    keys.press("Tab")
    pbx.hang_up()
    expect(now).to_have_text("Ended")
    keys.back_to(region(page, "Communication").get_by_role("button", name="Close", exact=True))
    keys.press("Enter")
    discard = question_of(page).get_by_role("button", name="Discard", exact=True)
    keys.go_to(discard)
    keys.press("Enter")
    expect(list_of(page, "In progress").get_by_role("button")).to_have_count(0)
    eventually(lambda: Task.objects.get().state == Task.CLOSED)
    assert Activity.objects.get().title_note == "Wants a quote"


@pytest.mark.rule("R31")
def test_an_offer_is_announced_at_15_10_and_5_seconds_and_takes_no_focus(internet, billing, ana, timed):
    """On the page's own clock, which stands still but for our steps; the server's offer stands for ten minutes."""
    billing.offer_seconds = 600
    billing.save()
    page = timed
    page.route("**/desk/state/**", fifteen_seconds)
    at_desk(page, held(chat_in(internet), ana))
    page.evaluate(SPOKEN)
    message_of(page).press_sequentially("Half a ")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 20)
    at_work(ana)
    chat_in(billing, name="Piotr Zieliński")
    eventually(lambda: page.clock.run_for(100) or offer_of(page).count())
    page.clock.run_for(12_000)
    spoken = page.evaluate("spoken")
    assert spoken[0].startswith("New task: Piotr Zieliński, Billing.")
    assert [re.search(r"(\d+) seconds", words)[1] for words in spoken] == ["15", "10", "5"]
    expect(page.get_by_role("status", name="Offers")).to_have_text(spoken[-1])
    page.keyboard.type("sentence")
    expect(message_of(page)).to_be_focused()
    expect(message_of(page)).to_have_value("Half a sentence")


def fifteen_seconds(route):
    """The server's answer, but for the deadline: just less than 15 seconds after its now, for sums round up."""
    answer = route.fetch()
    route.fulfill(
        response=answer, body=re.sub(r'(data-now="(.*?)" data-expires=)".*?"', sooner, answer.text())
    )


def sooner(found):
    return f'{found[1]}"{datetime.fromisoformat(found[2]) + timedelta(milliseconds=14_990):%Y-%m-%dT%H:%M:%S.%f%z}"'


@pytest.fixture
def busy(internet, billing, ana, jelena):
    """Much of what the desk can show: a chat in progress with a journey, one more, and some that wait."""
    chat_in(internet, name="Noor van Dijk", text="Mijn factuur klopt niet")
    held(chat_in(internet, name="Tomasz", text="Dzień dobry"), ana)
    return held(chat_of(jelena, internet, text="My router restarts every ten minutes."), ana)


@pytest.mark.rule("R1")
def test_nothing_moves_for_who_wants_no_motion(server, busy, new_page):
    page = new_page(reduced_motion="reduce")
    at_desk(page, busy)
    page.evaluate("document.querySelector('[data-typing]').hidden = false")
    assert page.evaluate(MOVING) == []
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.rule("R1")
def test_enlarged_to_200_percent_it_is_one_column_and_never_wider_than_the_screen(server, busy, new_page):
    page = new_page(viewport={"width": 720, "height": 450}, device_scale_factor=2)
    let_in(page, "ana", f"/desk/{busy.pk}/")
    parts = page.get_by_role("navigation", name="Parts of the desk").get_by_role("button")
    for number, pane in enumerate(["tasks", "communication", "journey", "details"]):
        parts.nth(number).click()
        expect(page.locator(f"#{pane}")).to_be_visible()
        assert page.locator(ONE_COLUMN).count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 720


@pytest.mark.rule("R1")
def test_forced_colours_keep_the_marks_and_targets_are_large_enough(server, busy, new_page):
    page = new_page(forced_colors="active")
    at_desk(page, busy)
    assert page.evaluate(MARKED) == [True, True]
    small = page.evaluate(SMALL, PRESSED)
    assert not small, "\n".join(small)


@pytest.mark.rule("R11")
def test_axe_finds_nothing_in_any_language_light_or_dark(server, busy, ana, new_page):
    """Colours are the same in all: one is asked for contrast, which takes longest (test_whole_way asks too)."""
    page = new_page()
    at_desk(page, busy)
    schemes = {"pl": "dark"}
    for language, _name in settings.LANGUAGES:
        speak(page, language, schemes.get(language, "light"))
        contrast = {"color-contrast": {"enabled": language in schemes}}
        assert_accessible(page, language, options={"rules": contrast})


def speak(page, language, scheme):
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
    page.emulate_media(color_scheme=scheme)
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", language)
