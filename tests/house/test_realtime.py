"""What is announced reaches the groups after the commit, and a dead Redis holds up nobody."""

import logging
import subprocess
import sys
import textwrap
import time

import pytest
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from django.db import transaction

from caredesk import realtime
from caredesk.engine_room import ROOT
from caredesk.realtime import Publisher, announce, envelope, name_of, publish
from tests.waiting import eventually


class Request:
    realtime_name, pk, version = "request", 42, 7


@pytest.fixture
def posted(monkeypatch):
    found = []
    monkeypatch.setattr(realtime, "post", lambda group, event: found.append((group, event)))
    return found


def test_a_record_is_announced_to_the_group_of_its_name_with_its_version(
    db, posted, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        announce(Request(), "queue-2")
    assert posted == [
        ("request-42", {"type": "record.changed", "name": "request-42", "version": 7}),
        ("queue-2", {"type": "record.changed", "name": "queue-2", "version": None}),
    ]


def test_a_given_version_counts(db, posted, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        announce("customer-3", version=9)
    assert posted[0][1]["version"] == 9


@pytest.mark.django_db(transaction=True)
def test_nothing_is_said_before_the_commit_and_nothing_after_a_rollback(posted):
    with transaction.atomic():
        announce("request-1")
        assert posted == []
    assert len(posted) == 1
    with transaction.atomic():
        announce("request-2")
        transaction.set_rollback(True)
    assert len(posted) == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_that_cannot_be_sent_is_logged_and_never_raised(caplog):
    with transaction.atomic():
        publish("request-1", {"type": "record.changed", "by": object()})
    assert "on_commit" in caplog.text


def test_the_name_of_a_record():
    assert name_of(Request()) == "request-42"
    assert name_of("desk-3") == "desk-3"


async def test_the_envelope_is_what_channels_redis_would_publish(monkeypatch):
    event = {"type": "record.changed", "name": "request-42", "version": 7}
    stock = RedisPubSubChannelLayer(hosts=[settings.REDIS_URL])
    sent = []

    async def publish(channel, message):
        sent.append((channel, message))

    monkeypatch.setattr(stock._get_layer()._shards[0], "publish", publish)
    await stock.group_send("request-42", event)
    assert [envelope("request-42", event)] == sent


async def test_stock_channels_hears_what_the_publisher_says():
    stock = RedisPubSubChannelLayer(hosts=[settings.REDIS_URL])
    channel = await stock.new_channel()
    await stock.group_add("request-42", channel)
    realtime.post("request-42", {"type": "record.changed", "version": 7})
    assert await stock.receive(channel) == {"type": "record.changed", "version": 7}
    await stock.flush()


class Test_a_dead_redis:
    def test_never_makes_anybody_wait_and_is_counted_and_logged_once(self, valkey, caplog):
        publisher = Publisher(valkey.url)
        publisher.put("channel", b"heard")
        assert publisher.flush(5)
        valkey.kill()
        began = time.monotonic()
        for _ in range(100):
            publisher.put("channel", b"lost")
        assert time.monotonic() - began < 0.1
        assert publisher.flush(5)
        publisher.put("channel", b"lost")
        assert publisher.flush(5)
        assert publisher.dropped == 101
        assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1

    def test_is_found_again_on_the_same_port(self, valkey, caplog):
        publisher = Publisher(valkey.url)
        publisher.put("channel", b"heard")
        assert publisher.flush(5)
        valkey.kill()
        publisher.put("channel", b"lost")
        assert publisher.flush(5)
        valkey.start()
        publisher.put("channel", b"heard")
        assert publisher.flush(5)
        assert publisher.dropped == 1
        assert "answers again" in caplog.text

    def test_that_was_only_restarted_costs_not_one_push(self, valkey):
        publisher = Publisher(valkey.url)
        publisher.put("channel", b"heard")
        assert publisher.flush(5)
        valkey.kill()
        valkey.start()
        publisher.put("channel", b"heard")
        assert publisher.flush(5)
        assert publisher.dropped == 0

    def test_that_hangs_holds_up_the_publisher_half_a_second_and_nobody_else(self, valkey):
        publisher = Publisher(valkey.url)
        publisher.put("channel", b"heard")
        assert publisher.flush(5)
        valkey.hang()
        began = time.monotonic()
        publisher.put("channel", b"lost")
        assert time.monotonic() - began < 0.05
        assert publisher.flush(5)
        assert 0.3 < time.monotonic() - began < 2
        assert publisher.dropped == 1

    def test_fills_a_queue_that_then_drops(self, valkey, monkeypatch):
        monkeypatch.setattr(realtime, "WAITING", 10)
        publisher = Publisher(valkey.url)
        valkey.hang()
        publisher.put("channel", b"taken by the thread")
        eventually(publisher.queue.empty)
        for _ in range(15):
            publisher.put("channel", b"waits, or is dropped")
        assert publisher.dropped == 5


def test_what_waits_goes_out_together(valkey, monkeypatch):
    publisher = Publisher(valkey.url)
    sent = []
    monkeypatch.setattr(publisher, "send", lambda client, batch: sent.append(len(batch)))
    monkeypatch.setattr(publisher, "start", lambda: None)
    for _ in range(realtime.BATCH + 1):
        publisher.put("channel", b"")
    monkeypatch.undo()
    assert len(publisher.take()) == realtime.BATCH
    assert len(publisher.take()) == 1


def test_a_process_that_ends_at_once_has_said_everything():
    """As commands do; and the child of a fork, too, has a publisher of its own."""
    pubsub = listen("asgi__group__parent-1", "asgi__group__child-1")
    run("""
        import os, sys
        realtime.post("parent-1", {"type": "parent"})
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        else:
            realtime.post("child-1", {"type": "child"})
        sys.exit()
    """)
    layer = get_channel_layer()
    heard = eventually(lambda: pubsub.get_message()), eventually(lambda: pubsub.get_message())
    assert sorted(layer.deserialize(message["data"])["type"] for message in heard) == ["child", "parent"]


def test_a_process_that_ends_waits_at_most_a_second_for_a_dead_redis(valkey):
    valkey.hang()
    began = time.monotonic()
    run("realtime.post('request-1', {'type': 'lost'})", url=valkey.url)
    assert time.monotonic() - began < 5


def listen(*channels):
    pubsub = realtime.connect(settings.REDIS_URL).pubsub()
    pubsub.subscribe(*channels)
    for _ in channels:
        assert pubsub.get_message(timeout=5)["type"] == "subscribe"
    pubsub.ignore_subscribe_messages = True
    return pubsub


def run(code: str, url: str = ""):
    url = url or settings.REDIS_URL
    layers = {"default": {"BACKEND": "caredesk.layer.Layer", "CONFIG": {"hosts": [url]}}}
    lines = [
        "from django.conf import settings",
        f"settings.configure(REDIS_URL={url!r}, CHANNEL_LAYERS={layers!r})",
        "from caredesk import realtime",
        textwrap.dedent(code),
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=ROOT, check=True, timeout=60)
