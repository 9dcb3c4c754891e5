"""Add request: a new one of the customer, to which the task's own activity moves (R10)."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from activities import joining
from activities.views.activity_details import version_of
from caredesk.realtime import name_of
from caredesk.retrying import Overtaken
from caredesk.stale import Stale
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.beside import beside
from requests_app.editing import Closed


@agent_required
@require_POST
def add_request(request, task_id):
    """`activity_version`: the conversation as the journey has shown it (R52)."""
    seat = Seat.take(request.agent, task_id)
    if not seat.customer or seat.is_preview:
        raise PermissionDenied
    try:
        if seat.current:
            joining.add_request(seat.current, version=version_of(request), by=request.user)
        else:
            return beside_new(request, seat, joining.add_empty_request(seat.customer, by=request.user))
    except Closed:
        return refused(_("Nothing moved: the request of this conversation is closed."))
    except Stale as stale:
        return refused(_("Nothing moved: %(name)s has just changed this conversation.") % {"name": stale.by})
    except Overtaken:
        return refused(_("Nothing moved: this conversation is being moved right now. Please try again."))
    notice = _("A new request was made, and this conversation moved to it.")
    return beside(request, Seat.take(request.agent, task_id), notice=notice, point="#request_title")


def beside_new(request, seat, made):
    """Nothing is going on with the customer who is open: the new request is selected, and nothing moved."""
    fresh = Seat.take(request.agent, seat.place, name_of(made))
    response = beside(request, fresh, notice=_("A new request was made."))
    return trigger_client_event(response, "point", {"at": "#request_title"}, after="settle")


def refused(why):
    response = HttpResponse(status=409, headers={"HX-Reswap": "none"})
    return trigger_client_event(response, "toast", {"words": why})
