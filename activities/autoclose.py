"""An open request closes by itself after its quiet days (R90).

Every change to a request or its activities locks the request's row and writes `touched_at` in its own transaction; so
does whatever makes a task on it live. The sweep passes over rows that somebody holds, and asks again what is due once
it holds the others: a change that was stored first keeps its request open.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from caredesk.history import acting
from requests_app.models import CareRequest
from requests_app.solving import shut

BATCH = 200


def close_due(now=None):
    """Close what is solved, or has been quiet for AUTO_CLOSE_SECONDS, and has no live task; return how many.

    Any number of beats and workers may call it: one of them sweeps, the others find that and return 0.
    """
    now, closed = now or timezone.now(), 0
    while found := close_some(now):
        closed += found
    return closed


def close_some(now):
    """One batch in one transaction; return how many were closed."""
    with transaction.atomic(), acting(None):
        if not is_the_only_sweep():
            return 0
        due = CareRequest.objects.due(now).order_by("touched_at", "pk")
        held = due.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True)[:BATCH]
        return shut(CareRequest.objects.due(now).filter(pk__in=list(held)), now)


def due(now=None):
    """What the next sweep closes, the longest untouched first."""
    requests = CareRequest.objects.due(now or timezone.now()).select_related("customer")
    return requests.order_by("touched_at", "pk").prefetch_related("customer__contact_points")


def next_due():
    """When the next request will have been quiet long enough; None when nothing is open and idle."""
    first = CareRequest.objects.open().idle().order_by("touched_at").first()
    return first and first.touched_at + timedelta(seconds=settings.AUTO_CLOSE_SECONDS)


def is_the_only_sweep():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('caredesk.autoclose'))")
        return cursor.fetchone()[0]
