"""R11 in a browser: another language by one press, with everything typed still there."""

import pytest
from playwright.sync_api import expect

from activities.models import Activity, Draft
from tests.browser.agent import let_in
from tests.browser.customer import Desk
from tests.cast import chat_in, held
from tests.waiting import eventually

pytestmark = pytest.mark.rule("R11")


def test_an_agent_changes_the_language_in_the_middle_of_a_sentence(page, server, internet, ana):
    first, other = (held(chat_in(internet, name=name), ana) for name in ("Jelena", "Tomasz"))
    let_in(page, "ana", f"/desk/{first.pk}/")
    page.locator("#in_progress").get_by_role("button", name="Tomasz", exact=True).click()
    page.wait_for_url(f"**/desk/{other.pk}/")
    expect(page.locator("#communication")).to_contain_text("Tomasz")
    page.locator("#message").fill("Half a sent")
    page.get_by_role("textbox", name="Add a comment").fill("Half a comm")
    page.get_by_role("button", name="Ana Kovač", exact=True).click()
    page.get_by_role("navigation", name="Language").get_by_role("button", name="Polski", exact=True).click()
    page.wait_for_selector("html[lang=pl]")
    page.wait_for_url(f"**/desk/{other.pk}/")
    expect(page.locator("#message")).to_have_value("Half a sent")
    expect(page.locator("#comments textarea").first).to_have_value("Half a comm")
    assert set(Draft.objects.values_list("text", flat=True)) >= {"Half a sent", "Half a comm"}


def test_a_customer_changes_the_language_before_the_first_word_is_sent_and_while_rating(
    page, server, internet, ana
):
    page.goto("/chat/internet/")
    page.get_by_role("textbox", name="Name", exact=True).fill("Vera")
    page.get_by_role("textbox", name="How can we help?").fill("Half a quest")
    page.get_by_role("button", name="Language", exact=True).click()
    page.get_by_role("button", name="Türkçe", exact=True).click()
    page.wait_for_selector("html[lang=tr]")
    expect(page.locator("#name")).to_have_value("Vera")
    expect(page.locator("#text")).to_have_value("Half a quest")
    page.fill("#email", "vera@post.example")
    page.click(".btn.go")
    expect(page.locator("#compose")).to_be_visible()
    Desk(ana, eventually(Activity.objects.first)).accept().close()
    page.locator("[name=rating][value='4']").check(force=True)
    page.fill("#rating_comment", "Half a thank")
    page.click("[popovertarget=tongues]")
    page.get_by_role("button", name="Nederlands", exact=True).click()
    page.wait_for_selector("html[lang=nl]")
    expect(page.locator("#rating_comment")).to_have_value("Half a thank")
    expect(page.locator("[name=rating][value='4']")).to_be_checked()
