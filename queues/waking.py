"""Wakes the dispatcher when something falls due earlier than it knows, and lets it sleep until then."""

import contextlib
import logging
import os
import select
import time

import psycopg
from django.db import connection

CHANNEL = "caredesk_dispatch"
CONNECT_SECONDS = 5
SLEEP_SECONDS = 5  # at most: nobody need wake it for what falls due later

logger = logging.getLogger(__name__)


def wake(*, within=0):
    """After commit: every dispatcher looks at everything anew, or in so many seconds, when something will be due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(within)])


class Sleeper:
    """Sleeps on a database connection of its own, where wake() is heard. Without a database it just sleeps."""

    def __init__(self):
        self.line = None
        self.inside, self.outside = os.pipe()

    def listen(self):
        """Before the deadlines are read, so that none is missed between reading and sleeping."""
        if self.line:
            return
        try:
            self.line = psycopg.connect(**address(), autocommit=True, connect_timeout=CONNECT_SECONDS)
            self.line.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            logger.warning("Nobody can wake the dispatcher, it looks by itself: %s", error)
            self.hang_up()

    def sleep(self, seconds):
        """Until the time is over, or stop() was called; or wake(), then it is true."""
        until = time.monotonic() + seconds
        while True:
            waiting = [self.inside, *([self.line] if self.line else [])]
            ready, _, _ = select.select(waiting, [], [], max(0, until - time.monotonic()))
            within = self.heard() if self.line in ready else None
            if within is None or within <= 0:
                return within is not None
            until = min(until, time.monotonic() + within)

    def stop(self):
        """May be called by a signal handler."""
        os.write(self.outside, b".")

    def heard(self):
        """The smallest number of seconds that wake() said; 0 when the line is cut, for nobody knows what it said."""
        try:
            return min((float(said.payload or 0) for said in self.line.notifies(timeout=0)), default=0)
        except psycopg.Error:
            self.hang_up()
            return 0

    def hang_up(self):
        if self.line:
            with contextlib.suppress(psycopg.Error):
                self.line.close()
        self.line = None


def address():
    there = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {name: there[key] for name, key in names.items() if there[key]}
