"""The engines of one data folder: who runs them, on which ports, and how other commands find them."""

import contextlib
import fcntl
import json
import os
from pathlib import Path

from caredesk.engines import Postgres, Valkey, write_private

ROOT = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    return Path(os.environ.get("CAREDESK_DATA") or ROOT / ".var").resolve()


class Taken(Exception):
    """Another process runs the engines of this folder; `owner` says which, `pid` where."""

    def __init__(self, note: dict):
        self.owner, self.pid = note.get("owner", "bin/up"), note.get("pid", 0)
        super().__init__(f"{self.owner} (process {self.pid}) already runs on this data folder")


class EngineRoom:
    """Starts what DATABASE_URL and REDIS_URL leave to start, below `root`.

    One process owns the engines, by a lock that ends with it. It alone notes them in `engines.json` (0600), where
    `bin/manage` finds them, and the next start its ports.
    """

    def __init__(self, root: Path, *, fast: bool = False):
        self.root = root
        self.note_file = root / "engines.json"
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(root, fast=fast)
        self.valkey = None if os.environ.get("REDIS_URL") else Valkey(root, fast=fast)
        self.lock = self.borrowers = None

    @property
    def engines(self) -> dict:
        named = {"valkey": self.valkey, "postgres": self.postgres}
        return {name: engine for name, engine in named.items() if engine}

    def enter(self, owner: str) -> None:
        """Become the one that runs the engines here, or raise Taken."""
        self.root.mkdir(parents=True, exist_ok=True)
        lock = (self.root / "engines.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise Taken(self.note()) from error
        self.lock = lock
        self.write_note(owner=owner, pid=os.getpid(), ready=False)

    def borrow(self) -> dict:
        """The environment to use engines that another process runs, or nothing while they are not there. Those that
        DATABASE_URL or REDIS_URL name are used instead.

        From then on, and through an exec, this process counts as a borrower: a command that runs the engines
        for its own sake waits for the others before it stops them.
        """
        if self.lock_borrowers(fcntl.LOCK_SH | fcntl.LOCK_NB) and (note := self.note()).get("ready"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(note["pid"], 0)
                return as_environment(
                    {name: url for name, url in note["urls"].items() if not os.environ.get(name)}
                )
        return {}

    def wait_for_borrowers(self) -> None:
        self.lock_borrowers(fcntl.LOCK_EX)

    def lock_borrowers(self, operation: int) -> bool:
        self.borrowers = self.borrowers or (self.root / "borrowers.lock").open("a")
        os.set_inheritable(self.borrowers.fileno(), operation & fcntl.LOCK_SH)
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self.borrowers, operation)
            return True
        return False

    def start(self) -> None:
        """Both at once, for they wait for discs and not for each other."""
        for engine in self.engines.values():
            engine.spawn(self.note().get(engine.data.name))
        for engine in self.engines.values():
            engine.wait()
        if self.lock:
            ports = {name: engine.port for name, engine in self.engines.items()}
            self.write_note(ready=True, urls=self.urls(), **ports)

    def stop(self) -> None:
        """Stop the engines; the ports stay noted for the next start."""
        if self.lock:
            self.write_note(ready=False, urls={})
        for engine in self.engines.values():
            engine.stop()
        if self.lock:
            self.lock.close()

    def urls(self) -> dict:
        found = {
            "DATABASE_URL": self.postgres and self.postgres.url,
            "REDIS_URL": self.valkey and self.valkey.url,
        }
        return {name: url for name, url in found.items() if url}

    def environment(self) -> dict:
        """What a child needs to use these engines."""
        return as_environment(self.urls())

    def note(self) -> dict:
        with contextlib.suppress(OSError, ValueError):
            return json.loads(self.note_file.read_text())
        return {}

    def write_note(self, **changes) -> None:
        new = write_private(self.note_file.with_suffix(f".{os.getpid()}"), json.dumps(self.note() | changes))
        new.replace(self.note_file)


def as_environment(urls: dict) -> dict:
    """CAREDESK_EMBEDDED: this database is of this folder only, and so may be the secret key."""
    return urls | ({"CAREDESK_EMBEDDED": "1"} if "DATABASE_URL" in urls else {})
