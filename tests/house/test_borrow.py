"""bin/manage runs on the engines that are there, else on its own for as long as anybody needs them."""

import subprocess
import sys

import pytest

from caredesk import borrow
from caredesk.engine_room import ROOT, EngineRoom
from tests.house.up import environment, processes_of

COMMAND = [sys.executable, "-m", "caredesk.borrow"]
ASK = "from django.db import connection as c; print(*c.cursor().execute('SELECT 6 * 7').fetchone())"
# Waits until it is told to go on, so that another command is sure to meet it.
WAIT = f"print('at work', flush=True); input(); {ASK}"


@pytest.fixture
def manage(tmp_path):
    def manage(code):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        command = [*COMMAND, "shell", "--no-imports", "--command", code]
        return subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path / "var"), text=True, **pipes)

    return manage


def test_engines_run_for_as_long_as_anybody_needs_them(manage, tmp_path):
    first = manage(WAIT)
    assert first.stdout.readline() == "at work\n"
    second = manage(WAIT)
    assert second.stdout.readline() == "at work\n"
    assert "caredesk.borrow" not in command_of(second)

    assert tell(first) == "42\n"
    assert first.poll() is None
    assert EngineRoom(tmp_path / "var").note()["ready"]
    assert tell(second) == "42\n"
    assert (second.wait(20), first.wait(20)) == (0, 0)
    assert processes_of(tmp_path / "var") == []


def test_its_exit_status_is_that_of_the_command(manage, tmp_path):
    failing = manage("raise SystemExit(3)")
    assert failing.wait(60) == 3
    failing.communicate()
    assert processes_of(tmp_path / "var") == []


def test_with_given_engines_it_starts_none(monkeypatch, tmp_path):
    ran = []
    monkeypatch.setattr(borrow, "run", lambda command, room: ran.append((command, room.engines)) or 0)
    assert borrow.main(["check"]) == 0
    assert ran == [([sys.executable, str(ROOT / "manage.py"), "check"], {})]


def tell(process) -> str:
    """Let it go on; what it says then."""
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline()


def command_of(process) -> str:
    with open(f"/proc/{process.pid}/cmdline") as file:
        return file.read()
