"""The main job from end to end: a customer in one browser, two agents in others, nobody played by the verbs."""

import pytest
from playwright.sync_api import expect

from activities.models import Activity
from queues.models import Task
from requests_app.models import CareRequest
from tests.browser import agent, customer
from tests.browser.agent import list_of, region, task_of
from tests.browser.looking import assert_accessible_day_and_night
from tests.waiting import eventually


@pytest.fixture
def agents(ana, marko, new_page, chromium, firefox):
    """Two desks: Ana's in Chromium, Marko's in Firefox."""
    return agent.log_in(new_page(chromium), "ana"), agent.let_in(new_page(firefox), "marko")


@pytest.mark.rule(
    "R2", "R3", "R7", "R9", "R20", "R21", "R41", "R51", "R60", "R65", "R70", "R71", "R85", "R86", "R88"
)
def test_a_chat_from_the_first_word_to_the_close(internet, agents, new_page, firefox):
    ana, marko = agents
    new_page.allow("404")  # a bell rung by Close may reach a pane of the task that is gone
    visitor = new_page(firefox)
    customer.begin(visitor, name="Vera Check")

    look_before_accepting(ana)
    expect(task_of(marko, "Vera Check")).to_be_visible()
    ana.get_by_role("button", name="Accept").click()
    expect(task_of(ana, "Vera Check", "In progress")).to_be_visible()
    expect(task_of(marko, "Vera Check")).to_have_count(0)
    expect(visitor.get_by_role("heading", name="Ana Kovač")).to_be_visible()

    talk(ana, visitor)
    describe(ana)
    close_creating(ana)

    expect(visitor.get_by_role("button", name="Send rating")).to_be_visible()
    expect(task_of(ana, "Vera Check", "In progress")).to_have_count(0)
    stored()


def look_before_accepting(desk):
    """Looking shows what is known, read-only, and changes nothing."""
    task_of(desk, "Vera Check").click()
    expect(desk.get_by_role("log", name="Messages")).to_contain_text(customer.QUESTION)
    expect(desk.get_by_role("textbox", name="Title")).to_have_count(0)
    expect(desk.get_by_role("textbox", name="Add a tag")).to_have_count(0)
    assert Activity.objects.get().version == 1
    assert Activity.objects.get().agent_seen_seq == 0


def talk(desk, visitor):
    agent.say(desk, "Good morning, what is it?")
    expect(customer.line_of(visitor, "Good morning")).to_be_visible()
    customer.say(visitor, "My router restarts")
    expect(desk.get_by_role("log", name="Messages")).to_contain_text("My router restarts")
    customer.say(visitor, "Every ten minutes")
    expect(desk.get_by_role("log", name="Messages")).to_contain_text("Every ten minutes")
    eventually(lambda: agent.words(desk) == customer.shown(visitor))
    expect(customer.line_of(visitor, "Every ten minutes")).to_contain_text("Seen")


def describe(desk):
    title = region(desk, "Request details").get_by_role("textbox", name="Title")
    title.fill("Router restarts")
    title.press("Tab")
    region(desk, "Request details").get_by_role("textbox", name="Description").fill(
        "Since yesterday evening."
    )
    tags = region(desk, "Activity details")
    box = tags.get_by_role("combobox", name="Add a tag")
    box.fill("router")
    box.press("Enter")
    expect(tags.get_by_role("button", name="Remove router")).to_be_visible()
    comments = region(desk, "Comments")
    comments.get_by_role("textbox", name="Add a comment").fill("Suspect the power adapter.")
    comments.get_by_role("button", name="Add comment").click()
    expect(comments.get_by_role("listitem")).to_contain_text("Suspect the power adapter.")


def close_creating(desk):
    """A customer that was never created: one question, three ways."""
    region(desk, "Communication").get_by_role("button", name="Close").click()
    question = desk.get_by_role("dialog", name="Close", exact=True)
    expect(question.get_by_role("button", name="Discard")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(question).to_be_hidden()
    assert Task.objects.get().state == Task.ACTIVE
    region(desk, "Communication").get_by_role("button", name="Close").click()
    question.get_by_role("button", name="Create").click()
    expect(question).to_be_hidden()


def stored():
    activity = Activity.objects.get()
    made = CareRequest.objects.get()
    assert (activity.state, activity.care_request) == (Activity.ENDED, made)
    assert activity.customer.shown_name == "Vera Check"
    assert activity.customer.emails == [customer.EMAIL]
    assert (made.title, made.description, made.state) == (
        "Router restarts",
        "Since yesterday evening.",
        "open",
    )
    assert [tag.name for tag in activity.tags.all()] == ["router"]
    assert [comment.text for comment in activity.comments.all()] == ["Suspect the power adapter."]


@pytest.mark.rule("R22")
def test_two_press_accept_and_the_other_is_told_who(internet, agents, new_page, chromium):
    new_page.allow("404")  # what Marko's panes are told that look before the page does
    ana, marko = agents
    customer.begin(new_page(chromium), name="Vera Check")
    for desk in agents:
        task_of(desk, "Vera Check").click()
        expect(desk.get_by_role("button", name="Accept")).to_be_visible()
    ana.get_by_role("button", name="Accept").click()
    expect(region(marko, "Communication").get_by_text("Ana Kovač took it")).to_be_visible()
    expect(list_of(marko, "In progress").get_by_role("button")).to_have_count(0)


@pytest.mark.rule("R3", "R51", "R54")
def test_switching_tasks_loses_nothing_that_was_typed(internet, ana, new_page):
    desk = agent.let_in(new_page(), "ana")
    for name in ("Vera Check", "Jan Jansen"):
        customer.begin(new_page(), name=name)
        agent.accept(desk, name)
    box = region(desk, "Communication").get_by_role("textbox", name="Message")
    box.fill("Half a sentence to Jan")
    task_of(desk, "Vera Check", "In progress").click()
    expect(box).to_have_value("")
    box.fill("Half a sentence to Vera")
    task_of(desk, "Jan Jansen", "In progress").click()
    expect(box).to_have_value("Half a sentence to Jan")
    desk.reload()
    task_of(desk, "Vera Check", "In progress").click()
    expect(box).to_have_value("Half a sentence to Vera")


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_on_the_desk(width, internet, ana, new_page):
    customer.begin(new_page(), name="Vera Check")
    desk = agent.let_in(new_page(viewport={"width": width, "height": 900}), "ana")
    assert_accessible_day_and_night(desk)
    task_of(desk, "Vera Check").click()
    expect(desk.get_by_role("button", name="Accept")).to_be_visible()
    assert_accessible_day_and_night(desk)
    desk.get_by_role("button", name="Accept").click()
    expect(region(desk, "Communication").get_by_role("textbox", name="Message")).to_be_visible()
    assert_accessible_day_and_night(desk)
    region(desk, "Communication").get_by_role("button", name="Vera Check").click()
    expect(desk.get_by_role("dialog", name="Customer information")).to_be_visible()
    assert_accessible_day_and_night(desk)
    desk.keyboard.press("Escape")
    region(desk, "Communication").get_by_role("button", name="Close").click()
    expect(desk.get_by_role("dialog", name="Close", exact=True)).to_be_visible()
    assert_accessible_day_and_night(desk)
