"""Two agents at one customer, each in a browser of their own, write at the same time (R52 to R54)."""

import pytest
from playwright.sync_api import expect

from activities import joining, remarks
from customers import editing
from customers.models import Customer
from requests_app.editing import save_details
from requests_app.models import CareRequest
from tests.browser.agent import region
from tests.browser.beside import at_desk, description_of, form_of, tag_of, tags, title_of
from tests.browser.looking import assert_accessible
from tests.cast import chat_of, held
from tests.waiting import eventually


@pytest.fixture
def his(chat, internet, jelena, marko):
    """Marko's chat in progress with Jelena, in the request of Ana's."""
    return held(chat_of(jelena, internet, text="And one more thing."), marko)


@pytest.fixture
def two(chat, his, new_page):
    """(Ana's page, Marko's page), each with a chat of Jelena in progress, in the same request."""
    return at_desk(new_page(), chat), at_desk(new_page(), his, "marko")


@pytest.fixture
def two_browsers(chat, his, new_page, chromium, firefox):
    return at_desk(new_page(chromium), chat), at_desk(new_page(firefox), his, "marko")


def caution_in(place, who):
    return place.get_by_role("status").filter(has_text=who)


def details(page):
    return region(page, "Request details")


def saved():
    return CareRequest.objects.values_list("title", "description").get()


@pytest.mark.rule("R52", "R54")
def test_title_of_two_agents(two_browsers):
    ana, marko = two_browsers
    title_of(ana).press_sequentially("Her title")
    title_of(marko).fill("His title")
    title_of(marko).press("Tab")
    caution = caution_in(details(ana), "Marko Babić")
    expect(caution).to_contain_text("changed Title at")
    expect(title_of(ana)).to_be_focused()
    expect(title_of(ana)).to_have_value("Her title")
    assert_accessible(ana)
    title_of(ana).press("Tab")
    expect(caution).to_contain_text("You changed Title")
    assert saved()[0] == "His title"
    caution.get_by_role("button", name="Load").click()
    expect(title_of(ana)).to_have_value("His title")
    expect(details(ana).get_by_text("Her title", exact=True)).to_be_visible()
    details(ana).get_by_role("button", name="Use mine").click()
    expect(title_of(ana)).to_have_value("Her title")
    assert saved()[0] == "Her title"
    # The other way round, with nothing typed.
    caution = caution_in(details(marko), "Ana Kovač")
    expect(caution).to_contain_text("changed Title at")
    expect(title_of(marko)).to_have_value("His title")
    caution.get_by_role("button", name="Load").click()
    expect(title_of(marko)).to_have_value("Her title")
    expect(caution).to_have_count(0)
    title_of(marko).fill("Both agree")
    title_of(marko).press("Tab")
    eventually(lambda: saved()[0] == "Both agree")


@pytest.mark.rule("R52")
def test_different_fields_are_kept_with_one_click(two):
    ana, marko = two
    title_of(ana).fill("Her title")
    description_of(marko).fill("His words")
    description_of(marko).press("Tab")
    expect(caution_in(details(ana), "Marko Babić")).to_contain_text("changed Description")
    title_of(ana).press("Tab")
    expect(caution_in(details(ana), "Marko Babić")).to_contain_text("Nothing overlaps.")
    details(ana).get_by_role("button", name="Keep both").click()
    expect(description_of(ana)).to_have_value("His words")
    expect(title_of(ana)).to_have_value("Her title")
    assert saved() == ("Her title", "His words")


@pytest.mark.rule("R52", "R70")
def test_customer_form_of_two_agents(two, jelena):
    ana, marko = two
    for page in two:
        region(page, "Customer details").get_by_role("button", name="Edit").click()
    city = form_of(ana).get_by_role("textbox", name="City")
    city.fill("Novi Sad")
    form_of(marko).get_by_role("textbox", name="City").fill("Niš")
    form_of(marko).get_by_role("textbox", name="Company").fill("Post")
    form_of(marko).get_by_role("button", name="Save").click()
    caution = caution_in(form_of(ana), "Marko Babić")
    expect(caution).to_contain_text("changed City, Company at")
    expect(city).to_be_focused()
    form_of(ana).get_by_role("button", name="Save").click()
    expect(caution).to_contain_text("You changed City")
    expect(city).to_have_value("Novi Sad")
    assert Customer.objects.get().city == "Niš"
    caution.get_by_role("button", name="Load").click()
    expect(city).to_have_value("Niš")
    expect(form_of(ana).get_by_role("textbox", name="Company")).to_have_value("Post")
    assert_accessible(ana)
    form_of(ana).get_by_role("button", name="Use mine").click()
    expect(city).to_have_value("Novi Sad")
    expect(city).to_be_focused()
    form_of(ana).get_by_role("button", name="Save").click()
    expect(form_of(ana)).to_be_hidden()
    assert Customer.objects.values_list("city", "company").get() == ("Novi Sad", "Post")
    # Marko has nothing open and nothing typed.
    pane = region(marko, "Customer details")
    expect(pane).to_contain_text("Niš")
    caution_in(pane, "Ana Kovač").get_by_role("button", name="Load").click()
    expect(pane).to_contain_text("Novi Sad")
    expect(caution_in(pane, "Ana Kovač")).to_have_count(0)


