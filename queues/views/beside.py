"""Everything beside the conversation drawn anew, after a change of whose activity it is or which request has it."""

from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import replace_url, trigger_client_event

from activities.views import journey
from caredesk import panes
from queues.views import work


def beside(request, seat, *, notice="", status=200):
    """For hx-target="#details"; journey and dialog come along. Communication stays as it is: somebody writes there."""
    shown = {
        "seat": seat,
        "panes": work.drawn(request, seat, work.DETAILS),
        "journey": panes.whole(request, "journey", journey.context(request, seat) | {"oob": True}),
    }
    response = render(request, "desk/beside.html", shown, status=status)
    replace_url(response, reverse("task", args=[seat.task.pk]))
    return trigger_client_event(response, "toast", {"words": notice}) if notice else response
