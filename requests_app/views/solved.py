"""Mark solved, in the menu of the request icon, and its undoing (R8)."""

from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from activities.views.activity_details import closed_words
from queues.permissions import agent_required
from queues.seat import Seat
from requests_app import solving
from requests_app.editing import Closed
from requests_app.models import CareRequest
from requests_app.views.request_details import edited, whole


@agent_required
@require_POST
def mark_solved(request, task_id):
    return decide(request, task_id, solving.mark_solved)


@agent_required
@require_POST
def keep_open(request, task_id):
    return decide(request, task_id, solving.keep_open)


def decide(request, task_id, verb):
    """POST `record`, the request that the button was drawn for; answers with the pane."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    care_request = edited(seat, request.POST.get("record", ""))
    if not isinstance(care_request, CareRequest):
        raise Http404
    try:
        decided = verb(care_request, by=request.user)
    except Closed:
        return told(whole(request, seat, status=409), closed_words())
    return told(whole(request, seat), words(decided))


def words(care_request):
    if not care_request.is_open:
        return _("The request is solved and closed.")
    if care_request.solved:
        return _("Marked solved. The request closes when its last interaction ends.")
    return _("The request stays open.")


def told(response, said):
    trigger_client_event(response, "toast", {"words": said})
    return trigger_client_event(response, "point", {"at": "#request_icon"}, after="settle")
