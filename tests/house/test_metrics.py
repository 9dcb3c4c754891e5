"""/metrics: the figures, in Prometheus's text format, for this machine or whoever has the token."""

import re

import pytest
from django.db import DatabaseError

from caredesk import health, metrics
from queues.models import Offer
from tests.cast import ago, chat_in, held

pytestmark = pytest.mark.rule("R121")
LINE = re.compile(r'[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\.)*"(,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? [0-9.]+')


def figures(client):
    lines = client.get("/metrics").content.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_every_line_can_be_read(client, internet, ana):
    chat_in(internet)
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]
    lines = answer.content.decode().splitlines()
    assert all(line.startswith(("# HELP ", "# TYPE ")) or LINE.fullmatch(line) for line in lines)
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


def test_what_it_tells(client, internet, billing, ana, marko):
    task, other = chat_in(internet), chat_in(internet)
    type(task).objects.filter(pk=task.pk).update(waiting_since=ago(seconds=100))
    held(other, by=ana)
    Offer.objects.create(
        task=other, agent=marko, expires_at=ago(seconds=5), ended_at=ago(seconds=5), outcome="no_answer"
    )
    health.beat("worker")
    said = figures(client)
    assert said['caredesk_tasks_waiting{queue="internet"}'] == "1"
    assert said['caredesk_tasks_waiting{queue="billing"}'] == "0"
    assert said['caredesk_tasks_active{queue="internet"}'] == "1"
    assert 100 <= float(said['caredesk_longest_wait_seconds{queue="internet"}']) < 160
    assert said['caredesk_longest_wait_seconds{queue="billing"}'] == "0"
    assert said['caredesk_agents{state="not_ready",reason="signed_in"}'] == "2"
    assert said['caredesk_offers_total{outcome="no_answer"}'] == "1"
    assert float(said['caredesk_heartbeat_age_seconds{part="worker"}']) < 30
    assert said["caredesk_pushes_dropped_total"].isdigit()


@pytest.mark.parametrize(
    "call",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_is_not_for_others(client, db, call):
    assert client.get("/metrics", **call).status_code == 403


def test_or_with_the_token_from_anywhere(client, db, settings):
    settings.METRICS_TOKEN = "secret"
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", headers={"Authorization": "Bearer secret"}, **far).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}, **far).status_code == 403
    assert client.get("/metrics").status_code == 403
    assert client.post("/metrics", headers={"Authorization": "Bearer secret"}).status_code == 405


def test_without_the_database_it_says_so(client, monkeypatch):
    def gone():
        raise DatabaseError("away")

    monkeypatch.setattr(metrics, "figures", gone)
    assert client.get("/metrics").status_code == 503


def test_a_label_may_hold_anything():
    assert metrics.labelled({"a": 'x"\\\n'}) == '{a="x\\"\\\\\\n"}'
