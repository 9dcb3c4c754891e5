"""Load, where a colleague has moved the activity: everything beside the conversation as it is now (R52)."""

from django.core.exceptions import PermissionDenied
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from activities import drafts
from activities.joining import MINE, NOTES
from caredesk.numbers import ROW, number
from caredesk.realtime import name_of
from queues.permissions import agent_required
from queues.seat import Seat
from queues.stamps import stamp_of
from queues.views.work import details, show
from requests_app.models import CareRequest
from requests_app.views.request_details import VERSION, texts_of, version_of
from requests_app.views.settle_request import changed, put_beside


@agent_required
@require_POST
def load(request, task_id):
    """For hx-target="#details". Title and description that were typed for the former request (`record`) stand beside
    those of the present one, to be used or dropped."""
    stamp = stamp_of(task_id)
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if seat.is_preview:
        raise PermissionDenied
    former = request.POST.get("record", "")
    if seat.care_request and seat.may_edit_request and former != name_of(seat.care_request):
        carry(request, seat, former)
    fresh = Seat.take(request.agent, task_id, seat.selection)
    response = show(request, fresh, stamp) if fresh.task else details(request, fresh)
    return trigger_client_event(
        response, "saved", {"drafts": [f"{former}:{name}" for name in (*NOTES, VERSION)]}
    )


def carry(request, seat, former):
    was = CareRequest.objects.filter(pk=number(former.removeprefix("request-"), digits=ROW)).first()
    if not was:
        return
    kept = drafts.of(request.user, name_of(was))[name_of(was)]
    mine = {name: kept[f"{MINE}{name}"] for name in NOTES if f"{MINE}{name}" in kept}
    for texts in (mine, changed(was, texts_of(request), version_of(request))):
        put_beside(request.user, seat.care_request, texts)
    drafts.forget(request.user, name_of(was), *NOTES, VERSION, *(f"{MINE}{name}" for name in NOTES))
