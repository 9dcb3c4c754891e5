"""Changing a request: its title and description, and the clock that closes it (R51, R90)."""

from django.db import connection, transaction
from django.utils import timezone

from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import locked, store
from caredesk.texts import limited_fields
from customers.bells import ring_journey
from requests_app.models import CareRequest


class Closed(Exception):
    """A closed request is read-only (R55)."""


def save_details(care_request, changes, *, version, by):
    """Store title and/or description over `version`.

    Raises Stale, Closed, or ValidationError by field (too long).
    """
    changes = limited_fields(changes)
    with transaction.atomic(), acting(by):
        stored, changed = store(care_request, changes, version=version, by=by)
        if not stored.is_open:
            raise Closed
        if changed:
            touch(stored.pk)
            announce(stored, version=stored.version)
            ring_journey(stored.customer_id)
    return stored


def reopen(care_request, *, by):
    """Open a closed request again: its closed date goes, its 5 days begin anew. An open one stays as it is (R55)."""
    with transaction.atomic(), acting(by):
        current = locked(care_request)
        if current.is_open:
            return current
        current.state, current.closed_at, current.solved = CareRequest.OPEN, None, False
        current.touched_at, current.version = timezone.now(), current.version + 1
        current.save(update_fields=["state", "closed_at", "solved", "touched_at", "version"])
        announce(current)
        ring_journey(current.customer_id)
    return current


def touch(request_id):
    """Start the 5 days anew; called in the transaction of every change to the request or its activities.

    The row stays locked. False when there is no such open request.
    """
    if not request_id:
        return False
    return bool(CareRequest.objects.open().filter(pk=request_id).update(touched_at=timezone.now()))


def touch_request_of(activity_id):
    """The same for the request that this activity belongs to now, whatever the caller's copy says."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCH_REQUEST_OF, [timezone.now(), CareRequest.OPEN, activity_id])
        return bool(cursor.rowcount)


TOUCH_REQUEST_OF = """
    UPDATE requests_carerequest SET touched_at = %s
    WHERE state = %s AND id = (SELECT care_request_id FROM activities_activity WHERE id = %s)
"""


def held_request_of(activity_id):
    """The request of this activity, locked before the activity is, as everywhere; None if it has none."""
    requests = CareRequest.objects.select_for_update(no_key=True, of=["self"])
    return requests.filter(activities=activity_id).first()


def announce_request_of(activity_id):
    """Its closing time has changed with the activity. Not for messages: while they come nothing closes."""
    for pk in CareRequest.objects.filter(activities=activity_id).values_list("pk", flat=True):
        announce(f"request-{pk}")


def touch_or_refuse_for(activity_id):
    """For changes of an activity, which a closed request does not take. Raises Closed."""
    if not touch_request_of(activity_id) and CareRequest.objects.filter(activities=activity_id).exists():
        raise Closed


def touch_or_refuse(request_id):
    """The same for changes that a closed request does not take. Raises Closed."""
    if request_id and not touch(request_id):
        raise Closed
