"""/healthz says what is not well, never hangs and never fails."""

import socket
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from caredesk import health
from caredesk.celery import app as celery
from caredesk.models import Heartbeat
from caredesk.scheduler import Scheduler
from caredesk.tasks import heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def all_well():
    for part in health.PARTS:
        health.beat(part)


@pytest.fixture
def silent():
    """The address of somebody who takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as server:
        yield server.getsockname()[1]


def test_all_is_well(client, all_well):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "redis": "ok"} | dict.fromkeys(
        health.PARTS, "ok"
    )
    assert "no-store" in answer["cache-control"]


@pytest.mark.parametrize("part", health.PARTS)
def test_a_part_is_named_that_never_worked_or_has_not_for_a_while(client, all_well, part):
    long_ago = timezone.now() - timedelta(seconds=health.ILL_AFTER_SECONDS + 1)
    Heartbeat.objects.filter(part=part).update(at=long_ago)
    assert ill(client) == [part]
    Heartbeat.objects.filter(part=part).delete()
    assert ill(client) == [part]
    health.beat(part)
    assert client.get("/healthz").status_code == 200


def test_redis_that_is_gone_or_silent_is_named_within_two_seconds(client, all_well, settings, silent):
    for port in (1, silent):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        started = time.monotonic()
        assert ill(client) == ["redis"]
        assert time.monotonic() - started < 2


def test_a_database_that_is_gone_or_silent_is_named_within_seconds(client, monkeypatch, silent):
    options = health.connection_options()
    for port in (1, silent):
        monkeypatch.setattr(health, "connection_options", lambda port=port: options | {"port": str(port)})
        started = time.monotonic()
        assert ill(client) == ["database", *health.PARTS]
        assert time.monotonic() - started < 4


def test_it_is_asked_only(client):
    assert client.head("/healthz").status_code == 503
    assert client.post("/healthz").status_code == 405


def test_a_heartbeat_that_cannot_be_stored_stops_nobody(monkeypatch, caplog):
    def refuse(*args, **options):
        raise DatabaseError("no room")

    monkeypatch.setattr(Heartbeat.objects, "bulk_create", refuse)
    health.beat("worker")
    assert "worker" in caplog.text
    assert "no room" in caplog.text


def test_the_task_that_beat_sends_is_the_heartbeat_of_the_worker():
    sent = celery.conf.beat_schedule["heartbeat"]
    assert sent["task"] == heartbeat.name
    assert sent["schedule"] < sent["options"]["expires"] < health.ILL_AFTER_SECONDS
    heartbeat()
    assert Heartbeat.objects.filter(part="worker").exists()


def test_beat_shows_itself_at_its_first_tick_and_sends_the_first_heartbeat_at_once(tmp_path, monkeypatch):
    scheduler = Scheduler(celery, schedule_filename=str(tmp_path / "beat"), lazy=True)
    scheduler.setup_schedule()
    assert scheduler.schedule["heartbeat"].is_due().is_due
    monkeypatch.setattr(scheduler, "apply_async", lambda *args, **options: None)
    assert scheduler.tick() <= health.BEAT_SECONDS
    assert Heartbeat.objects.filter(part="beat").exists()
    scheduler.close()


def ill(client) -> list:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "ill"
    return answer.json()["ill"]
