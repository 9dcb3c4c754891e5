"""An open request closes by itself after its quiet days (R90)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from caredesk.history import acting
from caredesk.realtime import announce
from requests_app.models import CareRequest

BUSY = ("waiting", "offered", "active")


def close_due(now=None):
    """Close what has been quiet for AUTO_CLOSE_SECONDS and has no task waiting or in progress; return how many."""
    now = now or timezone.now()
    due = idle(CareRequest.objects.due(now)).order_by("touched_at", "pk")
    return sum(close(pk, now) for pk in due.values_list("pk", flat=True))


def close(request_id, now):
    """Close this request if it is still due; however many sweeps run, one of them closes it."""
    with transaction.atomic(), acting(None):
        due = CareRequest.objects.due(now).filter(pk=request_id)
        closed = idle(due).update(state=CareRequest.CLOSED, closed_at=now)
        if closed:
            announce(f"request-{request_id}")
    return closed


def next_due():
    """When the next request will have been quiet long enough; None when nothing is open and idle."""
    first = idle(CareRequest.objects.open()).order_by("touched_at").first()
    return first and first.touched_at + timedelta(seconds=settings.AUTO_CLOSE_SECONDS)


def idle(requests):
    return requests.exclude(activities__tasks__state__in=BUSY)