@pytest.mark.rule("R52")
def test_tags_of_a_colleague(chat, ana, marko, page):
    remarks.add_tag(chat.activity, "router", by=ana.user)
    at_desk(page, chat)
    pane = region(page, "Activity details")
    remarks.add_tag(chat.activity, "line check", by=marko.user)
    caution = caution_in(pane, "Marko Babić")
    expect(caution).to_contain_text("changed Tags at")
    tag_of(page).fill("hardware")
    tag_of(page).press("Enter")
    eventually(lambda: tags(page) == ["router", "hardware"])
    pane.get_by_role("button", name="Remove router").click()
    expect(caution).to_be_visible()
    assert set(chat.activity.tags.values_list("name", flat=True)) == {"router", "line check", "hardware"}
    assert tags(page) == ["router", "hardware"]
    caution.get_by_role("button", name="Load").click()
    eventually(lambda: tags(page) == ["router", "line check", "hardware"])
    pane.get_by_role("button", name="Remove router").click()
    eventually(lambda: tags(page) == ["line check", "hardware"])


@pytest.mark.rule("R52")
def test_a_conversation_that_was_moved(chat, marko, page):
    at_desk(page, chat)
    title_of(page).press_sequentially("Her title")
    joining.add_request(chat.activity, by=marko.user)
    caution = caution_in(region(page, "Activity details"), "Marko Babić")
    expect(caution).to_contain_text("changed Request at")
    expect(title_of(page)).to_have_value("Her title")
    caution.get_by_role("button", name="Load").click()
    expect(title_of(page)).to_have_value("")
    expect(details(page).get_by_text("Her title", exact=True)).to_be_visible()


@pytest.mark.rule("R51", "R52")
def test_a_draft_from_before_is_no_way_round_it(browser_name, chat, marko, page):
    """Typed, left, and come back to: the draft does not go over what nobody has seen."""
    at_desk(page, chat)
    title_of(page).press_sequentially("Her title")
    page.goto("/accounts/password_change/")
    save_details(CareRequest.objects.get(), {"title": "His title"}, version=None, by=marko.user)
    page.goto(f"/desk/{chat.pk}/")
    expect(title_of(page)).to_have_value("Her title")
    expect(caution_in(details(page), "Marko Babić")).to_contain_text("changed Title")
    title_of(page).focus()
    title_of(page).press("Tab")
    details(page).get_by_role("button", name="Load").click()
    expect(title_of(page)).to_have_value("His title")
    assert saved()[0] == "His title"


@pytest.mark.rule("R53")
def test_no_caution_for_ones_own_second_tab(chat, ana, jelena, page):
    at_desk(page, chat)
    save_details(CareRequest.objects.get(), {"title": "Typed there"}, version=None, by=ana.user)
    expect(title_of(page)).to_have_value("Typed there")
    editing.save(jelena, {"city": "Niš"}, version=None, by=ana.user)
    expect(region(page, "Customer details")).to_contain_text("Niš")
    expect(page.locator(".caution")).to_have_count(0)


def test_who_else_is_here_and_who_changed_what(two, jelena):
    ana, marko = two
    for name in ("Customer details", "Request details"):
        expect(region(ana, name).get_by_text("Marko is here")).to_be_visible()
        expect(region(marko, name).get_by_text("Ana is here")).to_be_visible()
    expect(region(ana, "Activity details").get_by_text("Marko is here")).to_be_hidden()
    details(ana).get_by_label("Changes").click()
    expect(details(ana).locator(".changes")).to_contain_text("Created")
    title_of(ana).fill("Router")
    title_of(ana).press("Tab")
    region(ana, "Comments").get_by_role("textbox").focus()
    expect(details(ana).locator(".changes")).to_contain_text("Title Router")
    marko.goto("/accounts/password_change/")
    expect(region(ana, "Customer details").get_by_text("Marko is here")).to_be_hidden()
