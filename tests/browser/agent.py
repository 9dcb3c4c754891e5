"""An agent at the desk, as a person would use it: by what is named on the page."""

from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import Page, expect

from queues.desk import state_of
from tests.cast import PASSWORD


def log_in(page: Page, name: str, password: str = PASSWORD) -> Page:
    page.goto("/desk/")
    page.get_by_role("textbox", name="Username").fill(name)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("navigation", name="Tasks")).to_be_visible()
    page.wait_for_load_state()
    return page


def let_in(page: Page, name: str, path: str = "/desk/") -> Page:
    """Before their desk, with a session that they have already: for whom the way through the door is no matter."""
    client = Client()
    client.force_login(get_user_model().objects.get(username=name))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([session | {"domain": "127.0.0.1", "path": "/", "httpOnly": True}])
    page.goto(path)
    return page


def list_of(page: Page, name: str):
    """The list "In progress" or "Queue"."""
    return page.get_by_role("navigation", name="Tasks").get_by_role("list", name=name, exact=True)


def task_of(page: Page, name: str, where: str = "Queue"):
    return list_of(page, where).get_by_role("button", name=name, exact=True)


def looked(page: Page, agent) -> None:
    """Nothing of what happened so far is still to be drawn in their lists."""
    expect(page.locator("[data-desk-state]")).to_have_attribute("data-desk-state", state_of(agent.pk))


def region(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def accept(page: Page, name: str) -> None:
    task_of(page, name).click()
    page.get_by_role("button", name="Accept").click()
    expect(task_of(page, name, "In progress")).to_be_visible()


def say(page: Page, text: str) -> None:
    box = region(page, "Communication").get_by_role("textbox", name="Message")
    box.fill(text)
    box.press("Enter")


def words(page: Page) -> list[str]:
    """What stands in the log "Messages", in its order, one entry a bubble."""
    return page.get_by_role("log", name="Messages").locator("[data-seq] p").all_inner_texts()
