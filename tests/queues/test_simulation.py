"""simulate: customers who talk over the network, before a real server."""

import io
import threading
import time
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from activities.models import Activity, Message
from caredesk import processes
from queues import chats
from queues.accepting import accept
from queues.closing import DISCARD, Leftovers, close
from queues.demo.scenes import keep
from queues.models import Task
from queues.simulation import Nobody, play
from queues.simulation.browser import Page, TooMany
from tests.cast import chat_in
from tests.server import Server
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        server = Server(tmp_path_factory.mktemp("server")).start()
    yield server
    server.stop()


class Playing(threading.Thread):
    """A simulation that runs beside the test; `result` when it is over, `said` meanwhile."""

    def __init__(self, url, **given):
        super().__init__(daemon=True)
        self.url, self.given, self.said, self.result = url, given, [], None
        self.start()

    def run(self):
        try:
            self.result = play(self.url, "internet", seed=1, pace=0.02, tell=self.said.append, **self.given)
        finally:
            connection.close()

    def over(self):
        self.join(60)
        assert self.result, self.said
        return self.result


def serve(agent, *, words):
    """Accept, answer each customer until so many words were exchanged, then close; one round."""
    for task in Task.objects.waiting():
        accept(task.pk, by=agent)
    for task in Task.objects.active().select_related("activity"):
        if task.activity.last_seq >= words or task.activity.customer_left_at:
            close(task.pk, Leftovers(), choice=DISCARD, by=agent)
        elif task.activity.unanswered_since:
            chats.answer(task.pk, text="One moment please.", uuid=uuid.uuid4(), by=agent)
    time.sleep(0.05)


def test_customers_come_talk_and_rate(server, internet, ana):
    playing = Playing(server.url, count=3, minutes=0.5)
    while playing.is_alive():
        serve(ana, words=8)
    told = playing.over()
    assert (told["came"], told["accepted"], told["unsent"]) == (3, 3, 0)
    assert told["said"] == Message.objects.filter(side="customer", kind="text").count() - 3
    for activity in Activity.objects.all():
        numbers = list(activity.messages.values_list("seq", flat=True))
        assert numbers == list(range(1, activity.last_seq + 1))
    assert Activity.objects.filter(rating__isnull=False).count() == told["rated"] > 0


def test_who_waits_in_vain_ends_the_chat(server, internet):
    told = Playing(server.url, count=1, minutes=0.03).over()
    assert (told["came"], told["accepted"], told["rated"]) == (1, 0, 0)
    assert Activity.objects.get().state == Activity.ABANDONED


def test_those_of_the_demo_go_on(server, internet, ana):
    task = chat_in(internet, name="Jelena Marković", email="jelena.markovic@post.example")
    keep(task.activity_id)
    playing = Playing(server.url, count=0, minutes=0.5)
    eventually(lambda: Activity.objects.get().customer_seen_at)
    while playing.is_alive():
        serve(ana, words=6)
    assert playing.over()["came"] == 1
    assert Activity.objects.get().state == Activity.ENDED


def test_web_killed_in_mid_talk_loses_and_doubles_nothing(server, internet, ana):
    playing = Playing(server.url, count=2, minutes=0.6)
    eventually(
        lambda: serve(ana, words=99) or Message.objects.filter(side="customer").count() > 5, seconds=20
    )
    server.kill()
    server.start()
    while playing.is_alive():
        serve(ana, words=14)
    told = playing.over()
    assert told["unsent"] == 0
    assert told["said"] >= Message.objects.filter(side="customer", kind="text").count() - 2


def test_address_that_starts_too_many_is_told(server, internet):
    limited = Server(server.folder, CAREDESK_CHAT_STARTS_PER_MINUTE="1").start()
    try:
        Page(limited.url, "internet").start(name="Vera", email="v@post.example", text="Hello")
        with pytest.raises(TooMany):
            Page(limited.url, "internet").start(name="Vera", email="v@post.example", text="Hello")
    finally:
        limited.stop()


def test_form_that_is_refused_is_told(server, internet):
    with pytest.raises(ValueError, match="422"):
        Page(server.url, "internet").start(name="Vera", email="nonsense", text="Hello")


def test_unknown_queue_is_told(server, internet):
    with pytest.raises(Nobody, match="no queue nope"):
        play(server.url, "nope", count=1, minutes=1)


def test_nothing_there_is_told(internet):
    nowhere = f"http://127.0.0.1:{processes.free_port()}"
    with pytest.raises(CommandError, match="Is Care Desk running"):
        call_command("simulate", "--url", nowhere, stdout=io.StringIO())


def test_address_is_that_of_the_environment(monkeypatch, internet):
    port = processes.free_port()
    monkeypatch.setenv("PORT", str(port))
    with pytest.raises(CommandError, match=f"127.0.0.1:{port}"):
        call_command("simulate", stdout=io.StringIO())


def test_command_sums_up(server, internet):
    out = io.StringIO()
    call_command(
        "simulate", "--url", server.url, "--chats", "1", "--minutes", "0.02", "--pace", "0.02", stdout=out
    )
    assert "1 customers came, 0 were accepted" in out.getvalue()
