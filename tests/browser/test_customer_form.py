"""The form "Customer information" in real browsers (R70 to R72): a dialog beside the conversation, not over it."""

import pytest
from playwright.sync_api import expect

from activities.models import Activity, Draft
from customers import editing
from customers.models import Customer
from requests_app.models import CareRequest
from tests.browser.agent import region
from tests.browser.beside import at_desk, form_of, go_offline
from tests.browser.looking import assert_accessible, assert_accessible_day_and_night
from tests.cast import chat_in, held
from tests.waiting import eventually


def name_of(page):
    return region(page, "Customer details").locator("#customer_name")


def field(page, name):
    return form_of(page).get_by_role("textbox", name=name, exact=True)


def open_form(page):
    """By its name, and the focus is in it."""
    name_of(page).click()
    expect(page.locator("#customer_form :focus")).to_have_count(1)


def press(page, name):
    form_of(page).get_by_role("button", name=name, exact=True).click()


@pytest.mark.rule("R70")
class Test_a_new_customer:
    def test_by_the_keyboard_alone(self, browser_name, strange_chat, page):
        at_desk(page, strange_chat)
        name_of(page).press("Enter")
        expect(field(page, "First name")).to_be_focused()
        expect(field(page, "First name")).to_have_value("Vera")
        expect(field(page, "Last name")).to_have_value("Check")
        expect(field(page, "E-mail")).to_have_value("vera@post.example")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(field(page, "E-mail")).to_be_focused()
        field(page, "City").fill("Niš")
        page.keyboard.press("Enter")
        expect(form_of(page)).to_have_count(0)
        expect(region(page, "Customer details")).to_contain_text("Niš")
        expect(region(page, "Request details")).to_contain_text("Open · created")
        expect(page.get_by_role("status", name="Notices")).to_contain_text("Customer created.")
        expect(name_of(page)).to_be_focused()
        assert Customer.objects.get().city == "Niš"

    @pytest.mark.rule("R51")
    def test_cancel_returns_to_what_is_known_and_whatever_else_is_typed_is_kept(self, strange_chat, page):
        at_desk(page, strange_chat)
        open_form(page)
        field(page, "First name").fill("Veronika")
        press(page, "Cancel")
        expect(form_of(page)).to_have_count(0)
        open_form(page)
        expect(field(page, "First name")).to_have_value("Vera")
        field(page, "E-mail").fill("vera@")
        press(page, "Create")
        expect(form_of(page).get_by_text("This e-mail address is not complete.")).to_be_visible()
        expect(field(page, "E-mail")).to_have_attribute("aria-invalid", "true")
        expect(field(page, "E-mail")).to_have_value("vera@")
        assert_accessible(page)
        assert not Customer.objects.exists()
        field(page, "Company").press_sequentially("Post")
        eventually(lambda: Draft.objects.filter(text="Post").exists())
        page.reload()
        open_form(page)
        expect(field(page, "Company")).to_have_value("Post")
        expect(field(page, "E-mail")).to_have_value("vera@")
        expect(form_of(page).get_by_text("unsaved", exact=True)).to_be_visible()


@pytest.mark.rule("R71")
def test_a_likely_duplicate_is_shown_as_its_address_is_left_and_can_be_used(strange_chat, jelena, page):
    CareRequest.objects.create(customer=jelena, title="Moving house")
    at_desk(page, strange_chat)
    open_form(page)
    field(page, "E-mail").fill("Jelena@post.example")
    field(page, "E-mail").press("Tab")
    twins = form_of(page).get_by_role("region", name="Likely duplicates")
    expect(twins).to_contain_text("Jelena Marković")
    assert_accessible(page)
    twins.get_by_role("button", name="Use this one", exact=True).click()
    expect(form_of(page)).to_have_count(0)
    expect(name_of(page)).to_have_text("Jelena Marković")
    expect(
        region(page, "Customer journey").get_by_role("group", name="Moving house", exact=True)
    ).to_be_visible()
    assert Activity.objects.get(pk=strange_chat.activity_id).customer == jelena


@pytest.mark.rule("R72")
def test_a_number_that_is_none_gets_a_hint_and_is_kept(strange_chat, page):
    at_desk(page, strange_chat)
    open_form(page)
    field(page, "Phone").fill("reception")
    field(page, "Phone").press("Tab")
    expect(form_of(page).get_by_text("it is kept as typed")).to_be_visible()
    press(page, "Create")
    expect(region(page, "Customer details")).to_contain_text("reception")


