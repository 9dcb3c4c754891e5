"""Moving activities and merging customers in real browsers (R73, R80, R81).

Firefox driven this way cannot drag: what its pointer does is tried in Chromium alone, in Firefox the same move is made
by the menu "Move to…" (test_moved_by_the_keyboard).
"""

import pytest
from playwright.sync_api import expect

from customers import editing
from requests_app.models import CareRequest
from tests.browser.agent import region, task_of
from tests.browser.beside import at_desk, title_of
from tests.browser.looking import assert_accessible, at_rest
from tests.browser.test_journey import button_of, journey
from tests.cast import chat_of, held, over


@pytest.fixture
def call(chat, jelena):
    """An older call of Jelena, in a request of its own."""
    moving_house = CareRequest.objects.create(customer=jelena, title="Moving house")
    return over(medium="call", customer=jelena, care_request=moving_house)


@pytest.fixture
def tomasz(ana):
    values = {"first_name": "Tomasz", "last_name": "Wójcik", "emails": ["tomasz@post.example"]}
    return editing.create(values, by=ana.user)


def group(page, title):
    return journey(page).get_by_role("group", name=title, exact=True)


def notice(page):
    return page.get_by_role("status", name="Notices")


def menu(page):
    return page.get_by_role("menu", name="Move to…")


