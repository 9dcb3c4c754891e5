"""Wakes the dispatcher when something falls due earlier than it knows, and lets it sleep until then."""

import contextlib
import logging
import os
import select

import psycopg
from django.db import connection

CHANNEL = "caredesk_dispatch"
CONNECT_SECONDS = 5
SLEEP_SECONDS = 5  # at most: nobody need wake it for what falls due later

logger = logging.getLogger(__name__)


def wake():
    """After commit: every dispatcher looks at its deadlines anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


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
        """Until the time is over, somebody called wake(), or stop()."""
        waiting = [self.inside, *([self.line] if self.line else [])]
        ready, _, _ = select.select(waiting, [], [], max(0, seconds))
        if self.line in ready:
            self.clear()

    def stop(self):
        """May be called by a signal handler."""
        os.write(self.outside, b".")

    def clear(self):
        try:
            for _notification in self.line.notifies(timeout=0):
                pass
        except psycopg.Error:
            self.hang_up()

    def hang_up(self):
        if self.line:
            with contextlib.suppress(psycopg.Error):
                self.line.close()
        self.line = None


def address():
    there = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {name: there[key] for name, key in names.items() if there[key]}
