"""The desk as a page, and the work area when another task is selected (R1, R3, R20)."""

from django.http import Http404
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from queues.lost import Lost
from queues.permissions import agent_required
from queues.seat import Seat
from queues.stamps import stamp_of
from queues.views.work import gone, show, show_nothing


@agent_required
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def desk(request):
    return show_nothing(request)


@agent_required
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def task(request, task_id):
    stamp = stamp_of(task_id)
    try:
        seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    except Lost:
        raise
    except Http404:
        return gone(request, task_id)
    return show(request, seat, stamp)
