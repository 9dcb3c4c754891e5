"""The dispatcher: when it wakes, what it sweeps, and whom it does not take for gone (R42)."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from activities.models import Activity
from caredesk import health
from caredesk.engine_room import ROOT
from caredesk.models import Heartbeat
from queues import calls, chats, closing, offers, presence, routing
from queues.clock import clock
from queues.management.commands import dispatch
from queues.management.commands.dispatch import Ears, seconds_to, sweep
from queues.models import Agent, Offer, Presence, Queue, Task
from queues.waking import Sleeper, address, wake
from tests.cast import ago, at_work, call_in, chat_in, held, offered
from tests.server import test_database_url
from tests.waiting import eventually


def silent(task, **time):
    Activity.objects.filter(pk=task.activity_id).update(customer_seen_at=ago(**time))
    return task


def has_left(task):
    return bool(Activity.objects.get(pk=task.activity_id).customer_left_at)


@pytest.fixture
def ears(db):
    """Those of a dispatcher that has listened for an hour to a web process that is well."""
    health.beat("web")
    ears = Ears()
    ears.since = ago(hours=1)
    return ears


@pytest.mark.rule("R42")
def test_a_silent_page_is_a_customer_who_left(ears, internet, ana):
    waiting = silent(chat_in(internet), seconds=61)
    talking = silent(held(chat_in(internet), ana), seconds=181)
    sweep(ears)
    assert has_left(waiting)
    assert has_left(talking)
    assert Task.objects.get(pk=waiting.pk).state == Task.ABANDONED
    assert Task.objects.get(pk=talking.pk).state == Task.ACTIVE


@pytest.mark.rule("R42")
def test_a_page_that_was_silent_for_a_moment_is_not(ears, internet, ana):
    waiting = silent(chat_in(internet), seconds=50)
    talking = silent(held(chat_in(internet), ana), seconds=170)
    sweep(ears)
    assert not has_left(waiting)
    assert not has_left(talking)


@pytest.mark.rule("R42")
def test_silence_while_nobody_listened_says_nothing(ears, internet):
    waiting = silent(chat_in(internet), minutes=10)
    Heartbeat.objects.filter(part="web").update(at=ago(seconds=30))
    sweep(ears)
    assert not has_left(waiting)
    health.beat("web")
    sweep(ears)
    assert not has_left(waiting), "the pages need their time to come back"
    ears.since = ago(seconds=61)
    sweep(ears)
    assert has_left(waiting)


def test_a_new_dispatcher_listens_first(internet):
    health.beat("web")
    waiting = silent(chat_in(internet), minutes=10)
    sweep(Ears())
    assert not has_left(waiting)


def test_no_web_process_ever_means_no_ears(db):
    assert Ears().listening_since() is None


def test_leases_end_with_or_without_a_web_process(ana):
    presence.renew(ana.pk, "one")
    Presence.objects.update(lease_until=ago(seconds=1))
    sweep(Ears())
    assert not Presence.objects.exists()


# --- offers and agents


def missed(task, agent):
    offer = offered(task, agent)
    Offer.objects.filter(pk=offer.pk).update(offered_at=ago(seconds=16), expires_at=ago(seconds=1))
    return offer


def now(record):
    return type(record).objects.get(pk=record.pk)


@pytest.mark.rule("R32", "R33")
def test_a_missed_offer_goes_to_the_next_agent(ears, billing, ana, marko, django_capture_on_commit_callbacks):
    at_work(ana, marko)
    offer = missed(chat_in(billing), ana)
    with django_capture_on_commit_callbacks(execute=True):
        sweep(ears)
    assert (now(offer).outcome, now(ana).reason) == (Offer.NO_ANSWER, Agent.NO_ANSWER)
    assert offers.open_offer(marko).task == offer.task


@pytest.mark.rule("R37")
@pytest.mark.parametrize("since", [None, 3])
def test_nobody_is_blamed_who_could_not_be_heard(ears, billing, ana, since):
    at_work(ana)
    offer = missed(chat_in(billing), ana)
    ears.since = since and ago(seconds=since)
    if not since:
        Heartbeat.objects.filter(part="web").delete()
    sweep(ears)
    assert (now(offer).outcome, now(ana).is_ready) == (Offer.TAKEN_BACK, True)


@pytest.mark.rule("R37")
def test_who_is_gone_is_judged_only_with_ears(ears, ana):
    at_work(ana)
    presence.leave(f"desk-of-{ana.pk}")
    Agent.objects.update(gone_since=ago(seconds=50))
    sweep(Ears())
    assert now(ana).is_ready
    sweep(ears)
    assert now(ana).reason == Agent.CONNECTION_LOST


def test_what_was_missed_is_routed(ears, billing, ana):
    at_work(ana)
    task = chat_in(billing)
    sweep(ears)
    assert offers.open_offer(ana).task == task


@pytest.mark.rule("R32")
def test_it_sleeps_no_longer_than_until_the_deadline_of_an_offer(ears, billing, ana):
    at_work(ana)
    offer = offered(chat_in(billing), ana)
    command = dispatch.Command()
    command.ears = ears
    Offer.objects.filter(pk=offer.pk).update(expires_at=ago(seconds=-2))
    assert 0 < command.do_what_is_due() <= 2
    Offer.objects.filter(pk=offer.pk).update(offered_at=ago(seconds=16), expires_at=ago(seconds=1))
    assert command.do_what_is_due() > 0
    assert now(offer).outcome == Offer.NO_ANSWER
    assert command.whole_at > time.monotonic(), "between two whole rounds only offers are looked at"


LONG_AGO = ago(days=1)


def test_the_next_chat_to_go_is_known(internet, ana):
    assert chats.next_gone(listening_since=LONG_AGO) is None
    silent(held(chat_in(internet), ana), seconds=100)
    waiting = silent(chat_in(internet), seconds=10)
    seen = Activity.objects.get(pk=waiting.activity_id).customer_seen_at
    assert chats.next_gone(listening_since=LONG_AGO) == seen + timedelta(seconds=60)


def test_what_is_overdue_is_not_asked_for_without_a_pause():
    now = timezone.now()
    assert seconds_to(ago(minutes=1), now) == dispatch.MOMENT
    assert seconds_to(now + timedelta(seconds=9), now) == 9


def test_a_database_away_is_tried_again(db, monkeypatch, caplog):
    def away(_ears):
        raise DatabaseError("gone")

    monkeypatch.setattr(dispatch, "sweep", away)
    command = dispatch.Command()
    command.ears = Ears()
    command.ears.since = LONG_AGO
    assert command.round() == 1
    assert "tries again" in caplog.text
    assert command.ears.since is None, "while it was away nobody could be heard"


# --- sleeping


@pytest.fixture
def sleeper(transactional_db):
    sleeper = Sleeper()
    sleeper.listen()
    yield sleeper
    sleeper.hang_up()


def slept(sleeper, seconds=20):
    start = time.monotonic()
    sleeper.sleep(seconds)
    return time.monotonic() - start


def test_it_sleeps_until_the_time_is_over(sleeper):
    assert slept(sleeper, 0.2) == pytest.approx(0.2, abs=0.15)


def test_it_is_woken_after_the_commit(sleeper):
    with soon(wake):
        assert slept(sleeper) < 10
    with transaction.atomic():
        wake()
        assert slept(sleeper, 0.2) >= 0.2
    assert slept(sleeper) < 10


def test_what_falls_due_later_does_not_wake_it_before(sleeper):
    slept(sleeper, 0.2)
    wake(within=0.5)
    assert 0.3 < slept(sleeper) < 10
    wake(within=60)
    assert slept(sleeper, 0.2) >= 0.2


@pytest.mark.rule("R30")
def test_a_task_that_could_not_be_offered_at_once_wakes_it(sleeper, billing, monkeypatch):
    slept(sleeper, 0.2)
    monkeypatch.setattr(routing, "route", fail)
    with soon(lambda: chat_in(billing)):
        assert slept(sleeper) < 10


def fail(queues=None):
    raise OperationalError


@pytest.mark.rule("R36")
@pytest.mark.parametrize("end", ["hangs up", "closes"])
def test_a_short_wrap_up_wakes_it_and_it_sleeps_to_its_end(sleeper, internet, billing, ana, end):
    Queue.objects.filter(pk=internet.pk).update(wrap_up_seconds=4)
    at_work(ana)
    task = held(call_in(internet), ana)
    slept(sleeper, 0.2)
    if end == "hangs up":
        calls.hang_up(calls.Told(task.activity.call.call_id))
    else:
        closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
    assert slept(sleeper) < 10
    assert routing.next_deadline() < clock() + timedelta(seconds=4)


@contextlib.contextmanager
def soon(verb):
    """Somebody else does it a moment later, and has done it at the end."""

    def run():
        try:
            verb()
        finally:
            connection.close()

    somebody = threading.Timer(0.2, run)
    somebody.start()
    yield
    somebody.join(30)


def test_it_is_stopped_at_once(sleeper):
    with soon(sleeper.stop):
        assert slept(sleeper) < 10


def test_it_listens_again_when_the_database_was_away(sleeper):
    with psycopg.connect(**address(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [sleeper.line.info.backend_pid])
    eventually(lambda: slept(sleeper, 1) and not sleeper.line)
    sleeper.listen()
    with soon(wake):
        assert slept(sleeper) < 10


def test_without_a_database_it_just_sleeps(monkeypatch, caplog):
    monkeypatch.setattr("queues.waking.address", lambda: {"host": "127.0.0.1", "port": "1"})
    sleeper = Sleeper()
    sleeper.listen()
    assert sleeper.line is None
    assert "looks by itself" in caplog.text
    assert slept(sleeper, 0.1) < 5


# --- the process


@pytest.fixture
def process(transactional_db):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": test_database_url(),
    }
    process = subprocess.Popen([sys.executable, "manage.py", "dispatch"], cwd=ROOT, env=environment)
    yield process
    process.kill()
    process.wait()


def test_the_process_beats_and_ends_at_once_when_asked_to(process):
    eventually(lambda: Heartbeat.objects.filter(part="dispatcher").exists(), seconds=30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


def test_it_explains_itself(capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("dispatch", "--help")
    assert ended.value.code == 0
    assert "Any number may run" in " ".join(capsys.readouterr().out.split())


def test_a_chat_that_fails_does_not_keep_the_others(internet, ana, monkeypatch, caplog):
    broken, sound = (silent(chat_in(internet), seconds=61) for _ in range(2))
    leave = chats.leave

    def fail_for_one(activity_id, **silence):
        if activity_id == broken.activity_id:
            raise RuntimeError("broken")
        leave(activity_id, **silence)

    monkeypatch.setattr(chats, "leave", fail_for_one)
    assert chats.sweep_gone() == 2
    sound.refresh_from_db()
    assert sound.state == Task.ABANDONED
    assert "could not be let go" in caplog.text


def test_no_deadline_lies_in_the_past_of_who_listens(internet):
    silent(chat_in(internet), seconds=500)
    since = ago(seconds=10)
    assert chats.next_gone(listening_since=since) == since + timedelta(seconds=60)
