"""createagent and createqueue: what they make, and what they say (R121)."""

import getpass
import io
import sys

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from queues.models import Agent, Queue

GOOD = "right battery horse"
pytestmark = pytest.mark.rule("R121")


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def password(monkeypatch):
    monkeypatch.setenv("AGENT_PASSWORD", GOOD)
    return ["--password-env", "AGENT_PASSWORD"]


def said(*command):
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue().strip()


def logs_in(name, password):
    return authenticate(None, username=name, password=password) is not None


@pytest.fixture(autouse=True)
def plain_backend(settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]


class TestCreateAgent:
    def test_makes_agents_of_all_queues_named(self, internet, billing, password):
        told = said("createagent", "ana", "marko", "--queue", "internet", "billing", *password)
        assert (
            told == "ana was made: agent of internet, billing.\nmarko was made: agent of internet, billing."
        )
        assert {queue.slug for queue in Agent.objects.get(user__username="marko").queues.all()} == {
            "internet",
            "billing",
        }
        assert Agent.objects.get(user__username="ana").shown_name == "ana"

    def test_queue_may_be_said_twice(self, internet, billing, password):
        said("createagent", "ana", "--queue", "internet", "--queue", "billing", *password)
        assert Agent.objects.get().queues.count() == 2

    def test_password_of_the_environment_opens_the_door(self, internet, password):
        told = said("createagent", "ana", "--queue", "internet", *password)
        assert logs_in("ana", GOOD)
        assert GOOD not in told

    def test_generated_password_is_printed_once_and_opens_the_door(self, internet):
        told = said("createagent", "ana", "--queue", "internet")
        assert logs_in("ana", told.rpartition(" ")[2])
        assert said("createagent", "ana", "--queue", "internet") == "ana exists already: nothing was changed."

    def test_terminal_is_asked_twice(self, internet, monkeypatch):
        answers = iter([GOOD, GOOD])
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(answers))
        assert said("createagent", "ana", "--queue", "internet") == "ana was made: agent of internet."
        assert logs_in("ana", GOOD)

    def test_two_different_answers_make_nobody(self, internet, monkeypatch):
        answers = iter([GOOD, "another horse"])
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(answers))
        with pytest.raises(CommandError, match="not the same"):
            said("createagent", "ana", "--queue", "internet")
        assert not Agent.objects.exists()

    def test_repeat_keeps_the_password_and_adds_queues(self, internet, billing, password, monkeypatch):
        said("createagent", "ana", "--queue", "internet", *password)
        monkeypatch.setenv("AGENT_PASSWORD", "quite another one")
        told = said("createagent", "ana", "--queue", "billing", *password)
        assert told == "ana exists already: now also in billing."
        assert logs_in("ana", GOOD)
        assert Agent.objects.get().queues.count() == 2

    def test_supervisor_may_use_the_administration(self, internet, password):
        assert "supervisor of internet" in said(
            "createagent", "sonja", "--queue", "internet", "--supervisor", *password
        )
        user = get_user_model().objects.get()
        assert (user.is_staff, user.is_superuser) == (True, False)

    def test_agent_becomes_supervisor_by_repeating(self, internet, password):
        said("createagent", "ana", "--queue", "internet", *password)
        told = said("createagent", "ana", "--queue", "internet", "--supervisor", *password)
        assert told == "ana exists already: now a supervisor."

    def test_account_that_is_no_agent_becomes_one(self, internet, mallory):
        assert said("createagent", "mallory", "--queue", "internet") == "mallory was made: agent of internet."
        mallory.refresh_from_db()
        assert mallory.agent

    def test_unknown_queue_makes_nobody_and_names_those_there_are(self, internet, password):
        with pytest.raises(CommandError, match=r"no queue nope \(there are: internet\)"):
            said("createagent", "ana", "--queue", "internet", "nope", *password)
        assert not Agent.objects.exists()

    @pytest.mark.parametrize("bad", ["12345678", "short", "ana-supervisor"])
    def test_bad_password_makes_nobody(self, internet, password, monkeypatch, bad):
        monkeypatch.setenv("AGENT_PASSWORD", bad)
        with pytest.raises(CommandError, match="Nothing was made"):
            said("createagent", "marko", "ana-supervisor", "--queue", "internet", *password)
        assert not Agent.objects.exists()

    def test_variable_that_is_not_set_makes_nobody(self, internet):
        with pytest.raises(CommandError, match="NOT_SET is empty or not set"):
            said("createagent", "ana", "--queue", "internet", "--password-env", "NOT_SET")
        assert not Agent.objects.exists()

    def test_name_that_is_none_makes_nobody(self, internet, password):
        with pytest.raises(CommandError, match="valid username"):
            said("createagent", "marko", "an a", "--queue", "internet", *password)
        assert not Agent.objects.exists()


class TestCreateQueue:
    def test_makes_a_queue(self, db):
        told = said("createqueue", "internet", "--mode", "pick")
        assert told == "internet was made: “internet”, agents pick."
        queue = Queue.objects.get()
        assert (queue.mode, queue.name, queue.offer_seconds) == ("pick", "internet", None)

    def test_takes_name_and_seconds(self, db):
        told = said(
            "createqueue", "billing", "--mode", "automatic", "--offer-seconds", "20", "--name", "Invoices"
        )
        assert told == "billing was made: “Invoices”, offered automatically, 20 s to accept."
        assert Queue.objects.get().offer_seconds == 20

    def test_repeat_changes_nothing_and_says_so(self, db):
        said("createqueue", "internet", "--mode", "pick")
        seq = Queue.objects.get().seq
        assert "Nothing was changed" in said("createqueue", "internet", "--mode", "pick")
        assert Queue.objects.get().seq == seq

    def test_repeat_with_another_mode_changes_it_and_rings(self, db):
        said("createqueue", "internet", "--mode", "pick", "--offer-seconds", "9")
        seq = Queue.objects.get().seq
        told = said("createqueue", "internet", "--mode", "automatic")
        assert told == "internet exists already and is now: “internet”, offered automatically, 9 s to accept."
        queue = Queue.objects.get()
        assert (queue.mode, queue.offer_seconds, queue.seq) == ("automatic", 9, seq + 1)

    @pytest.mark.parametrize("seconds", ["0", "-3", "40000"])
    def test_impossible_seconds_are_refused(self, db, seconds):
        with pytest.raises(CommandError, match="Nothing was changed"):
            said("createqueue", "internet", "--mode", "automatic", "--offer-seconds", seconds)
        assert not Queue.objects.exists()

    @pytest.mark.parametrize("slug", ["two words", "ž", "", "x" * 51])
    def test_impossible_slug_is_refused(self, db, slug):
        with pytest.raises(CommandError, match="Nothing was changed"):
            said("createqueue", slug, "--mode", "pick")
        assert not Queue.objects.exists()

    @pytest.mark.parametrize("arguments", [[], ["--mode", "lottery"]])
    def test_mode_is_one_of_two(self, db, arguments):
        with pytest.raises(CommandError, match="--mode"):
            said("createqueue", "internet", *arguments)
