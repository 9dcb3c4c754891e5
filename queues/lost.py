"""What could be selected in a journey, and has been moved away since by a colleague (R52)."""

from django.http import Http404

from activities.models import Activity
from caredesk.numbers import ROW, number
from requests_app.models import CareRequest


class Lost(Http404):
    """What is selected was this customer's and is not any more, or the task has another customer by now.

    `record` has no more than its number, `seat` is that at the task's own activity.
    """

    def __init__(self, record, seat):
        self.record, self.seat = record, seat
        super().__init__()


def was_here(task, name):
    """The record of this name if it and the task had the same customer once, else None."""
    kind, _dash, pk = name.partition("-")
    model, pk = {"activity": Activity, "request": CareRequest}.get(kind), number(pk, digits=ROW)
    if not model or pk is None:
        return None
    customers = Activity.pgh_event_model.objects.filter(pgh_obj_id=task.activity_id, customer__isnull=False)
    events = model.pgh_event_model.objects.filter(pgh_obj_id=pk)
    theirs = events.filter(customer_id__in=customers.values("customer_id"))
    return model(pk=pk) if theirs.exists() else None
