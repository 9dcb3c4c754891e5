"""The web process under measurement: a child on a free port, as `bin/up` runs it, plus the bare floors."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

from django.conf import settings


@contextmanager
def web():
    """Yield (host, port) of a running web process; it is gone afterwards."""
    port = free_port()
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "bench.settings"}
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
        "bench.asgi:application",
    ]
    child = subprocess.Popen(command, env=env, cwd=settings.BASE_DIR)
    try:
        wait_for(port, child)
        yield "127.0.0.1", port
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
