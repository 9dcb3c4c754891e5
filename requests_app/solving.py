"""Mark solved (R8): the request closes when its last live interaction ends, at once if there is none.

An interaction lives until Close, at the desk as in the gadget.
"""

from django.db import transaction
from django.utils import timezone

from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import locked
from customers.bells import ring_journey
from requests_app.editing import Closed
from requests_app.models import CareRequest


def mark_solved(care_request, *, by):
    """Return the request as it is now; marking twice changes nothing. Raises Closed."""
    return decide(care_request, True, by=by)


def keep_open(care_request, *, by):
    """Undo Mark solved as long as the request is open. Raises Closed."""
    return decide(care_request, False, by=by)


def decide(care_request, solved, *, by):
    with transaction.atomic(), acting(by):
        current = locked(care_request)
        if not current.is_open:
            raise Closed
        if current.solved != solved:
            current.solved, current.touched_at, current.version = solved, timezone.now(), current.version + 1
            current.save(update_fields=["solved", "touched_at", "version"])
            announce(current)
            ring_journey(current.customer_id)
        close_if_solved(current.pk)
        current.refresh_from_db()
    return current


def close_if_solved(request_id):
    """Called in the transaction that ends an interaction, which holds the request's row."""
    if request_id:
        shut(CareRequest.objects.open().finished().filter(pk=request_id, solved=True), timezone.now())


def open_again(care_request):
    """It has closed with something that is being taken back, in whose transaction the caller holds its row."""
    CareRequest.objects.filter(pk=care_request.pk).update(state=CareRequest.OPEN, closed_at=None)


def shut(requests, now):
    """Close these rows, which the caller holds locked, and tell the desks; return how many."""
    found = list(requests.values_list("pk", "customer_id"))
    CareRequest.objects.filter(pk__in=[pk for pk, _customer in found]).update(
        state=CareRequest.CLOSED, closed_at=now
    )
    announce(*(f"request-{pk}" for pk, _customer in found))
    for customer_id in {customer_id for _pk, customer_id in found}:
        ring_journey(customer_id)
    return len(found)
