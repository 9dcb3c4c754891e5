"""Everything beside the conversation drawn anew, after a change of whose activity it is or which request has it."""

from django.shortcuts import render
from django_htmx.http import replace_url, trigger_client_event

from activities.journey import BadCursor
from activities.views import journey
from caredesk import panes
from caredesk.templatetags.desk import pane_url
from queues.views import work


def beside(request, seat, *, notice="", press=None, point="", status=200):
    """For hx-target="#details"; journey and dialog come along. Communication stays as it is: somebody writes there.

    `press`: a button on the notice, as static/js/behaviours/toast.js wants it. The journey shows as many as it did if
    the request says `down_to`. `point`: where the focus goes, as a selector.
    """
    shown = {
        "seat": seat,
        "panes": work.drawn(request, seat, work.DETAILS),
        "journey": panes.whole(request, "journey", journey_of(request, seat) | {"oob": True}),
    }
    response = render(request, "desk/beside.html", shown, status=status)
    replace_url(response, pane_url("task", seat))
    said = {"words": notice} | ({"press": press} if press else {})
    if notice:
        trigger_client_event(response, "toast", said)
    return trigger_client_event(response, "point", {"at": point}, after="settle") if point else response


def journey_of(request, seat):
    down_to = request.POST.get("down_to", "")
    try:
        return journey.context(request, seat, down_to=down_to)
    except BadCursor:
        return journey.context(request, seat)
