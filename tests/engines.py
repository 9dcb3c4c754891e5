"""Engines for one test run: fast, thrown away, and shared by everything that the run starts."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from caredesk.engine_room import ROOT, EngineRoom


def lend_engines() -> None:
    """Start them and put their addresses into the environment, unless `bin/test` or the user has done so."""
    keep_bytecode()
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        os.environ.setdefault("SECRET_KEY", "tests")
        return
    root = Path(tempfile.mkdtemp(prefix="caredesk-tests-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    room = EngineRoom(root, fast=True)
    atexit.register(room.stop)
    room.enter("tests")
    room.start()
    os.environ.update(room.environment(), CAREDESK_DATA=str(root), SECRET_KEY="tests")


def keep_bytecode() -> None:
    """As bin/up does for its children: a server that must compile everything starts in twice the time."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".var/pycache"))
