"""Close in real browsers, by mouse and by keyboard alone (R85 to R88)."""

import pytest
from playwright.sync_api import expect

from activities.models import Comment, Tag
from customers.models import Customer
from queues.models import Task
from requests_app.models import CareRequest
from tests.browser.agent import list_of, region
from tests.browser.beside import (
    at_desk,
    description_of,
    form_of,
    go_offline,
    press_close,
    question_of,
    tag_of,
    title_of,
)
from tests.browser.looking import assert_accessible
from tests.cast import chat_in, held
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def bells(new_page):
    """A bell that Close rings may reach a pane of the task that is gone."""
    new_page.allow("404")


def is_closed(task):
    return Task.objects.get(pk=task.pk).state == Task.CLOSED


def notices(page):
    return page.get_by_role("status", name="Notices")


@pytest.mark.rule("R85")
def test_without_changes_it_closes_at_once_and_shows_the_next(chat, ana, internet, page):
    following = held(chat_in(internet), ana)
    at_desk(page, chat)
    press_close(page)
    expect(page.locator(f'#at[data-task="{following.pk}"]')).to_be_attached()
    expect(notices(page)).to_contain_text("Closed. Jelena Marković has been told.")
    expect(list_of(page, "In progress").get_by_role("button")).to_have_count(1)
    assert page.url.endswith(f"/desk/{following.pk}/")
    press_close(page)
    question_of(page).get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    expect(list_of(page, "In progress").get_by_role("button")).to_have_count(0)


