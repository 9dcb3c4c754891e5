"""What is recorded of a call: it rings, is answered, held, and over; its state only moves forward (R4, R101).

Whose it is, and which line it keeps, is decided in queues/calls.py, which runs these inside its transactions.
"""

from django.utils import timezone

from activities.identity import recognise
from activities.models import Activity, Call
from caredesk.realtime import announce
from caredesk.stale import locked
from customers.bells import ring_journey
from customers.phones import dialled_phone
from requests_app.editing import announce_request_of, touch_request_of

REPLACED, FORWARDED = "replaced", "forwarded"


def begin(call_id, *, direction, from_number="", to_number="", region=None):
    """Record a call of which nothing is known yet, and whom its number belongs to; return its activity."""
    outgoing = direction == Activity.OUT
    number = dialled_phone(to_number if outgoing else from_number, region)
    activity = Activity(medium=Activity.CALL, direction=direction, source_phone=number)
    recognise(activity, region)
    activity.save()
    Call.objects.create(
        activity=activity,
        call_id=call_id,
        from_number=from_number if outgoing else number,
        to_number=number if outgoing else to_number,
    )
    ring_journey(activity.customer_id)
    return activity


def of(activity):
    """The call as it stands now, with the activity that the caller has."""
    call = Call.objects.get(activity=activity)
    call.activity = activity
    return call


def answered(call, *, by):
    """Talking, with this user; without one with somebody who is not at any desk. A second user takes it over."""
    resumed(call)
    call.state, call.answered_at = Call.ANSWERED, call.answered_at or timezone.now()
    call.answered_by, call.answered_elsewhere = by or call.answered_by, by is None
    changed(call, "state", "answered_at", "answered_by", "answered_elsewhere")


def held(call):
    if call.state == Call.ANSWERED and not call.held_since:
        call.held_since = timezone.now()
        changed(call, "held_since")


def resumed(call):
    if call.held_since:
        call.held_seconds += round((timezone.now() - call.held_since).total_seconds())
        call.held_since = None
        changed(call, "held_since", "held_seconds")


def ended(call, cause=""):
    """Nobody is on the line any more; the first end that is told counts."""
    if call.state == Call.ENDED:
        return
    resumed(call)
    call.state, call.ended_at, call.cause = Call.ENDED, timezone.now(), cause
    changed(call, "state", "ended_at", "cause")


def changed(call, *fields):
    if touch_request_of(call.activity_id):
        announce_request_of(call.activity_id)
    call.save(update_fields=fields)
    announce(call.activity)


def over(activity, state):
    """The interaction itself is over as well: abandoned, or ended."""
    current = locked(activity)
    activity.state, activity.ended_at = state, timezone.now()
    Activity.objects.filter(pk=current.pk).update(state=activity.state, ended_at=activity.ended_at)
    announce(activity)
    ring_journey(current.customer_id)


def customer_left(activity):
    """They hung up before anybody spoke with them, though an agent had accepted the call."""
    Activity.objects.filter(pk=locked(activity).pk).update(customer_left_at=timezone.now())


def missed_from(activity):
    """The missed calls of the number that this call is from or to; who withheld theirs is not known again."""
    number = activity.source_phone
    return Call.objects.missed().filter(
        **({"activity__source_phone": number} if number else {"activity": activity})
    )


def called_back(missed, *, by):
    """These missed calls need nobody's attention any more."""
    missed.update(called_back_at=timezone.now(), called_back_by=by)
