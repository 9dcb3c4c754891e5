"""R11: agents choose their language and keep it; customers' browsers choose theirs, and customers may."""

import pytest
from django.test import Client

from activities.models import Activity
from queues import agents
from tests.cast import PASSWORD, chat_of, held

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R11")]

SPEAK = "/i18n/setlang/"
CHAT = "/chat/internet/"
TYPED = {"name": "Vera Check", "email": "vera@post.example", "text": "Is anybody there?"}


def spoken(client, address, **headers):
    """The language of the page that is there."""
    return (
        client.get(address, headers=headers).content.decode().partition('<html lang="')[2].partition('"')[0]
    )


def log_in(username, client=None):
    client = client or Client()
    client.post("/accounts/login/", {"username": username, "password": PASSWORD})
    return client


def stored(agent):
    agent.refresh_from_db()
    return agent.language


class Test_an_agent:
    def test_finds_the_chosen_language_again_at_another_machine(self, ana):
        here = log_in("ana")
        answer = here.post(SPEAK, {"language": "pl", "next": "/desk/?selected=request-1"})
        assert (answer.status_code, answer.url) == (302, "/desk/?selected=request-1")
        assert (spoken(here, "/desk/"), stored(ana)) == ("pl", "pl")
        assert spoken(log_in("ana"), "/desk/", accept_language="nl") == "pl"

    def test_finds_it_where_somebody_else_has_chosen_another_one(self, ana):
        agents.set_language(ana, "tr", by=ana.user)
        shared = Client()
        shared.post(SPEAK, {"language": "nl"})
        assert spoken(shared, "/accounts/login/") == "nl"
        assert spoken(log_in("ana", shared), "/desk/") == "tr"

    def test_who_has_chosen_none_reads_that_of_the_browser(self, ana):
        assert spoken(log_in("ana"), "/desk/", accept_language="sr-RS,en;q=0.5") == "sr-latn"
        assert stored(ana) == ""

    def test_may_not_choose_what_is_not_there(self, ana):
        client = log_in("ana")
        client.post(SPEAK, {"language": "xx"})
        client.get(SPEAK, {"language": "pl"})
        assert (stored(ana), spoken(client, "/desk/")) == ("", "en")

    def test_reads_the_administration_in_it(self, sonja):
        client = log_in("sonja")
        client.post(SPEAK, {"language": "nl"})
        assert spoken(client, "/admin/") == "nl"

    def test_is_asked_for_it_by_a_form_of_the_desk(self, ana):
        assert 'name="language" value="sr-latn"' in log_in("ana").get("/desk/").content.decode()

    def test_changes_nobody_elses(self, ana, marko):
        log_in("ana").post(SPEAK, {"language": "pl"})
        assert stored(marko) == ""


def test_who_is_nobodys_agent_chooses_for_the_browser_alone(mallory):
    client = log_in("mallory")
    client.post(SPEAK, {"language": "tr"})
    assert spoken(client, "/accounts/password_change/") == "tr"


class Test_a_customer:
    def test_reads_the_chat_in_the_browsers_language(self, internet):
        assert spoken(Client(), CHAT, accept_language="pl-PL") == "pl"
        assert spoken(Client(), CHAT, accept_language="fi") == "en"

    def test_chooses_another_one_on_the_page(self, internet):
        vera = Client(headers={"accept-language": "pl"})
        vera.post(CHAT, TYPED)
        assert Activity.objects.get().language == "pl"
        assert 'name="language" value="tr"' in vera.get(CHAT).content.decode()
        assert vera.post(SPEAK, {"language": "tr", "next": CHAT}).url == CHAT
        assert spoken(vera, CHAT) == "tr"
        assert Activity.objects.get().language == "tr"

    def test_is_read_by_an_agent_in_the_agents(self, ana, jelena, internet):
        task = held(chat_of(jelena, internet), ana)
        client = log_in("ana")
        client.post(SPEAK, {"language": "nl"})
        assert spoken(client, f"/desk/{task.pk}/") == "nl"
