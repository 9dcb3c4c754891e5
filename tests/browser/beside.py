"""What an agent does beside the conversation, and how it gets there quickly: chats begin and are accepted by verbs."""

import pytest
from playwright.sync_api import expect

from tests.browser.agent import let_in, region
from tests.cast import chat_in, chat_of, held


@pytest.fixture
def chat(server, internet, ana, jelena):
    """Ana has a chat of Jelena in progress."""
    return held(chat_of(jelena, internet, text="My router restarts every ten minutes."), ana)


@pytest.fixture
def strange_chat(server, internet, ana):
    """Ana has a chat in progress of Vera Check, of whom nothing is stored."""
    return held(chat_in(internet, text="My bill is wrong."), ana)


def at_desk(page, task, who="ana"):
    """Logged in, with this task selected, on a screen that has room for all columns."""
    page.set_viewport_size({"width": 1440, "height": 900})
    let_in(page, who, f"/desk/{task.pk}/")
    expect(page.locator(f'#at[data-task="{task.pk}"]')).to_be_attached()
    page.wait_for_load_state()
    return page


def title_of(page):
    return region(page, "Request details").get_by_role("textbox", name="Title", exact=True)


def description_of(page):
    return region(page, "Request details").get_by_role("textbox", name="Description", exact=True)


def tag_of(page):
    return region(page, "Activity details").get_by_role("combobox", name="Add a tag", exact=True)


def tags(page):
    return (
        region(page, "Activity details")
        .get_by_role("list", name="Tags")
        .get_by_role("listitem")
        .all_inner_texts()
    )


def form_of(page):
    return page.get_by_role("dialog", name="Customer information", exact=True)


def question_of(page):
    return page.get_by_role("dialog", name="Close", exact=True)


def press_close(page):
    region(page, "Communication").get_by_role("button", name="Close", exact=True).click()


def go_offline(page):
    page.context.set_offline(True)


def has_focus(locator):
    expect(locator).to_be_focused()
