"""bin/up: starts the engines and the parts, keeps them running, and stops them all.

Only the runner's own words are printed; what the parts say is below CAREDESK_DATA/log. Every child is started
from the main thread and dies with it, so that not even kill -9 leaves a process behind.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from caredesk import parts, processes
from caredesk.engine_room import ROOT, EngineRoom, Taken, data_folder
from caredesk.engines import EngineError, tail

READY_SECONDS = 120
STEADY_SECONDS = 60
LONGEST_PAUSE = 30
FAILURES_BEFORE_READY = 3
# Under nohup SIGHUP is ignored, and stays so.
HANGS_UP = signal.getsignal(signal.SIGHUP) != signal.SIG_IGN
SIGNALS = (signal.SIGINT, signal.SIGTERM, *[signal.SIGHUP] * HANGS_UP)


class Stopped(BaseException):
    """Ctrl-C or SIGTERM."""


class CannotStart(Exception):
    """The text tells an operator why."""


def main() -> int:
    for number in SIGNALS:
        signal.signal(number, interrupt)
    runner = Runner.from_environment(os.environ)
    try:
        runner.serve()
    except Stopped:
        say("Stopping")
    except (CannotStart, EngineError, Taken) as error:
        say(f"Care Desk cannot start: {error}")
        return 1
    finally:
        runner.stop()
    say("Stopped")
    return 0


def interrupt(*_):
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


@dataclass
class Child:
    """A process that is started again when it ends: after half a second, then twice as long each time."""

    start: callable
    process: subprocess.Popen | None = None
    failures: int = 0
    started: float = 0.0
    due: float = 0.0

    def run(self) -> None:
        self.started, self.process = time.monotonic(), self.start()

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def wait_a_while(self) -> float:
        """Plan the next start and return the seconds until then."""
        steady = time.monotonic() - self.started > STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        pause = min(0.25 * 2**self.failures, LONGEST_PAUSE)
        self.due, self.process = time.monotonic() + pause, None
        return pause


class Runner:
    def __init__(self, *, host: str, port: int, data: Path):
        self.host, self.port, self.data = host, port, data
        self.room = EngineRoom(data)
        self.children: dict[str, Child] = {}

    @classmethod
    def from_environment(cls, environment) -> "Runner":
        return cls(
            host=environment.get("HOST") or "127.0.0.1",
            port=int(environment.get("PORT") or 8000),
            data=data_folder(),
        )

    @property
    def address(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def serve(self) -> None:
        """Start everything and watch over it; ends by an exception only."""
        self.enter()
        self.check_port()
        self.start_engines()
        self.prepare()
        self.start_parts()
        self.watch(until=self.is_well, seconds=READY_SECONDS)
        self.announce()
        self.watch()

    def check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((self.host, self.port))
            except OSError as error:
                raise CannotStart(
                    f"port {self.port} of {self.host} cannot be had ({error.strerror}). "
                    f"Choose another one: PORT={self.port + 1} bin/up"
                ) from error

    def enter(self) -> None:
        """A command that borrowed the engines ends soon; another bin/up does not."""
        waiting = False
        while True:
            try:
                return self.room.enter("bin/up")
            except Taken as taken:
                if taken.owner == "bin/up":
                    raise
                if not waiting:
                    say(f"Waiting: {taken}")
                waiting = True
            time.sleep(0.2)

    def start_engines(self) -> None:
        names = {"postgres": "PostgreSQL", "valkey": "Valkey"}
        if self.room.engines:
            say(f"Starting {' and '.join(names[name] for name in sorted(self.room.engines))}")
        self.room.start()
        for name, engine in self.room.engines.items():
            self.children[name] = Child(
                lambda engine=engine: restart(engine), engine.process, started=time.monotonic()
            )

    def prepare(self) -> None:
        say("Preparing the database")
        done = subprocess.run(
            self.command("prepare"), cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL
        )
        if done.returncode:
            raise CannotStart("the database could not be prepared; the lines above say why.")

    def start_parts(self) -> None:
        say(f"Starting {', '.join(parts.PARTS[:-1])} and {parts.PARTS[-1]}")
        for part in parts.PARTS:
            self.children[part] = Child(lambda part=part: self.start_part(part))
            self.children[part].run()

    def start_part(self, part: str) -> subprocess.Popen:
        return processes.spawn(self.command(part), log=self.log(part), cwd=ROOT, env=self.environment())

    def command(self, part: str) -> list[str]:
        place = {"host": self.host, "port": self.port, "data": str(self.data)}
        return parts.command(part, **place, python=sys.executable)

    def environment(self) -> dict:
        own = {"CAREDESK_DATA": str(self.data), "PYTHONUNBUFFERED": "1"}
        return os.environ | self.room.environment() | own

    def log(self, name: str) -> Path:
        return self.data / "log" / f"{name}.log"

    def watch(self, until=None, seconds: float = float("inf")) -> None:
        """Start again what ends, until the condition holds."""
        deadline = time.monotonic() + seconds
        while not (until and until()):
            for name, child in self.children.items():
                if child.ended():
                    self.mourn(name, child, starting=bool(until))
                elif child.process is None and time.monotonic() >= child.due:
                    child.run()
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"after {seconds:.0f} s this is not well: {', '.join(self.ill())}. See {self.data}/log"
                )
            time.sleep(0.1)

    def mourn(self, name: str, child: Child, *, starting: bool) -> None:
        code = child.process.returncode
        pause = child.wait_a_while()
        if starting and child.failures >= FAILURES_BEFORE_READY:
            raise CannotStart(f"{name} ends at once (exit status {code}).\n{tail(self.log(name))}")
        say(
            f"{name} has ended (exit status {code}); starting it again in {pause:.1f} s. See {self.log(name)}"
        )

    def is_well(self) -> bool:
        return self.health().get("status") == "ok"

    def ill(self) -> list:
        return self.health().get("ill", ["web"])

    def health(self) -> dict:
        """What /healthz says, or nothing when web does not answer yet."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        names = [name for name in os.environ.get("ALLOWED_HOSTS", "").split(",") if name and "*" not in name]
        headers = {"Host": names[0].lstrip(".")} if names else {}
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            connection = http.client.HTTPConnection(host, self.port, timeout=5)
            with contextlib.closing(connection):
                connection.request("GET", "/healthz", headers=headers)
                return json.loads(connection.getresponse().read())
        return {}

    def announce(self) -> None:
        self.room.write_note(web=self.address)
        pages = {"Desk": "/desk/", "Administration": "/admin/"}
        if self.has_demo():
            pages["A customer's chat"] = "/chat/internet/"
        for name, path in pages.items():
            say(f"  {name:<20}{self.address}{path}")
        say(f"  {'Logs':<20}{self.data}/log")
        if self.has_demo():
            say("  Demo logins         agents ana, marko, petar; supervisor sonja; password caredesk-demo")
        say(f"ready {self.address}")

    def has_demo(self) -> bool:
        url = self.environment()["DATABASE_URL"]
        with contextlib.suppress(psycopg.Error), psycopg.connect(url, connect_timeout=5) as connection:
            query = "SELECT count(*) FROM auth_user WHERE username IN ('ana', 'marko', 'petar', 'sonja')"
            return connection.execute(query).fetchone()[0] == 4
        return False

    def stop(self) -> None:
        """The parts first, all at once, and then the engines."""
        stopping = [self.children[part].process for part in parts.PARTS if part in self.children]
        for process in filter(None, stopping):
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in stopping:
            processes.stop(process)
        self.room.stop()


def restart(engine) -> subprocess.Popen:
    """An engine that ended comes back on the same port with the same password."""
    engine.spawn(engine.port)
    return engine.process


def say(text: str) -> None:
    """Whoever reads this may have gone; the desk serves on."""
    with contextlib.suppress(OSError):
        print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
