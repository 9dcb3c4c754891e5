"""Waiting for a condition instead of sleeping."""

import time
from collections.abc import Callable


def eventually[T](found: Callable[[], T], *, seconds: float = 20) -> T:
    """What `found` returns once that is true; fails when it has not been for so many seconds."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {found}"
        time.sleep(0.02)
    return value
