"""Changing a request: its title and description, and the clock that closes it (R51, R90)."""

from django.db import transaction
from django.utils import timezone

from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import store
from caredesk.texts import limited
from requests_app.models import CareRequest


class Closed(Exception):
    """A closed request is read-only (R55)."""


def save_details(care_request, changes, *, version, by):
    """Store title and/or description over `version`. Raises Stale, Closed or ValidationError (too long)."""
    changes = {field: limited(text).strip() for field, text in changes.items()}
    with transaction.atomic(), acting(by):
        stored, changed = store(care_request, changes, version=version, by=by)
        if not stored.is_open:
            raise Closed
        if changed:
            touch(stored.pk)
            announce(stored, version=stored.version)
    return stored


def touch(request_id):
    """Start the 5 days anew; called in the transaction of every change to the request or its activities."""
    if request_id:
        CareRequest.objects.open().filter(pk=request_id).update(touched_at=timezone.now())
