"""Waiting for a condition instead of sleeping."""

import time
from collections.abc import Callable


def eventually[T](found: Callable[[], T], *, seconds: float = 20) -> T:
    """What `found` returns once that is true; fails when it has not been for so many seconds.

    What takes longer is asked for less often: those who are waited for need the processor.
    """
    began = time.monotonic()
    while not (value := found()):
        waited = time.monotonic() - began
        assert waited < seconds, f"not within {seconds} s: {found}"
        time.sleep(min(max(waited / 10, 0.02), 0.5))
    return value
