"""Files that people sent, below CAREDESK_DATA and outside of everything that is served by itself.

Each is `attachments/<two letters>/<name>`, where the name is a UUID of ours: nothing of what the sender called it.
A picture has a small copy beside it, `<name>-small`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

SMALL = "-small"


def folder() -> Path:
    return settings.DATA_DIR / "attachments"


def path_of(key: UUID, *, small: bool = False) -> Path:
    return folder() / key.hex[:2] / f"{key.hex}{SMALL if small else ''}"


def write(key: UUID, data: bytes, *, small: bool = False) -> None:
    """To be read by nobody else on this machine."""
    path = path_of(key, small=small)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def remove(key: UUID) -> None:
    for small in (False, True):
        path_of(key, small=small).unlink(missing_ok=True)


def older_than(moment: float) -> Iterator[UUID]:
    """The keys of what has lain here since before `moment`, in seconds since 1970; pictures once or twice."""
    for path in folder().glob("??/*"):
        try:
            if path.stat().st_mtime < moment:
                yield UUID(path.name.removesuffix(SMALL))
        except (FileNotFoundError, ValueError):
            continue
