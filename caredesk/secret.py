"""The secret key: made once for this installation and kept 0600 beside its data."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def secret_key(data_dir: Path) -> str:
    """Return the installation's key, making it at the first call.

    With DATABASE_URL set several machines may share one database, so a key made here would log people out
    on the others: then SECRET_KEY must be given.
    """
    if os.environ.get("DATABASE_URL") and not os.environ.get("CAREDESK_EMBEDDED"):
        raise ImproperlyConfigured(
            "DATABASE_URL is set: set SECRET_KEY too (50 random characters, the same on every machine)."
        )
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        write_once(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def write_once(path: Path, text: str) -> None:
    """Two processes may start at once: the first to link its file wins, the other reads that one."""
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    try:
        os.link(mine, path)
    except FileExistsError:
        pass
    finally:
        mine.unlink()
