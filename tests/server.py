"""A real web process and dispatcher on the test database, for browsers and sockets."""

import contextlib
import http.client
import os
import signal
import sys
import time
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from caredesk import parts, processes
from caredesk.engine_room import ROOT
from caredesk.engines import tail

START_SECONDS = 30


class Server:
    """Its address is `url`; `environment` changes its settings. kill() is kill -9; start() starts again."""

    def __init__(self, folder: Path, **environment: str):
        self.folder, self.environment = folder, environment
        self.host, self.port = "127.0.0.1", processes.free_port()
        self.web = self.dispatcher = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> "Server":
        if not alive(self.dispatcher):
            self.dispatcher = self.spawn("dispatcher")
        self.web = self.spawn("web")
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if not alive(self.web) or time.monotonic() > deadline:
                raise RuntimeError(f"The server did not start.\n{tail(self.log('web'), 40)}")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        processes.stop(self.web)
        processes.stop(self.dispatcher)

    def kill(self) -> None:
        """The web process is gone at once, with all that it held."""
        self.web.send_signal(signal.SIGKILL)
        self.web.wait()

    def spawn(self, part: str):
        command = parts.command(
            part, host=self.host, port=self.port, data=str(self.folder), python=sys.executable
        )
        return processes.spawn(command, log=self.log(part), cwd=ROOT, env=self.full_environment())

    def full_environment(self) -> dict:
        """The test database, and so many chats from one address as a test run needs."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": test_database_url(),
            "CAREDESK_CHAT_STARTS_PER_MINUTE": "10000",
            "PYTHONUNBUFFERED": "1",
            **self.environment,
        }

    def log(self, part: str) -> Path:
        return self.folder / f"{part}.log"

    def answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            client = http.client.HTTPConnection(self.host, self.port, timeout=10)
            with contextlib.closing(client):
                client.request("GET", "/healthz")
                return client.getresponse().status in (200, 503)
        return False


def alive(process) -> bool:
    return process is not None and process.poll() is None


def test_database_url() -> str:
    there = connection.settings_dict
    return f"postgresql://{there['USER']}:{quote(there['PASSWORD'])}@{there['HOST']}:{there['PORT']}/{there['NAME']}"


test_database_url.__test__ = False
