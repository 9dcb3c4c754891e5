"""Is everything well? `/healthz`, and the heartbeats of the parts that no request ever reaches."""

import logging
import threading
import time

import psycopg
import redis
from django.conf import settings
from django.db import Error, connection
from django.db.models.functions import Now
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caredesk.models import Heartbeat

PARTS = ("worker", "beat", "dispatcher")
BEAT_SECONDS = 5
ILL_AFTER_SECONDS = 30
TIMEOUT_SECONDS = 2

log = logging.getLogger(__name__)


def beat(part: str) -> None:
    """Note that this part works, by the database's clock. Never an error: a heartbeat ends nobody's work."""
    try:
        Heartbeat.objects.bulk_create(
            [Heartbeat(part=part, at=Now())],
            update_conflicts=True,
            unique_fields=["part"],
            update_fields=["at"],
        )
    except Error as error:
        log.warning("The heartbeat of %s was not stored: %s", part, error)


def beat_on(part: str) -> None:
    """Beat as long as this process lives, in a thread of its own."""

    def run():
        while True:
            beat(part)
            connection.close()
            time.sleep(BEAT_SECONDS)

    threading.Thread(target=run, name="heartbeat", daemon=True).start()


@never_cache
@require_safe
def healthz(request):
    """200 when all is well, 503 and the names of what is not; for load balancers, so without log-in."""
    found = {"database": "down", "redis": redis_state()} | dict.fromkeys(PARTS, "unknown") | database_state()
    ill = [name for name, state in found.items() if state != "ok"]
    status = {"status": "ill", "ill": ill} if ill else {"status": "ok"}
    response = JsonResponse(status | found, status=503 if ill else 200)
    response._has_been_logged = True  # by Django, which would log an error at every probe
    return response


def redis_state() -> str:
    patience = {"socket_timeout": TIMEOUT_SECONDS / 2, "socket_connect_timeout": TIMEOUT_SECONDS / 2}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **patience, retry=None) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "down"
    return "ok"


def database_state() -> dict:
    """The database and its parts; over a connection of its own, for a full pool would make this wait."""
    try:
        with psycopg.connect(**connection_options(), autocommit=True) as own:
            rows = own.execute(
                "SELECT part, at > clock_timestamp() - make_interval(secs => %s) FROM caredesk_heartbeat",
                [ILL_AFTER_SECONDS],
            ).fetchall()
    except psycopg.Error:
        return {}
    alive = dict(rows)
    return {"database": "ok"} | {part: "ok" if alive.get(part) else "down" for part in PARTS}


def connection_options() -> dict:
    there = connection.settings_dict
    return {
        "dbname": there["NAME"],
        "user": there["USER"],
        "password": there["PASSWORD"],
        "host": there["HOST"],
        "port": there["PORT"],
        "connect_timeout": TIMEOUT_SECONDS,
        "options": f"-c statement_timeout={TIMEOUT_SECONDS * 1000}",
    }
