"""What is nobody's fault is tried once more: a deadlock, and rows that became others before they were locked."""

from functools import wraps

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, OperationalError, connection
from psycopg.errors import DeadlockDetected, ForeignKeyViolation


class Overtaken(Exception):
    """What was read before its rows were locked is not so any more."""


def retried_after_deadlock(verb):
    """Run the verb's transaction once more when it lost against another; within an outer one that is for the outer.

    Besides a deadlock: Overtaken, and a customer that has been merged into another meanwhile, whose activities are
    found with that one the second time.
    """

    @wraps(verb)
    def run(*args, **kwargs):
        try:
            return verb(*args, **kwargs)
        except (OperationalError, IntegrityError, ObjectDoesNotExist, Overtaken) as error:
            if connection.in_atomic_block or not is_nobodys_fault(error):
                raise
            return verb(*args, **kwargs)

    return run


def is_nobodys_fault(error):
    lost = isinstance(error.__cause__, DeadlockDetected | ForeignKeyViolation)
    return lost or isinstance(error, ObjectDoesNotExist | Overtaken)
