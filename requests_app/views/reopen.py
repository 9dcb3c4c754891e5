"""A supervisor opens a closed request again (R55)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.beside import beside
from requests_app import editing


@agent_required
@require_POST
def reopen(request, task_id):
    """The selected one, or that of the selected activity; its activities may be changed again, too."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if not seat.care_request:
        raise Http404
    if not seat.may_reopen:
        raise PermissionDenied
    editing.reopen(seat.care_request, by=request.user)
    fresh = Seat.take(request.agent, task_id, seat.selection)
    return beside(request, fresh, notice=_("The request is open again."), point="#request_title")
