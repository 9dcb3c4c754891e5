"""An agent at the desk over HTTP: `desk.get("comments")`, `desk.post("comments", comment="…")`."""

import json
import re
from dataclasses import dataclass
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from activities.models import OpenCustomer
from caredesk.places import Opened
from queues.models import Task
from tests.cast import chat_in, chat_of, held

HTMX = {"HX-Request": "true"}


@dataclass
class Desk:
    """The browser of an agent who has selected a task; `selected` is what they chose in the journey."""

    client: Client
    task: Task
    selected: str = ""

    @property
    def activity(self):
        return self.task.activity

    @property
    def care_request(self):
        self.task.activity.refresh_from_db()
        return self.task.activity.care_request

    def address(self, name, *arguments):
        found = reverse(name, args=[self.task.pk, *arguments])
        return f"{found}?selected={self.selected}" if self.selected else found

    def get(self, name, *arguments, **data):
        data = {"selected": self.selected, **data} if self.selected else data
        return self.client.get(reverse(name, args=[self.task.pk, *arguments]), data, headers=HTMX)

    def post(self, name, *arguments, **data):
        return self.client.post(self.address(name, *arguments), data, headers=HTMX)


@dataclass
class Gadget(Desk):
    """The gadget of an agent who has selected an open customer."""

    task: Opened

    def address(self, name, *arguments):
        found = reverse(name, args=[self.task, *arguments])
        return f"{found}?selected={self.selected}" if self.selected else found

    def get(self, name, *arguments, **data):
        data = {"selected": self.selected, **data} if self.selected else data
        return self.client.get(reverse(name, args=[self.task, *arguments]), data, headers=HTMX)

    @property
    def opened(self):
        return OpenCustomer.objects.whole().get(pk=self.task)

    @property
    def activity(self):
        return self.opened.activity


def at_gadget(agent, opened, selected=""):
    client = Client()
    client.force_login(agent.user)
    return Gadget(client, Opened(opened.pk if opened else 0), selected)


def at_desk(agent, task, selected=""):
    client = Client()
    client.force_login(agent.user)
    return Desk(client, task, selected)


@pytest.fixture
def desk(ana, internet, jelena):
    """Ana has a chat of Jelena in progress."""
    return at_desk(ana, held(chat_of(jelena, internet), ana))


@pytest.fixture
def new_desk(ana, internet):
    """Ana has a chat in progress of Vera Check, of whom nothing is stored."""
    return at_desk(ana, held(chat_in(internet), ana))


@pytest.fixture
def preview(ana, internet, jelena):
    """Ana looks at a chat of Jelena that waits."""
    return at_desk(ana, chat_of(jelena, internet))


def html(response):
    """What the answer says, with characters as they are read and space as one space."""
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(response))).strip()


def told(response, event):
    """The detail of an event that the answer makes in the browser, or None."""
    for header in ("HX-Trigger", "HX-Trigger-After-Settle"):
        said = response.headers.get(header, "")
        if said.startswith("{") and event in (events := json.loads(said)):
            return events[event]
    return None


def toast(response):
    return (told(response, "toast") or {}).get("words", "")


def field(response, name):
    """The value in an input or textarea of this name."""
    page = response.content.decode()
    found = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
    if found:
        value = re.search(r' value="([^"]*)"', found[0])
        return unescape(value[1]) if value else ""
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.S)
    return unescape(found[1]) if found else None
