"""manage.py doctor: what is wrong is found, said, and given a remedy; what is well is not blamed (R121)."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from activities.models import Activity, Outbox
from caredesk import doctor, health
from customers import editing
from queues import invariants
from queues.models import Offer, Presence, Queue, Task
from requests_app.models import CareRequest
from tests.cast import ago, chat_in, held

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R121")]


@pytest.fixture
def all_well():
    for part in ("web", *health.PARTS):
        health.beat(part)


def run(*arguments):
    """(what it said, its last word if something is wrong)"""
    out, error = io.StringIO(), ""
    try:
        call_command("doctor", *arguments, stdout=out)
    except CommandError as wrong:
        error = str(wrong)
    return out.getvalue(), error


def findings(state):
    return {finding.check: finding for finding in doctor.examine() if finding.state == state}


def test_all_is_well(all_well, internet, ana):
    held(chat_in(internet), by=ana)
    chat_in(internet)
    said, error = run()
    assert error == ""
    assert "ok      PostgreSQL: 1" in said
    assert "Valkey or Redis: " in said
    assert f"{len(invariants.RULES)} invariants hold." in said
    assert said.endswith("Nothing is wrong.\n")


def test_for_programs(all_well):
    lines = [json.loads(line) for line in run("--json")[0].splitlines()]
    assert {"check", "state", "what", "do", "ids"} == set(lines[0])
    assert {line["check"] for line in lines} >= {"PostgreSQL", "migrations", "worker", "clock", "https"}


def test_parts_that_do_not_work():
    health.beat("beat")
    said, error = run()
    assert error == "3 things are wrong."
    assert "WRONG   worker: Never seen at work.\n        Start the part “worker”" in said


def test_engines_that_are_gone(monkeypatch, settings):
    def refuse():
        raise OperationalError("connection refused")

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(connection, "cursor", refuse)
    wrong = findings(doctor.WRONG)
    assert set(wrong) == {"PostgreSQL", "Valkey or Redis"}
    assert "DATABASE_URL" in wrong["PostgreSQL"].do


def test_clocks_that_differ(all_well, monkeypatch):
    now = doctor.timezone.now
    for seconds, state in ((5, doctor.WARNING), (60, doctor.WRONG)):
        with monkeypatch.context() as patch:
            patch.setattr(doctor.timezone, "now", lambda seconds=seconds: now() + timedelta(seconds=seconds))
            assert "clock" in findings(state)


def test_what_is_no_way_to_run_in_earnest(all_well, settings):
    settings.DEBUG, settings.SECRET_KEY = True, "short"
    assert {"DEBUG", "https", "hosts", "SECRET_KEY"} <= set(findings(doctor.WARNING))
    settings.DEBUG, settings.HTTPS_ONLY, settings.ALLOWED_HOSTS = False, True, ["desk.example"]
    settings.SECRET_KEY = "k" * 50
    assert not findings(doctor.WARNING)


def test_the_demos_password(all_well, ana):
    ana.user.set_password(doctor.DEMO_PASSWORD)
    ana.user.save()
    assert "ana" in findings(doctor.WARNING)["demo accounts"].what


def offer_of(task, agent, **values):
    return Offer.objects.create(task=task, agent=agent, **{"expires_at": ago(seconds=-15), **values})


def expired(ana, internet):
    task = chat_in(internet)
    Task.objects.filter(pk=task.pk).update(state="offered")
    offer_of(task, ana, expires_at=ago(minutes=1))


def offered_to_nobody(ana, internet):
    Task.objects.filter(pk=chat_in(internet).pk).update(state="offered")


def offer_of_nothing(ana, internet):
    offer_of(chat_in(internet), ana)


def orphan(ana, internet):
    task = chat_in(internet)
    Task.objects.filter(pk=task.pk).update(state="closed", ended_at=ago(seconds=1))
    Activity.objects.update(started_at=ago(minutes=1))


def over(ana, internet):
    chat_in(internet)
    Activity.objects.update(state="ended", ended_at=ago(seconds=-1))


def stale(ana, internet):
    Presence.objects.create(agent=ana, connection="x", lease_until=ago(minutes=5))


def disabled(ana, internet):
    held(chat_in(internet), by=ana)
    ana.user.is_active = False
    ana.user.save()


def overdue(ana, internet):
    somebody = editing.create({"first_name": "Vera"}, by=ana.user)
    CareRequest.objects.create(customer=somebody, touched_at=ago(days=6))


def outbox(ana, internet):
    Outbox.objects.create(kind="connect", payload={}, due_at=ago(minutes=10))


def crowded(ana, internet):
    type(ana).objects.update(max_chats=1)
    for _ in "ab":
        held(chat_in(internet), by=ana)


def queue_of_nobody(ana, internet):
    chat_in(Queue.objects.create(slug="new", name="New"))


BREAKING = {
    "offers end": expired,
    "offered tasks have an offer": offered_to_nobody,
    "offers have their task": offer_of_nothing,
    "open interactions have a task": orphan,
    "what waits is not over": over,
    "leases end": stale,
    "requests close": overdue,
    "outgoing work goes out": outbox,
    "disabled agents hold nothing": disabled,
    "agents are within capacity": crowded,
    "queues have members": queue_of_nobody,
}
HELD_BY_CONSTRAINTS = {"one live offer a task", "active tasks have an agent"}


@pytest.mark.parametrize("name", BREAKING)
def test_each_invariant_is_seen_to_break(name, ana, internet):
    BREAKING[name](ana, internet)
    found = {each.name: each for each in invariants.broken()}
    assert set(found) == {name}
    assert (found[name].count, len(found[name].ids)) == (1, 1)
    assert found[name].do


def test_no_invariant_is_forgotten():
    assert set(BREAKING) | HELD_BY_CONSTRAINTS == set(invariants.RULES)
