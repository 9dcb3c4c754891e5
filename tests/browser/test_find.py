"""Search customers from the bar: by key, with finds, cards and the customer who is chosen (R114)."""

import pytest
from playwright.sync_api import expect

from customers import editing
from tests.browser.agent import let_in, list_of, region, task_of
from tests.cast import chat_of, held


@pytest.mark.rule("R114")
def test_the_whole_way_by_keyboard(server, internet, ana, marko, jelena, page):
    other = {
        "first_name": "Jelenka",
        "last_name": "Popović",
        "city": "Belgrade",
        "emails": ["jp@post.example"],
    }
    popovic = editing.create(other, by=ana.user)
    task = held(chat_of(jelena, internet), ana)
    let_in(page, "ana")
    expect(task_of(page, "Jelena Marković", "In progress")).to_be_visible()
    field, found = page.get_by_role("searchbox", name="Search customers"), region(page, "Found customers")

    page.keyboard.press("/")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.type("jelen/")
    expect(field).to_have_value("jelen/")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(found.get_by_text("2 customers")).to_be_visible()
    expect(found.get_by_role("heading", name="Close")).to_be_visible()
    expect(field).to_be_focused()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = found.get_by_role("button", name="Jelenka Popović")
    expect(second).to_be_focused()
    card = found.get_by_role("tooltip")
    expect(card).to_contain_text("jp@post.example")
    page.keyboard.press("Escape")
    expect(card).not_to_be_attached()
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    expect(found).to_be_hidden()
    expect(region(page, "Customer details")).to_contain_text("Jelenka Popović")
    expect(region(page, "Communication")).to_be_focused()
    expect(page.get_by_role("textbox", name="Title")).to_have_count(0)
    editing.save(popovic, {"last_name": "Ilić"}, version=1, by=marko.user)
    for place in ("Customer details", "Communication"):
        expect(region(page, place)).to_contain_text("Jelenka Ilić")

    field.fill("marković")
    field.press("Enter")
    find = found.get_by_role("button", name="Jelena Marković")
    find.click()
    page.wait_for_url(f"**/desk/{task.pk}/")
    expect(region(page, "Customer details")).to_contain_text("Jelena Marković")
    expect(list_of(page, "In progress").locator("[aria-current=true]")).to_contain_text("Jelena Marković")
