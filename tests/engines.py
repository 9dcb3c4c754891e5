"""Engines for one test run: fast, thrown away, and shared by everything that the run starts."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from caredesk.engine_room import ROOT, EngineRoom

OWNER = "CAREDESK_TEST_ENGINES_OF"


def lend_engines() -> None:
    """Start them and put their addresses into the environment, unless `bin/test` or the user has done so.

    Processes side by side (pytest -n) share PostgreSQL, where each has a database of its own (tests/database.py), and
    not Valkey: a push or a flush of one would reach the others.
    """
    keep_bytecode()
    if lent():
        os.environ.setdefault("SECRET_KEY", "tests")
        return
    for name in ("REDIS_URL",) if OWNER in os.environ else ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    root = Path(tempfile.mkdtemp(prefix="caredesk-tests-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    room = EngineRoom(root, fast=True)
    atexit.register(room.stop)
    room.enter("tests")
    room.start()
    os.environ.update(room.environment(), CAREDESK_DATA=str(root), SECRET_KEY="tests")
    os.environ[OWNER] = worker()


def lent() -> bool:
    """Whether there are engines that the user named, or that this very process or its parent has started."""
    there = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    return bool(there) and os.environ.get(OWNER, worker()) == worker()


def worker() -> str:
    """Which of the processes of `pytest -n` this is; "" outside of them."""
    return os.environ.get("PYTEST_XDIST_WORKER", "")


def keep_bytecode() -> None:
    """As bin/up does for its children: a server that must compile everything starts in twice the time."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".var/pycache"))
