"""bin/up: what it starts, what it keeps running, and that it leaves nothing behind."""

import contextlib
import os
import signal
import socket

import psycopg
import pytest
import redis

from caredesk import parts
from caredesk.engine_room import EngineRoom
from tests.house.up import Up, processes_of
from tests.waiting import eventually

QUIET = """
from datetime import timedelta
from django.utils import timezone
from customers import editing
from requests_app.models import CareRequest
vera = editing.create({"first_name": "Vera"}, by=None)
CareRequest.objects.create(customer=vera, touched_at=timezone.now() - timedelta(days=5, seconds=-20))
"""
WELL = {"status": "ok", "database": "ok", "redis": "ok", "worker": "ok", "beat": "ok", "dispatcher": "ok"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Below a folder that nobody else may enter."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    return closed / "var"


@pytest.fixture
def start(folder):
    started = []

    def start(port=None):
        started.append(Up(folder, port))
        return started[-1]

    yield start
    for up in started:
        if up.process.poll() is None:
            up.end(signal.SIGKILL)


def test_all_parts_run_and_come_back_until_all_are_killed(start, folder):
    up = start().ready()
    assert up.lines[-1] == f"ready http://127.0.0.1:{up.port}\n"
    assert up.health() == WELL
    assert not up.said("Demo logins")

    with database(folder) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'a row' AS word")
    assert up.manage("shell", "--no-imports", "-c", QUIET).returncode == 0
    flush(folder)
    eventually(lambda: heard_since_flush(folder), seconds=20)

    for words in ("daphne", " worker ", " beat ", "dispatch", "postgres -D", "valkey-server"):
        os.kill(up.pid_of(words), signal.SIGKILL)
    eventually(lambda: len(ended(up)) >= len(parts.PARTS) + 2, seconds=20)
    eventually(lambda: up.health() == WELL, seconds=60)
    eventually(lambda: closings(folder) == ["closed"], seconds=60)
    examined = up.manage("doctor", "--json")
    assert examined.returncode == 0, examined.stdout

    refused = start(up.port + 1)
    assert refused.process.wait(30) == 1
    assert "already runs on this data folder" in refused.text

    for pid in [up.process.pid, *processes_of(folder)]:
        kill(pid)
    up.process.wait(10)
    eventually(lambda: processes_of(folder) == [])


def test_a_start_after_kill_9_of_everything_has_the_data_and_an_end_leaves_nothing(start, folder):
    """tests/faults ends with kill -9 of the runner alone."""
    up = start().ready()
    with database(folder) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("a row",)
    assert up.end(signal.SIGTERM) == 0
    assert up.lines[-1] == "Stopped\n"
    assert processes_of(folder) == []


def test_ctrl_c_in_the_middle_of_a_start_leaves_nothing(start, folder):
    up = start()
    eventually(lambda: up.said("Preparing the database"), seconds=30)
    assert up.end(signal.SIGINT) == 0
    assert processes_of(folder) == []


def test_a_taken_port_is_told_with_a_way_out(start, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = start(port)
        assert up.process.wait(30) == 1
    assert f"port {port} of 127.0.0.1" in up.text
    assert f"PORT={port + 1} bin/up" in up.text
    assert processes_of(folder) == []


def closings(folder) -> list:
    """Of the quiet request: what happened to it after it was made, by beat and worker alone (R90)."""
    with database(folder) as connection:
        rows = connection.execute("SELECT state FROM requests_carerequestevent WHERE pgh_label = 'changed'")
        return [state for (state,) in rows]


def ended(up: Up) -> set:
    return {line.split()[0] for line in up.lines if "has ended (exit status -9)" in line}


def flush(folder):
    """Valkey forgets everything, and the worker has not been heard of since."""
    with database(folder) as connection:
        connection.execute("DELETE FROM caredesk_heartbeat WHERE part = 'worker'")
    with redis.Redis.from_url(EngineRoom(folder).note()["urls"]["REDIS_URL"]) as valkey:
        valkey.flushall()


def heard_since_flush(folder) -> bool:
    with database(folder) as connection:
        return connection.execute("SELECT FROM caredesk_heartbeat WHERE part = 'worker'").rowcount == 1


def database(folder):
    return psycopg.connect(EngineRoom(folder).note()["urls"]["DATABASE_URL"], autocommit=True)


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