def open_menu(page, activity):
    """By the keyboard alone, from the activity on."""
    button_of(page, activity).focus()
    page.keyboard.press("Tab")
    expect(page.locator(f"#move-{activity.pk}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu(page).get_by_role("menuitem").first).to_be_focused()


@pytest.mark.rule("R80")
def test_dragged_into_another_request_and_back_with_one_click(chat, call, page):
    at_desk(page, chat)
    button_of(page, chat.activity).drag_to(group(page, "Moving house"))
    expect(group(page, "Moving house").locator(f"#act-{chat.activity_id}")).to_be_visible()
    expect(title_of(page)).to_have_value("Moving house")
    notice(page).get_by_role("button", name="Undo").click()
    expect(group(page, "Untitled request").locator(f"#act-{chat.activity_id}")).to_be_visible()
    expect(notice(page)).to_contain_text("As it was before.")


@pytest.mark.rule("R80")
def test_dragged_onto_the_head_it_gets_a_new_request_and_the_emptied_one_stays(chat, call, page):
    at_desk(page, chat)
    box, head = button_of(page, call).bounding_box(), journey(page).locator(".head").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 15)
    page.mouse.down()
    page.mouse.move(head["x"] + 80, head["y"] + 60, steps=4)
    expect(page.get_by_text("Drop here for a new request")).to_be_visible()
    page.mouse.move(head["x"] + 80, head["y"] + 20, steps=4)
    page.mouse.up()
    expect(group(page, "Untitled request")).to_have_count(2)
    expect(group(page, "Moving house").locator(".act")).to_have_count(0)
    expect(page.get_by_text("Drop here for a new request")).to_be_hidden()


@pytest.mark.rule("R80")
def test_closed_requests_take_no_drop_and_give_nothing_away(chat, call, page):
    CareRequest.objects.filter(pk=call.care_request_id).update(state="closed", closed_at=call.ended_at)
    at_desk(page, chat)
    button_of(page, chat.activity).drag_to(group(page, "Moving house"))
    button_of(page, call).drag_to(group(page, "Untitled request"))
    expect(page.locator(f"#move-{call.pk}")).to_have_count(0)
    expect(group(page, "Moving house").locator(".act")).to_have_count(1)
    expect(group(page, "Untitled request").locator(".act")).to_have_count(1)


@pytest.mark.rule("R80")
def test_moved_by_the_keyboard(browser_name, chat, call, page):
    at_desk(page, chat)
    open_menu(page, chat.activity)
    page.keyboard.press("Escape")
    expect(menu(page)).to_be_hidden()
    expect(page.locator(f"#move-{chat.activity_id}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu(page).get_by_role("menuitem")).to_contain_text(
        ["Moving house", "New request", "Another customer…"]
    )
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    expect(menu(page).get_by_role("menuitem", name="Another customer…")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(group(page, "Moving house").locator(f"#act-{chat.activity_id}")).to_be_focused()
    expect(menu(page)).to_be_hidden()


@pytest.mark.rule("R81")
def test_to_another_customer_the_task_goes_along(chat, tomasz, page):
    at_desk(page, chat)
    open_menu(page, chat.activity)
    menu(page).get_by_role("menuitem", name="Another customer…").click()
    dialog = page.get_by_role("dialog", name="Move to another customer")
    expect(dialog).to_be_visible()
    at_rest(page)
    dialog.get_by_role("searchbox").press_sequentially("wojc")
    expect(dialog.get_by_role("radio", name="Tomasz Wójcik")).to_be_visible()
    at_rest(page)
    dialog.get_by_role("radio", name="Tomasz Wójcik").check()
    expect(dialog.get_by_role("region", name="Tomasz Wójcik")).to_contain_text("a new request")
    assert_accessible(page)
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(region(page, "Customer details")).to_contain_text("tomasz@post.example")
    expect(region(page, "Communication").get_by_role("button", name="Tomasz Wójcik")).to_be_visible()
    expect(task_of(page, "Tomasz Wójcik", "In progress")).to_be_visible()
    expect(dialog).to_have_count(0)
    notice(page).get_by_role("button", name="Undo").click()
    expect(region(page, "Customer details")).to_contain_text("jelena@post.example")
    expect(task_of(page, "Jelena Marković", "In progress")).to_be_visible()


@pytest.mark.rule("R81")
def test_an_older_one_moves_alone_to_a_new_customer(chat, call, page):
    at_desk(page, chat)
    open_menu(page, call)
    menu(page).get_by_role("menuitem", name="Another customer…").click()
    dialog = page.get_by_role("dialog", name="Move to another customer")
    expect(dialog.get_by_role("radio", name="New customer")).to_be_visible()
    at_rest(page)
    dialog.get_by_role("radio", name="New customer").check()
    expect(dialog.get_by_role("textbox", name="First name")).to_be_visible()
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(dialog).to_contain_text("Give a name")
    dialog.get_by_role("textbox", name="First name").fill("Nora")
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(notice(page)).to_contain_text("Moved to Nora.")
    expect(button_of(page, call)).to_have_count(0)
    expect(region(page, "Customer details")).to_contain_text("jelena@post.example")


@pytest.mark.rule("R73")
def test_merged_and_two_again(chat, ana, internet, page):
    values = {"first_name": "J.", "last_name": "Marković", "city": "Belgrade", "emails": ["j@work.example"]}
    other = editing.create(values, by=ana.user)
    held(chat_of(other, internet), by=ana)
    at_desk(page, chat)
    page.get_by_role("button", name="Merge with…").click()
    dialog = page.get_by_role("dialog", name="Merge with another record")
    dialog.get_by_role("radio", name="J. Marković").check()
    expect(dialog.get_by_role("radio", name="First name: Jelena")).to_be_checked()
    expect(dialog.get_by_role("radio", name="City: Belgrade")).to_be_checked()
    dialog.get_by_role("radio", name="First name: J.").check()
    assert_accessible(page)
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(region(page, "Customer details")).to_contain_text("j@work.example")
    expect(region(page, "Customer details")).to_contain_text("Belgrade")
    expect(task_of(page, "J. Marković", "In progress")).to_have_count(2)
    page.get_by_role("button", name="Merge with…").click()
    dialog.get_by_role("button", name="Un-merge").click()
    expect(region(page, "Customer details")).not_to_contain_text("Belgrade")
    expect(task_of(page, "Jelena Marković", "In progress")).to_have_count(1)
