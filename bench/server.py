"""The processes under measurement: web on a free port as `bin/up` runs it, plus the bare floors; the dispatcher."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

from django.conf import settings

from caredesk import parts


@contextmanager
def web():
    """Yield (host, port) of a running web process; it is gone afterwards."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "daphne",
        "-b",
        "127.0.0.1",
        "-p",
        str(port),
        "-v",
        "0",
        "--ping-interval",
        str(parts.PING_SECONDS),
        "--ping-timeout",
        str(parts.ANSWER_SECONDS),
        "bench.asgi:application",
    ]
    with running(command) as child:
        wait_for(port, child)
        yield "127.0.0.1", port


def dispatcher():
    return running([sys.executable, "manage.py", "dispatch"])


@contextmanager
def running(command):
    """A child under the settings of the bench; it is gone afterwards."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "bench.settings"}
    child = subprocess.Popen(command, env=env, cwd=settings.BASE_DIR)
    try:
        yield child
    finally:
        child.terminate()
        child.wait(20)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, child, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if child.poll() is not None:
            raise SystemExit("The web process of the bench did not start.")
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("The web process of the bench did not answer.")