@pytest.mark.rule("R85", "R86")
def test_by_the_keyboard_alone(browser_name, strange_chat, page):
    at_desk(page, strange_chat)
    close = region(page, "Communication").get_by_role("button", name="Close", exact=True)
    close.focus()
    page.keyboard.press("Enter")
    expect(question_of(page).get_by_role("button", name="Create", exact=True)).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(question_of(page)).to_have_count(0)
    expect(close).to_be_focused()
    page.keyboard.press("Enter")
    expect(question_of(page).get_by_role("button", name="Create", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(question_of(page).get_by_role("button", name="Discard")).to_be_focused()
    page.keyboard.press("Enter")
    eventually(lambda: is_closed(strange_chat))
    assert not Customer.objects.exists()


@pytest.mark.rule("R85", "R86")
class Test_the_question:
    @pytest.mark.parametrize(("answer", "city"), [("Save", "Novi Sad"), ("Discard", "")])
    def test_about_changes_of_the_customer(self, chat, jelena, page, answer, city):
        at_desk(page, chat)
        page.locator("#customer_edit").click()
        form_of(page).get_by_role("textbox", name="City", exact=True).fill("Novi Sad")
        press_close(page)
        question = question_of(page)
        expect(question).to_contain_text("Save your changes to Jelena Marković")
        expect(question.get_by_role("row")).to_contain_text("Novi Sad")
        assert_accessible(page)
        question.get_by_role("button", name="Keep working").click()
        expect(region(page, "Customer details").get_by_text("1 change, not saved")).to_be_visible()
        press_close(page)
        question.get_by_role("button", name=answer, exact=True).click()
        eventually(lambda: is_closed(chat))
        assert Customer.objects.get(pk=jelena.pk).city == city

    def test_create_stores_what_stands_in_the_open_form(self, strange_chat, page):
        at_desk(page, strange_chat)
        title_of(page).fill("Wrong bill")
        page.locator("#customer_name").click()
        form_of(page).get_by_role("textbox", name="City", exact=True).fill("Niš")
        press_close(page)
        question_of(page).get_by_role("button", name="Create", exact=True).click()
        eventually(lambda: is_closed(strange_chat))
        assert (Customer.objects.get().city, CareRequest.objects.get().title) == ("Niš", "Wrong bill")

    @pytest.mark.rule("R71")
    def test_likely_duplicates_stand_in_it(self, ana, internet, jelena, page):
        from customers import editing

        editing.create({"first_name": "Jovana", "emails": ["jelena@post.example"]}, by=ana.user)
        task = held(chat_in(internet, name="Jelena", email="jelena@post.example"), ana)
        at_desk(page, task)
        press_close(page)
        expect(question_of(page).get_by_role("button", name="Use this one", exact=True)).to_have_count(2)
        assert_accessible(page)
        question_of(page).get_by_role("button", name="Use this one", exact=True).first.click()
        eventually(lambda: is_closed(task))
        assert task.activity.__class__.objects.get(pk=task.activity_id).customer == jelena

    @pytest.mark.rule("R87")
    def test_what_is_invalid_comes_back_in_the_form(self, strange_chat, page):
        at_desk(page, strange_chat)
        page.locator("#customer_name").click()
        form_of(page).get_by_role("textbox", name="E-mail", exact=True).fill("vera@")
        press_close(page)
        question_of(page).get_by_role("button", name="Create", exact=True).click()
        expect(form_of(page)).to_contain_text("This e-mail address is not complete.")
        expect(notices(page)).to_contain_text("Nothing was closed yet.")
        assert not is_closed(strange_chat)


@pytest.mark.rule("R87")
class Test_what_stands_in_the_panes:
    def test_half_typed_is_stored(self, chat, page):
        at_desk(page, chat)
        tag_of(page).fill("hardw")
        region(page, "Comments").get_by_role("textbox", name="Add a comment").fill("Asked the shop")
        description_of(page).fill("White model.")
        press_close(page)
        eventually(lambda: is_closed(chat))
        assert Tag.objects.get().name == "hardw"
        assert Comment.objects.get().text == "Asked the shop"
        assert CareRequest.objects.get().description == "White model."

    def test_an_unsent_message_stops_it_with_its_reason_and_focus(self, chat, page):
        at_desk(page, chat)
        page.locator("#message").fill("Goodbye")
        title_of(page).focus()
        press_close(page)
        expect(region(page, "Communication").get_by_text("Not sent yet.")).to_be_visible()
        expect(page.locator("#message")).to_be_focused()
        assert not is_closed(chat)
        page.keyboard.press("Enter")
        expect(page.get_by_role("log", name="Messages")).to_contain_text("Goodbye")
        expect(page.locator("#message")).to_have_value("")
        eventually(lambda: chat.activity.messages.filter(text="Goodbye").exists())
        press_close(page)
        eventually(lambda: is_closed(chat))

    def test_what_is_too_long_stops_it_and_gets_the_focus(self, chat, page):
        at_desk(page, chat)
        tag_of(page).fill("x" * 51)
        press_close(page)
        expect(region(page, "Activity details").get_by_text("1 character too many.")).to_be_visible()
        expect(tag_of(page)).to_be_focused()
        expect(tag_of(page)).to_have_value("x" * 51)
        assert not is_closed(chat)

    def test_with_no_connection_nothing_closes_and_nothing_is_lost(self, chat, new_page):
        new_page.lose_the_line()
        page = at_desk(new_page(), chat)
        tag_of(page).fill("hardw")
        go_offline(page)
        press_close(page)
        expect(notices(page)).to_contain_text("could not be reached")
        expect(tag_of(page)).to_have_value("hardw")
        assert not is_closed(chat)
        page.context.set_offline(False)
        press_close(page)
        eventually(lambda: is_closed(chat))
        assert Tag.objects.get().name == "hardw"


@pytest.mark.rule("R85")
def test_on_a_phone(chat, new_page):
    page = at_desk(new_page(has_touch=True), chat)
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("navigation", name="Parts of the desk").get_by_role("button", name="Details").click()
    tag_of(page).fill("x" * 51)
    page.get_by_role("navigation", name="Parts of the desk").get_by_role("button", name="Chat").click()
    press_close(page)
    expect(tag_of(page)).to_be_focused()
    tag_of(page).fill("router")
    page.get_by_role("navigation", name="Parts of the desk").get_by_role("button", name="Chat").click()
    press_close(page)
    eventually(lambda: is_closed(chat))