@pytest.mark.rule("R70")
class Test_a_stored_customer:
    def test_edit_save(self, chat, jelena, page):
        at_desk(page, chat)
        open_form(page)
        expect(field(page, "First name")).to_have_attribute("readonly", "")
        press(page, "Edit")
        expect(field(page, "First name")).to_be_focused()
        expect(page.locator("#message")).to_be_visible()  # the conversation goes on beside it
        expect(page.locator("#journey")).not_to_be_visible()
        assert_accessible(page)
        field(page, "First name").fill("Jelena Ana")
        form_of(page).get_by_role("button", name="Another phone", exact=True).click()
        expect(field(page, "Another phone")).to_be_focused()
        page.keyboard.type("+381 64 555 0199")
        press(page, "Save")
        expect(form_of(page)).to_have_count(0)
        details = region(page, "Customer details")
        expect(details).to_contain_text("Jelena Ana Marković")
        expect(details).to_contain_text("+381 64 555 0199")
        expect(page.locator("#communication_name")).to_have_text("Jelena Ana Marković")
        assert Customer.objects.get(pk=jelena.pk).phones == ["+381 11 555 0134", "+381 64 555 0199"]

    @pytest.mark.parametrize("away", ["Escape", "click"])
    def test_put_aside_by_esc_or_a_click_elsewhere_nothing_is_lost(self, chat, jelena, page, away):
        at_desk(page, chat)
        open_form(page)
        press(page, "Edit")
        expect(field(page, "First name")).to_be_focused()
        field(page, "City").fill("Niš")
        if away == "Escape":
            page.keyboard.press("Escape")
        else:
            page.locator("#message").click()
        expect(form_of(page)).to_have_count(0)
        expect(region(page, "Customer details").get_by_text("1 change, not saved")).to_be_visible()
        expect(name_of(page) if away == "Escape" else page.locator("#message")).to_be_focused()
        assert Customer.objects.get(pk=jelena.pk).city == ""
        page.reload()
        region(page, "Customer details").get_by_text("1 change, not saved").click()
        expect(field(page, "City")).to_have_value("Niš")
        press(page, "Save")
        expect(region(page, "Customer details")).to_contain_text("Niš")

    def test_esc_puts_aside_even_offline(self, chat, new_page):
        new_page.lose_the_line()
        page = at_desk(new_page(), chat)
        open_form(page)
        press(page, "Edit")
        expect(field(page, "First name")).to_be_focused()
        go_offline(page)
        field(page, "City").fill("Niš")
        page.keyboard.press("Escape")
        expect(form_of(page)).to_have_count(0)
        page.context.set_offline(False)
        page.reload()
        open_form(page)
        expect(field(page, "City")).to_have_value("Niš")

    @pytest.mark.rule("R52")
    def test_a_colleague_who_was_first_is_not_overwritten(self, chat, jelena, marko, page):
        at_desk(page, chat)
        open_form(page)
        press(page, "Edit")
        expect(field(page, "First name")).to_be_focused()
        field(page, "City").fill("Novi Sad")
        editing.save(jelena, {"city": "Niš"}, version=None, by=marko.user)
        press(page, "Save")
        caution = form_of(page).get_by_role("status").filter(has_text="Marko Babić")
        expect(caution).to_contain_text("changed City")
        expect(field(page, "City")).to_have_value("Novi Sad")
        caution.get_by_role("button", name="Load").click()
        expect(field(page, "City")).to_have_value("Niš")
        form_of(page).get_by_role("button", name="Use mine").click()
        expect(field(page, "City")).to_have_value("Novi Sad")
        press(page, "Save")
        eventually(lambda: Customer.objects.get(pk=jelena.pk).city == "Novi Sad")

    @pytest.mark.rule("R52")
    def test_load_waits_for_a_save_that_is_on_its_way(self, chat, jelena, marko, page):
        """That is refused, and would put back as typed what Load has laid beside."""
        at_desk(page, chat)
        open_form(page)
        press(page, "Edit")
        expect(field(page, "First name")).to_be_focused()
        field(page, "City").fill("Novi Sad")
        editing.save(jelena, {"city": "Niš"}, version=None, by=marko.user)
        caution = form_of(page).get_by_role("status").filter(has_text="Marko Babić")
        expect(caution).to_contain_text("changed City")
        saves, answered = [], []
        page.route("**/customer/", lambda route: saves.append(route))
        page.on("requestfinished", lambda request: request.method == "POST" and answered.append(request))
        press(page, "Save")
        eventually(lambda: page.wait_for_timeout(20) or saves)
        caution.get_by_role("button", name="Load").click()
        saves[0].continue_()
        expect(form_of(page).get_by_role("button", name="Use mine")).to_be_visible()
        eventually(
            lambda: (
                page.wait_for_timeout(20)
                or len([asked for asked in answered if "/customer/" in asked.url]) == 2
            )
        )
        assert not Draft.objects.filter(field="city").exists()


@pytest.mark.rule("R72")
def test_who_is_not_this_customer_is_unlinked(chat, page):
    at_desk(page, chat)
    details = region(page, "Customer details")
    expect(details).to_contain_text("Not verified")
    details.get_by_role("button", name="Not this customer").click()
    expect(details.get_by_role("button", name="New customer")).to_be_visible()
    expect(region(page, "Request details")).to_contain_text("No request yet")


@pytest.mark.rule("R20")
def test_a_preview_shows_it_read_only(ana, internet, jelena, page):
    held(chat_in(internet), ana)
    looked_at = chat_in(internet, name="Jelena Marković", email="jelena@post.example")
    at_desk(page, looked_at)
    open_form(page)
    expect(form_of(page)).to_contain_text("Read-only until you accept the task")
    expect(field(page, "First name")).to_have_attribute("readonly", "")
    page.keyboard.press("Escape")
    expect(form_of(page)).to_have_count(0)
    expect(name_of(page)).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_the_form(strange_chat, jelena, new_page, width):
    page = at_desk(new_page(), strange_chat)
    page.set_viewport_size({"width": width, "height": 844})
    page.locator("#communication_name").click()
    field(page, "E-mail").fill("jelena@post.example")
    field(page, "E-mail").press("Tab")
    expect(form_of(page).get_by_role("button", name="Use this one")).to_be_visible()
    assert_accessible_day_and_night(page)
