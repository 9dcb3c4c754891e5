"""R11: nothing that people read is left in English, in any language, on the pages that they see most."""

import gettext
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import translation

from activities import remarks
from caredesk.catalogs import LOCALE
from tests.cast import chat_in, chat_of, held

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R11")]

READ_ALOUD = {"alt", "aria-description", "aria-label", "placeholder", "title", "data-words", "data-too-long"}
UNREAD = {"script", "style", "kbd"}
CATALOGS = {"sr-latn": "sr_Latn", "nl": "nl", "pl": "pl", "tr": "tr"}
# What people and queues are called, what was typed, and the languages in their own words.
NAMES = [
    *(
        "Care Desk",
        "Ana Kovač",
        "AK",
        "AD",
        "Sonja",
        "sonja",
        "ana",
        "marko",
        "Jelena Marković",
        "Internet",
        "Billing",
        "Vera Check",
        "jelena",
        "vera",
    ),
    *("Is anybody there?", "It is me again.", "It restarts", "hardware", "Called twice"),
    *("English", "Srpski", "Nederlands", "Polski", "Türkçe"),
]


class Texts(HTMLParser):
    """All that is shown or read aloud, in one set."""

    def __init__(self, page):
        super().__init__()
        self.found, self.within = set(), []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag in UNREAD:
            self.within.append(tag)
        self.found |= {" ".join(value.split()) for name, value in attributes if name in READ_ALOUD and value}

    def handle_endtag(self, tag):
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data):
        if not self.within:
            self.found.add(" ".join(data.split()))


def texts(client, address, code):
    """What is read at this address in this language, but for figures and addresses."""
    client.cookies["django_language"] = code
    page = client.get(address).content.decode()
    return {text for text in Texts(page).found if any(map(str.isalpha, text)) and "@" not in text}


def same_in(language):
    """English texts that are right as they are, such as Chat in Dutch."""
    with (LOCALE / CATALOGS[language] / "LC_MESSAGES/django.mo").open("rb") as compiled:
        catalog = gettext.GNUTranslations(compiled)._catalog
    plain = [(key[0] if isinstance(key, tuple) else key, words) for key, words in catalog.items()]
    return {words.replace("%%", "%") for key, words in plain if key.rpartition("\x04")[2] == words}


def is_english(text, same):
    for name in NAMES:
        text = text.replace(name, "")
    parts = [part.strip(" “”") for part in text.split("·")]
    return any(part not in same and any(map(str.isalpha, part)) for part in parts)


@pytest.fixture
def pages(ana, jelena, internet):
    """(client, address) of what an agent and a customer see most."""
    mine, waits = (
        held(chat_of(jelena, internet), ana),
        chat_in(internet, name="Vera Check", text="It restarts"),
    )
    remarks.add_tag(mine.activity, "hardware", by=ana.user)
    remarks.comment(mine.activity, "Called twice", by=ana.user)
    agent, customer, visitor = Client(), Client(), Client()
    agent.force_login(ana.user)
    typed = {"name": "Vera Check", "email": "vera@post.example", "text": "Is anybody there?"}
    customer.post("/chat/internet/", typed)
    desk = [f"/desk/{task.pk}/" for task in (mine, waits)]
    dialogs = [f"/desk/{mine.pk}/transfer/", f"/desk/{waits.pk}/why/", "/desk/missed_calls/"]
    return [
        *((agent, address) for address in ["/desk/", *desk, *dialogs, "/accounts/password_change/"]),
        *((visitor, address) for address in ["/accounts/login/", "/chat/internet/", "/not/here/"]),
        (customer, "/chat/internet/"),
    ]


@pytest.mark.parametrize("language", CATALOGS)
def test_nothing_is_left_in_english(pages, language):
    same = same_in(language)
    left = {
        address: alike
        for client, address in pages
        if (alike := {text for text in both(client, address, language) if is_english(text, same)})
    }
    assert left == {}


def words_of(model):
    """What the administration calls it, its columns and actions."""
    pages = admin.site._registry[model]
    told = [model._meta.verbose_name, model._meta.verbose_name_plural, model._meta.app_config.verbose_name]
    told += [label_for_field(name, model, pages) for name in pages.get_list_display(None)]
    told += [getattr(pages, name).short_description for name in pages.actions or () if isinstance(name, str)]
    return {str(words) for words in told}


@pytest.mark.parametrize("language", CATALOGS)
def test_nor_is_anything_of_the_administration_called_in_english(language):
    same, left = same_in(language), {}
    for model in set(admin.site._registry) - {Group}:
        with translation.override("en"):
            english = words_of(model)
        with translation.override(language):
            left[model._meta.label] = {
                words for words in words_of(model) & english if is_english(words, same)
            }
    assert {label: words for label, words in left.items() if words} == {}


def test_nor_do_its_pages_speak_english(ana, sonja, jelena, internet):
    activity = held(chat_of(jelena, internet), ana).activity
    client = Client()
    client.force_login(sonja.user)
    pages = [
        "/admin/",
        "/admin/queues/agentevent/",
        f"/admin/activities/activity/{activity.pk}/history/",
        f"/admin/queues/agent/{ana.pk}/history/",
    ]
    same = same_in("pl")
    left = {
        address: {text for text in both(client, address, "pl") if is_english(text, same)} for address in pages
    }
    assert {address: texts for address, texts in left.items() if texts} == {}
    assert "+00:00" not in client.get(pages[-1]).content.decode()


def both(client, address, language):
    return texts(client, address, "en") & texts(client, address, language)
