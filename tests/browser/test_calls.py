"""Calls on the desk: what the telephone system reports is seen at once, without a reload (R4, R40, R101)."""

import pytest
from playwright.sync_api import expect

from queues.models import Agent, Queue, Task
from tests.browser.agent import let_in, region, task_of
from tests.browser.beside import press_close, question_of
from tests.browser.looking import assert_accessible

NUMBER = "+49 30 1234567"


@pytest.fixture
def phone(server, pbx, ana, marko):
    """It speaks to this process: what that stores rings the desks of the server all the same."""
    Agent.objects.filter(pk=ana.pk).update(extension="204")
    return pbx


def state_of(page):
    return region(page, "Communication").locator("#call_now [role=status]")


@pytest.mark.rule("R4", "R21", "R40", "R42", "R101")
@pytest.mark.usefixtures("browser_name")
def test_a_call_from_ring_to_close(page, phone):
    let_in(page, "ana")
    phone.new_call()
    task_of(page, NUMBER).click()
    talk = region(page, "Communication")
    expect(talk.get_by_text("Ringing")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(state_of(page)).to_have_text("Ringing")
    expect(talk.get_by_text("Answer it on your phone")).to_be_visible()
    phone.answer("204")
    expect(state_of(page)).to_have_text("Talking")
    expect(talk.get_by_text("You answered")).to_be_visible()
    expect(task_of(page, NUMBER, "In progress")).to_contain_text("Talking")
    started = talk.locator("#call_now time").inner_text()
    expect(talk.locator("#call_now time")).not_to_have_text(started)
    phone.say("hold")
    expect(state_of(page)).to_have_text("On hold")
    expect(task_of(page, NUMBER, "In progress")).to_contain_text("On hold")
    phone.say("resume")
    expect(state_of(page)).to_have_text("Talking")
    assert_accessible(page)
    phone.hang_up()
    expect(state_of(page)).to_have_text("Ended")
    expect(talk.get_by_text("Ended: Hung up")).to_be_visible()
    press_close(page)
    question_of(page).get_by_role("button", name="Discard").click()
    expect(task_of(page, NUMBER, "In progress")).to_have_count(0)


@pytest.mark.rule("R40")
def test_two_browsers_of_one_agent_have_one_call(new_page, phone):
    first, second = new_page(), new_page()
    for page in (first, second):
        let_in(page, "ana")
    phone.new_call()
    phone.new_call(**{"from": "48221234567"})
    task_of(first, NUMBER).click()
    task_of(second, "+48 22 123 45 67").click()
    first.get_by_role("button", name="Accept").click()
    expect(state_of(first)).to_be_visible()
    second.get_by_role("button", name="Accept").click()
    expect(second.get_by_text("You are in a call already").first).to_be_visible()
    assert Task.objects.filter(line_busy=True).count() == 1


@pytest.mark.rule("R42", "R101")
def test_a_call_that_ends_in_the_queue_is_missed_and_called_back(page, phone):
    let_in(page, "ana")
    phone.new_call()
    task_of(page, NUMBER).click()
    expect(page.get_by_role("button", name="Accept")).to_be_visible()
    phone.hang_up("cancel")
    expect(task_of(page, NUMBER)).to_have_count(0)
    page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Missed calls").click()
    missed = page.get_by_role("list", name="Missed calls")
    expect(missed.get_by_role("listitem")).to_have_count(1)
    assert_accessible(page)
    expect(missed.get_by_role("link", name="Call back")).to_have_attribute("href", "tel:+49301234567")
    phone.new_call(direction="out", user="marko", to="49301234567")
    expect(page.get_by_text("No missed calls.")).to_be_visible()
    expect(page.get_by_role("link", name="Missed calls")).to_have_count(0)


@pytest.mark.rule("R101")
def test_dialling_marks_as_called_back(page, phone):
    phone.new_call()
    phone.hang_up("cancel")
    let_in(page, "ana", "/desk/missed_calls/")
    page.evaluate("document.addEventListener('click', (event) => event.preventDefault())")
    page.get_by_role("link", name="Call back").click()
    expect(page.get_by_text("No missed calls.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Tasks")).to_be_visible()


@pytest.mark.rule("R40", "R101")
def test_answering_on_the_phone_shows_the_task_at_once(page, phone):
    """Of an automatic queue, and without any Ready: the telephone system has decided."""
    let_in(page, "ana")
    Queue.objects.filter(slug="billing").update(numbers=["31207940900"])
    phone.new_call(to="31207940900")
    phone.answer("204")
    expect(task_of(page, NUMBER, "In progress")).to_contain_text("Talking · Billing")
    phone.new_call(**{"from": "48221234567"})
    phone.answer("ana")
    expect(task_of(page, NUMBER, "In progress")).to_contain_text("Ended")
    expect(task_of(page, "+48 22 123 45 67", "In progress")).to_contain_text("Talking")
