"""Lets verbs run at moments of the past: within it, Django's clock shows the moment it is set to.

Verbs and field defaults all ask `django.utils.timezone.now`, which asks that module's `datetime`. The triggers that
write history know the database's clock only, so they note the shown moment in their context, and `rewrite_history`
makes it theirs. For a process of its own: everything in it sees the same clock.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest import mock

import pghistory
from django.db import connection
from django.utils import timezone


class Clock:
    def __init__(self, context):
        self.context = context
        self.moment = None

    def set(self, moment):
        self.moment = moment
        self.context.metadata["at"] = moment.isoformat()

    def tick(self, seconds):
        """Time passes."""
        self.set(self.moment + timedelta(seconds=seconds))


@contextmanager
def time_travel():
    """Yields the clock, to be set before any verb is called."""
    with pghistory.context() as context:
        clock = Clock(context)

        class Shown(datetime):
            @classmethod
            def now(cls, tz=None):
                return clock.moment.astimezone(tz)

        with mock.patch.object(timezone, "datetime", Shown):
            yield clock


def rewrite_history(models):
    """Move the recorded changes to the moments at which the clock showed them."""
    with connection.cursor() as cursor:
        for model in models:
            table = connection.ops.quote_name(model.pgh_event_model._meta.db_table)
            cursor.execute(
                f"UPDATE {table} SET pgh_created_at = (pgh_context->>'at')::timestamptz,"  # noqa: S608
                " pgh_context = nullif(pgh_context - 'at', '{}') WHERE pgh_context->>'at' IS NOT NULL"
            )
