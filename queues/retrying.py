"""A deadlock is nobody's fault: the transaction that lost is run once more."""

from functools import wraps

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected


def retried_after_deadlock(verb):
    @wraps(verb)
    def run(*args, **kwargs):
        try:
            return verb(*args, **kwargs)
        except OperationalError as error:
            if connection.in_atomic_block or not isinstance(error.__cause__, DeadlockDetected):
                raise
            return verb(*args, **kwargs)

    return run
