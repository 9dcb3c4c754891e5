"""bin/up itself, below a folder of its own, watched from outside."""

import json
import os
import signal
import subprocess
import sys
import threading
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from caredesk.engine_room import ROOT
from caredesk.processes import free_port
from tests.waiting import eventually

LENT = ("DATABASE_URL", "REDIS_URL", "CAREDESK_EMBEDDED", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")


def environment(data: Path, **more: str) -> dict:
    """This one without the engines of the tests."""
    kept = {name: value for name, value in os.environ.items() if name not in LENT}
    return kept | {"CAREDESK_DATA": str(data), "CAREDESK_DEMO": "0"} | more


class Up:
    """The runner and what it printed. Its start takes seconds, so a test does several things with one."""

    def __init__(self, data: Path, port: int | None = None, **more: str):
        self.data, self.port, self.lines = data, port or free_port(), []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "caredesk.runner"],
            cwd=ROOT,
            env=environment(data, PORT=str(self.port), PYTHONUNBUFFERED="1", **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(
            target=lambda: self.lines.extend(iter(self.process.stdout.readline, ""))
        )
        self.reader.start()

    def ready(self) -> "Up":
        eventually(lambda: self.said("ready ") or self.process.poll() is not None, seconds=90)
        assert self.said("ready "), self.text
        return self

    def said(self, text: str) -> bool:
        return text in self.text

    @property
    def text(self) -> str:
        return "".join(self.lines)

    @property
    def urls(self) -> dict:
        """DATABASE_URL and REDIS_URL of its engines."""
        return json.loads((self.data / "engines.json").read_text())["urls"]

    def health(self) -> dict:
        try:
            client = HTTPConnection("127.0.0.1", self.port, timeout=10)
            client.request("GET", "/healthz")
            return json.loads(client.getresponse().read())
        except (OSError, HTTPException):
            return {"status": "no answer"}

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        """`bin/manage …` beside it."""
        command = [sys.executable, "-m", "caredesk.borrow", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment(self.data), capture_output=True, text=True)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send the signal, wait until everything has ended, and return the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(60)
        self.reader.join()
        self.process.stdout.close()
        return status

    def pid_of(self, words: str) -> int:
        """The process that this runner started with these words in its command line."""
        return next(
            pid
            for pid in processes_of(self.data)
            if words in command_line(pid) and parent(pid) == self.process.pid
        )


def processes_of(data: Path) -> list[int]:
    """Every process that has to do with this folder: by its environment, command line or working directory."""
    return [int(place.name) for place in Path("/proc").glob("[0-9]*") if concerns(place, str(data))]


def concerns(place: Path, data: str) -> bool:
    if place.name == str(os.getpid()):
        return False
    try:
        texts = [(place / name).read_text(errors="replace") for name in ("environ", "cmdline")]
        return any(data in text for text in [*texts, str((place / "cwd").readlink())])
    except OSError:
        return False


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
