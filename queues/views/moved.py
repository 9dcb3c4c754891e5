"""What is selected in the journey has been moved away, to another customer: told, and left with Load (R52).

The panes beside it stay as they are till then. What is sent from them meanwhile is refused with the same words, so that
nothing that was written of one activity ever stands with another.
"""

from itertools import pairwise

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_htmx.http import HttpResponseLocation

from activities.models import Activity
from caredesk.realtime import name_of
from caredesk.stale import author_of, shown_author
from customers.models import Customer
from queues.lost import Lost
from queues.views.caution import put

STAY = ("request_details", "activity_details", "comments")
LOOKED_AT = 200


class MovedMiddleware:
    """Answers in place of every view that could not take its seat because of that."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return answer(request, exception) if isinstance(exception, Lost) else None


def answer(request, lost):
    pane = request.resolver_match.url_name
    is_activity = isinstance(lost.record, Activity)
    teller = "activity_details" if is_activity else "request_details"
    slot = "#tag_caution" if is_activity else "#request_caution"
    if request.method not in ("GET", "HEAD"):
        return tell(request, lost, slot, status=409)
    if pane == teller:
        return tell(request, lost, slot) if "loaded" in request.GET else go_back(lost)
    if pane in STAY:
        return HttpResponse(status=204)
    return HttpResponseRedirect(without_selection(request))


def tell(request, lost, slot, *, status=200):
    """Who moved it, when and where to. One's own move, in another tab, is nothing to warn of."""
    step, is_task = last_move(lost.record, lost.seat.current)
    if status == 200 and (not step or author_of(step) == request.user.pk):
        return go_back(lost)
    to = (
        Customer.objects.filter(pk=step.customer_id).first() if step and step.pgh_label != "deleted" else None
    )
    caution = {
        "who": shown_author(step) if step else "",
        "when": step and step.pgh_created_at,
        "to": to.shown_name if to else "",
        "is_task": is_task and bool(to),
        "mark": f"{name_of(lost.record)}:moved:{step and step.pk}",
    }
    return put(request, caution, slot, status=status, back=address(lost))


def last_move(record, current):
    """(the event that parted them, whether it was the conversation's own), the newest one; (None, False) if none is
    found."""
    steps = [(step, of == current) for of in (record, current) if (step := step_of(of))]
    return max(steps, key=lambda step: step[0].pgh_created_at, default=(None, False))


def step_of(record):
    """When the record last came to another customer, or was deleted."""
    events = type(record).pgh_event_model.objects.filter(pgh_obj_id=record.pk).order_by("-pgh_id")
    events = list(events[:LOOKED_AT])
    if events and events[0].pgh_label == "deleted":
        return events[0]
    return next(
        (event for event, before in pairwise(events) if event.customer_id != before.customer_id), None
    )


def go_back(lost):
    return HttpResponseLocation(address(lost), target="#details", swap="innerHTML")


def address(lost):
    return reverse("task", args=[lost.seat.task.pk])


def without_selection(request):
    rest = request.GET.copy()
    rest.pop("selected", None)
    return f"{request.path}?{rest.urlencode()}" if rest else request.path
