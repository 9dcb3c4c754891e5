"""Says after the commit what has changed. One thread a process publishes it, so nobody ever waits for Redis.

The same in web, worker, dispatcher, admin and shell. A push may be lost (a dead Redis, a full queue): it is
counted, never raised, and whoever listens looks again by itself.
"""

import atexit
import logging
import os
import queue
import threading

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

WAITING = 10_000
BATCH = 500
ANSWER_SECONDS = 0.5


def announce(*records_or_names, version: int | None = None) -> None:
    """After commit: `{"type": "record.changed", "name", "version"}` to the group of each record's name.

    The version is the one given, else the record's own, else None.
    """
    for thing in records_or_names:
        number = getattr(thing, "version", None) if version is None else version
        name = name_of(thing)
        publish(name, {"type": "record.changed", "name": name, "version": number})


def publish(group: str, event: dict) -> None:
    """After commit: any event to everybody in a group; its `type` names the consumer's method."""
    transaction.on_commit(lambda: post(group, event), robust=True)


def name_of(thing) -> str:
    """`request-42` of a record, by its class's `realtime_name`; a name stays as it is."""
    return thing if isinstance(thing, str) else f"{thing.realtime_name}-{thing.pk}"


def post(group: str, event: dict) -> None:
    """At once, for what no transaction holds back. Never waits."""
    _publisher.put(*envelope(group, event))


def flush(timeout: float = 1) -> bool:
    """Wait until all announced so far has left this process (also done at exit); False: not in that time."""
    return _publisher.flush(timeout)


def dropped() -> int:
    """How many pushes this process has lost since it started."""
    return _publisher.dropped


def envelope(group: str, event: dict) -> tuple[str, bytes]:
    """Channel and payload, as channels-redis publishes to a group (a test pins that)."""
    layer = get_channel_layer()
    return f"{layer.prefix}__group__{group}", layer.serialize(event)


class Publisher:
    """A bounded queue and the daemon thread that empties it, started when there is something to say."""

    def __init__(self, url: str | None = None):
        self.url = url
        self.dropped = 0
        self.failing = False
        self.queue = queue.Queue(WAITING)
        self.starting = threading.Lock()
        self.thread = None

    def put(self, channel: str, payload: bytes) -> None:
        self.start()
        try:
            self.queue.put_nowait((channel, payload))
        except queue.Full:
            self.dropped += 1

    def start(self) -> None:
        if self.thread:
            return
        with self.starting:
            if not self.thread:
                client = connect(self.url or settings.REDIS_URL)
                self.thread = threading.Thread(target=self.run, args=[client], name="realtime", daemon=True)
                self.thread.start()

    def flush(self, timeout: float) -> bool:
        with self.queue.all_tasks_done:
            return self.queue.all_tasks_done.wait_for(lambda: not self.queue.unfinished_tasks, timeout)

    def run(self, client: redis.Redis) -> None:
        while True:
            batch = self.take()
            try:
                self.send(client, batch)
            except Exception as error:  # whatever it is, the next batch is tried
                self.lost(len(batch), error)
            for _ in batch:
                self.queue.task_done()

    def take(self) -> list[tuple[str, bytes]]:
        batch = [self.queue.get()]
        while len(batch) < BATCH:
            try:
                batch.append(self.queue.get_nowait())
            except queue.Empty:
                break
        return batch

    def send(self, client: redis.Redis, batch: list[tuple[str, bytes]]) -> None:
        pipeline = client.pipeline(transaction=False)
        for channel, payload in batch:
            pipeline.publish(channel, payload)
        pipeline.execute()
        if self.failing:
            logger.warning("Redis answers again. Pushes lost by this process so far: %s.", self.dropped)
        self.failing = False

    def lost(self, count: int, error: Exception) -> None:
        """One line an outage, not one a push."""
        self.dropped += count
        if not self.failing:
            expected = isinstance(error, RedisError | OSError)
            logger.error(
                "Redis does not take pushes, desks look by themselves: %s", error, exc_info=not expected
            )
        self.failing = True


def connect(url: str) -> redis.Redis:
    """One immediate retry, since the first push after a restart of Redis finds a dead connection."""
    return redis.Redis.from_url(
        url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.exceptions.ConnectionError,)),
    )


def _begin() -> None:
    """Also in the child of a fork: the parent's thread is not there, and its lock may be held for ever."""
    global _publisher
    _publisher = Publisher()


_begin()
os.register_at_fork(after_in_child=_begin)
atexit.register(flush)
