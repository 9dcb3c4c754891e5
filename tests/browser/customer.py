"""What a customer does on the chat's page, and the agent at the other end, who is played by the verbs."""

import uuid

from playwright.sync_api import expect

from activities import chat as conversation
from activities.models import Activity, Message
from caredesk import realtime
from queues import accepting, chats, closing
from tests.waiting import eventually

NAME, EMAIL, QUESTION = "Vera Check", "vera@post.example", "Is anybody there?"


def begin(page, address="/chat/internet/", name=NAME):
    """Fill in the form and send it. `page` may be a frame."""
    if address:
        page.goto(address)
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("textbox", name="E-mail", exact=True).fill(EMAIL)
    page.get_by_role("textbox", name="How can we help?", exact=True).fill(QUESTION)
    click(page.get_by_role("button", name="Start chat", exact=True))
    expect(log_of(page)).to_be_visible()
    if address:
        page.wait_for_load_state()
    return eventually(lambda: Activity.objects.order_by("-pk").first())


def log_of(page):
    return page.get_by_role("log", name="Messages", exact=True)


def box_of(page):
    return page.get_by_role("textbox", name="Message", exact=True)


def say(page, text):
    box_of(page).fill(text)
    press(box_of(page), "Enter")


def click(locator):
    """Playwright's mouse and keys do not reach into a frame of another site in Firefox: there the page does it."""
    if beyond_reach(locator):
        locator.dispatch_event("click")
    else:
        locator.click()


def press(locator, key):
    if beyond_reach(locator):
        locator.dispatch_event("keydown", {"key": key, "bubbles": True, "cancelable": True})
    else:
        locator.press(key)


def beyond_reach(locator):
    if locator.page.context.browser.browser_type.name != "firefox":
        return False
    locator.wait_for()
    return locator.evaluate("() => window.parent !== window")


def line_of(page, text):
    return log_of(page).locator("li.turn", has_text=text)


def shown(page):
    """The words of the conversation as they stand, from top to bottom."""
    return log_of(page).locator("li.turn p").all_inner_texts()


def stored(activity):
    return list(activity.messages.filter(kind=Message.TEXT).order_by("seq").values_list("text", flat=True))


class Desk:
    """The agent's side of one conversation."""

    def __init__(self, agent, activity):
        self.agent, self.activity = agent, activity

    @property
    def task(self):
        return self.activity.tasks.order_by("-pk").first()

    def accept(self):
        accepting.accept(self.task.pk, by=self.agent)
        return self

    def answer(self, text):
        chats.answer(self.task.pk, text=text, uuid=uuid.uuid4(), by=self.agent)

    def read(self):
        self.activity.refresh_from_db()
        conversation.seen_by_agent(self.activity.pk, self.activity.last_seq)

    def type(self):
        who = {"side": Message.AGENT, "who": self.agent.shown_name}
        event = {"type": "talk.typing", "activity": self.activity.pk} | who
        realtime.post(f"talk-{self.activity.pk}", event)

    def close(self):
        closing.close(self.task.pk, closing.Leftovers(), choice=closing.DISCARD, by=self.agent)
