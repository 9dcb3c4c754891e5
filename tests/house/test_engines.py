"""The engines: private, on the loopback address, and back after any death."""

import os
import signal
import socket
import stat
import subprocess
import sys

import psycopg
import pytest

from caredesk import binaries, engines, processes
from caredesk.engine_room import ROOT, EngineRoom, Taken
from caredesk.engines import EngineError, Postgres, Valkey
from tests.house.up import processes_of
from tests.waiting import eventually

OWNER = """
import sys, time
from pathlib import Path
from caredesk.engine_room import EngineRoom
room = EngineRoom(Path(sys.argv[1]), fast=True)
room.enter("a test")
room.start()
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def nothing_lent(monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


@pytest.fixture
def root(tmp_path):
    """Below a folder that nobody else may enter."""
    tmp_path.chmod(0o700)
    return tmp_path / "var"


@pytest.fixture
def room(root):
    room = EngineRoom(root)
    room.enter("a test")
    room.start()
    yield room
    room.stop()
    assert processes_of(root) == []


@pytest.fixture
def valkey(root):
    engine = Valkey(root)
    engine.spawn()
    engine.wait()
    yield engine
    engine.stop()


def test_they_answer_only_who_knows_the_password_and_only_here(room):
    with psycopg.connect(room.postgres.url) as connection:
        assert connection.execute("SHOW server_version_num").fetchone() >= ("180000",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("SHOW unix_socket_directories").fetchone() == ("",)
        locale = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'care'"
        assert connection.execute(locale).fetchone() == ("b", "C.UTF-8")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(room.postgres.url.replace(":", ":wrong", 2).replace("wrong//", "//"))
    with socket.create_connection(("127.0.0.1", room.valkey.port), 5) as stranger:
        stranger.sendall(b"PING\r\n")
        assert b"NOAUTH" in stranger.recv(100)


def test_what_is_secret_nobody_else_may_read(room, root):
    for name in ("postgres.password", "valkey.password", "valkey/valkey.conf", "engines.json"):
        assert stat.S_IMODE((root / name).stat().st_mode) == 0o600
    for name in ("postgres", "valkey", "log"):
        assert stat.S_IMODE((root / name).stat().st_mode) == 0o700


def test_an_engine_comes_back_with_port_password_and_data(room):
    before = room.postgres.url, room.valkey.url
    with psycopg.connect(room.postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    for engine in (room.postgres, room.valkey):
        engine.process.kill()
        engine.process.wait()
        respawn(engine)
    assert (room.postgres.url, room.valkey.url) == before
    with psycopg.connect(room.postgres.url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def respawn(engine) -> None:
    """As the runner does: a server whose backends still live refuses for a moment."""

    def comes_up():
        engine.spawn(engine.port)
        try:
            engine.wait()
        except EngineError:
            return False
        return True

    eventually(comes_up)


def test_they_die_with_their_owner_and_the_next_one_recovers(root):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, root], stdout=subprocess.PIPE, cwd=ROOT)
    assert owner.stdout.readline() == b"started\n"
    note = EngineRoom(root).note()
    with psycopg.connect(note["urls"]["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    owner.kill()
    owner.communicate()
    eventually(lambda: processes_of(root) == [])

    room = EngineRoom(root, fast=True)
    room.enter("the next")
    room.start()
    try:
        assert (room.postgres.port, room.valkey.port) == (note["postgres"], note["valkey"])
        with psycopg.connect(room.postgres.url) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    finally:
        room.stop()


def test_one_owner_at_a_time(room, root):
    with pytest.raises(Taken, match=rf"a test \(process {os.getpid()}\) already runs on this data folder"):
        EngineRoom(root).enter("another")


def test_a_half_made_cluster_is_made_anew(root):
    half = root / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    server = Postgres(root, fast=True)
    server.spawn()
    server.wait()
    server.stop()
    assert not half.exists()


def test_a_left_server_is_stopped_and_a_stranger_with_its_pid_is_not(root):
    left = Postgres(root, fast=True)
    left.spawn()
    left.wait()
    server = Postgres(root, fast=True)
    server.spawn()
    server.wait()
    assert left.process.wait(10) == 0
    server.stop()

    stranger = subprocess.Popen(["sleep", "60"])
    (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n{server.data}\n1\n1\n\n127.0.0.1\n")
    server.spawn()
    server.wait()
    server.stop()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_data_of_another_version_is_refused_in_words(root):
    (root / "postgres").mkdir(parents=True)
    (root / "postgres/PG_VERSION").write_text("17\n")
    with pytest.raises(EngineError, match="is of PostgreSQL 17 and the server here is 18"):
        Postgres(root).spawn()


def test_append_only_files_that_valkey_cannot_read_are_set_aside(valkey):
    valkey.stop()
    for file in valkey.data.glob("appendonlydir/*.manifest"):
        file.write_text("nonsense\n")
    valkey.spawn(valkey.port)
    valkey.wait()
    assert (valkey.data.parent / "valkey.broken").exists()
    assert valkey.answers()


def test_an_engine_that_is_given_is_not_started(root, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/care")
    room = EngineRoom(root)
    assert list(room.engines) == ["valkey"]
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    assert EngineRoom(root).environment() == {}


def noted(root):
    """As another process notes the engines that it runs."""
    room = EngineRoom(root)
    room.enter("another")
    urls = {"DATABASE_URL": "postgresql://theirs/care", "REDIS_URL": "redis://theirs/0"}
    room.write_note(ready=True, urls=urls)
    return room, room.note()


def test_with_all_engines_given_nothing_is_noted(root, monkeypatch):
    owner, note = noted(root)
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/care")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    room = EngineRoom(root)
    room.start()
    room.stop()
    assert owner.note() == note


def test_what_is_given_is_not_borrowed(root, monkeypatch):
    _owner, note = noted(root)
    assert EngineRoom(root).borrow() == note["urls"] | {"CAREDESK_EMBEDDED": "1"}
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/care")
    assert EngineRoom(root).borrow() == {"REDIS_URL": "redis://theirs/0"}


def test_without_the_wheels_those_of_the_machine_are_used(tmp_path, monkeypatch):
    monkeypatch.setattr(binaries, "package_folder", lambda name: tmp_path / "none")
    found = {name: program(tmp_path, name, text) for name, text in MACHINE.items()}
    monkeypatch.setattr(binaries.shutil, "which", found.get)
    assert binaries.postgres_folder.__wrapped__() == tmp_path
    assert binaries.valkey_binary.__wrapped__() == tmp_path / "redis-server"


def test_without_any_the_message_names_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setattr(binaries, "package_folder", lambda name: tmp_path / "none")
    monkeypatch.setattr(binaries.shutil, "which", lambda name: None)
    monkeypatch.setattr(binaries, "version_of", lambda postgres: 15)
    with pytest.raises(EngineError, match="set DATABASE_URL"):
        binaries.postgres_folder.__wrapped__()
    with pytest.raises(EngineError, match="set REDIS_URL"):
        binaries.valkey_binary.__wrapped__()


MACHINE = {"postgres": "postgres (PostgreSQL) 18.1", "initdb": "initdb", "redis-server": "Redis server v=8"}


def program(folder, name, text):
    file = folder / name
    file.write_text(f"#!/bin/sh\necho '{text}'\n")
    file.chmod(0o755)
    return str(file)


def test_where_root_may_not_make_namespaces_nobody_must_be_able_to_enter(root, monkeypatch):
    monkeypatch.setattr(engines.os, "geteuid", lambda: 0)
    monkeypatch.setattr(processes, "works", lambda *args, **options: False)
    with pytest.raises(EngineError, match="start as an ordinary user, or set DATABASE_URL"):
        assert Postgres(root).identity


@pytest.mark.parametrize("owner", [None, (0, 0)])
def test_where_root_may_not_make_namespaces_nobody_gets_the_data(root, monkeypatch, owner):
    given = []
    (root / "postgres").mkdir(parents=True)
    monkeypatch.setattr(engines.os, "geteuid", lambda: 0)
    monkeypatch.setattr(engines, "owner_of", lambda path: owner)
    monkeypatch.setattr(engines, "give", lambda user, *paths: given.extend(paths))
    monkeypatch.setattr(
        processes, "works", lambda become, *args, **options: become is not processes.enter_namespace
    )
    assert Postgres(root).is_another_user
    assert given == ([root / "postgres"] if owner else [])


def test_as_root_the_server_is_who_owns_the_data(root, monkeypatch):
    became = []
    monkeypatch.setattr(engines.os, "geteuid", lambda: 0)
    monkeypatch.setattr(engines, "owner_of", lambda path: (1234, 123))
    monkeypatch.setattr(processes, "become_user", lambda *user: became.append(user))
    assert Postgres(root).identity is None
    assert became == [(1234, 123)]


def test_a_child_ends_with_its_session_when_asking_is_not_enough(tmp_path):
    log = tmp_path / "log"
    child = processes.spawn(["sh", "-c", "trap '' TERM; echo deaf; sleep 60"], log=log)
    eventually(lambda: log.read_text() == "deaf\n")
    processes.stop(child, seconds=0.1)
    assert child.returncode == -signal.SIGKILL


def test_a_log_that_has_grown_is_set_aside(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("long ago")
    with processes.open_log(log, limit=3) as file:
        file.write(b"now")
    assert (log.read_text(), (tmp_path / "web.log.1").read_text()) == ("now", "long ago")
