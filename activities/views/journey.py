"""Customer journey: everything that happened with the customer, and the card of one thing in it (R5, R6)."""

from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities import journey as whole_way
from caredesk import panes
from caredesk.numbers import number
from queues.permissions import agent_required
from queues.seat import Seat


@agent_required
@require_safe
def journey(request, task_id):
    """The pane from the newest to `down_to`, or the page that comes after `before`, below the `shown` ones."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    before = request.GET.get("before", "")
    try:
        place = {"before": before, "shown": number(request.GET.get("shown", ""), 0)}
        shown = context(request, seat, **place, down_to=request.GET.get("down_to", ""))
    except whole_way.BadCursor:
        return HttpResponseBadRequest()
    if before:
        return panes.content(request, "journey", shown, part="older")
    return panes.look(request, "journey", shown)


@agent_required
@require_safe
def card(request, task_id, record):
    """What the card of `activity-55` or `request-42` shows. The browser may keep it for a few seconds."""
    seat = Seat.take(request.agent, task_id, record)
    shown = {"seat": seat, **whole_way.card_of(seat.selected)}
    response = render(request, "desk/card.html", shown)
    response["Cache-Control"] = "private, max-age=5"
    return response


def context(request, seat, **place):
    page = whole_way.page_of(seat.anybody, reader=request.user, **place)
    for group in page.groups:
        for activity in group.activities:
            activity.may_move = seat.may(activity)
    listens = [seat.journey, seat.current]
    return {"seat": seat, "page": page, "listens": listens}
