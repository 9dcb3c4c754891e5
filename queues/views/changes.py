"""Changes: who changed which field of a customer, request or activity, when, from what to what (R52)."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities.models import Activity
from caredesk.changes import authors, names_of
from caredesk.realtime import name_of
from caredesk.stale import author_of, former, latter, names_changed
from customers.forms import language_name
from customers.models import Customer
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.caution import NAMES
from requests_app.models import CareRequest

SHOWN, LOOKED_AT = 30, 200
DATES = {"closed_at"}


@agent_required
@require_safe
def changes(request, task_id, record):
    """The last of them, newest first; of what the agent sees through this task."""
    seat = Seat.take(request.agent, task_id)
    own = seat.customer and record == name_of(seat.customer)
    found = seat.customer if own else seat.find(record)
    return render(request, "desk/changes.html", {"changes": changes_of(found)})


def changes_of(record):
    events = type(record).pgh_event_model.objects.filter(pgh_obj_id=record.pk).order_by("-pgh_id")
    events = list(events[: LOOKED_AT + 1])
    names, told = names_of(authors(events)), []
    for event, before in zip(events, [*events[1:], None], strict=True):
        fields = fields_of(before, event) if before else []
        if fields or event.pgh_label == "created":
            told.append({"by": names(author_of(event)), "at": event.pgh_created_at, "fields": fields})
    return told[:SHOWN]


def fields_of(before, event):
    """[(label, from, to)] of what agents know by a name."""
    told = []
    for name in names_changed(before, event):
        kind = name.partition(":")[0]
        if kind in NAMES and kind not in DATES:
            was, now = former(before, event, name), latter(event, name)
            told.append((NAMES[kind], shown(kind, was), shown(kind, now)))
    return told


def shown(kind, value):
    if value in (None, "", []):
        return ""
    if kind == "care_request":
        found = CareRequest.objects.filter(pk=value).first()
        return found.shown_title if found else str(value)
    if kind == "customer":
        found = Customer.objects.filter(pk=value).first()
        return found.shown_name if found else str(value)
    if kind == "state":
        return str({**CareRequest.STATES, **Activity.STATES}.get(value, value))
    if kind == "solved":
        return _("Marked solved") if value else ""
    if kind == "language":
        return language_name(value)
    return ", ".join(value) if isinstance(value, list) else str(value)
