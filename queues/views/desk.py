"""The desk as a page, and the work area when another task is selected (R1, R3, R20)."""

from django.http import Http404

from queues.lost import Lost
from queues.seat import Seat
from queues.stamps import stamp_of
from queues.views.work import agents_page, gone, show, show_nothing


@agents_page
def desk(request):
    return show_nothing(request)


@agents_page
def task(request, task_id):
    stamp = stamp_of(task_id)
    try:
        seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    except Lost:
        raise
    except Http404:
        return gone(request, task_id)
    return show(request, seat, stamp)
