"""Few threads, so that those which hang are missed at once."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "tests.house.streams"
HTTP_THREADS = 4
