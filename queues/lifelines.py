"""Whether the web process of an open desk still runs: known at once, when its lease would tell in 10 seconds (R37).

Each web process holds a lock on a database connection of its own, which the kernel closes with the process, and its
desks' connections begin with the number of that lock. Without a lifeline for a moment (the database was away) its
agents are blamed for nothing.
"""

import contextlib
import secrets
import threading

import psycopg
from django.db import connection as database

from queues.waking import CONNECT_SECONDS, address

LOCKS = 5_150_637  # the first half of the advisory locks that are lifelines
MARK = "!"


class Lifeline:
    """Of this process; its number is the second half of the lock."""

    def __init__(self):
        self.number, self.line, self.holding = secrets.randbelow(2**31), None, threading.Lock()

    def hold(self):
        """Before the first lease, and now and then: one that was cut is held again. Raises psycopg.Error."""
        with self.holding:
            if self.line and self.answers():
                return
            self.line = psycopg.connect(**address(), autocommit=True, connect_timeout=CONNECT_SECONDS)
            self.line.execute("SELECT pg_advisory_lock_shared(%s, %s)", [LOCKS, self.number])

    def answers(self):
        with contextlib.suppress(psycopg.Error):
            self.line.execute("SELECT")
            return True
        self.line.close()
        return False

    def drop(self):
        with self.holding:
            if self.line:
                self.line.close()
            self.line = None

    def name(self, connection):
        """Of a connection that ends in this process."""
        return f"{self.number}{MARK}{connection}"


def alive():
    """The numbers of all processes that hold their lifelines now."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = %s AND granted",
            [LOCKS],
        )
        return {number for (number,) in cursor.fetchall()}


def holds(connection, numbers):
    """Whether this connection's process is one of these; one that names no process has only its lease."""
    number, mark, _rest = connection.partition(MARK)
    return not mark or int(number) in numbers
