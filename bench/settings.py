"""The product's settings, a database of its own, and the bare view and consumer that give the floors."""

from caredesk.settings import *  # noqa: F403
from caredesk.settings import DATABASES, LOGGING, MIDDLEWARE

ROOT_URLCONF = "bench.urls"
ASGI_APPLICATION = "bench.asgi.application"
MIDDLEWARE = ["bench.bare.CountQueries", *MIDDLEWARE]
CHAT_STARTS_PER_MINUTE = CHAT_MESSAGES_PER_MINUTE = 1_000_000

if not DATABASES["default"]["NAME"].endswith("_bench"):
    DATABASES["default"]["NAME"] += "_bench"

# The bench's own threads are many, and each has a connection of its own.
DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 40

# Thousands lose a race here, as they should: each would be a line in the log.
LOGGING = LOGGING | {"loggers": LOGGING["loggers"] | {"django.request": {"level": "ERROR"}}}
