"""Accept and Decline of an offer (R31, R34)."""

from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from queues import offers
from queues.accepting import NotYours
from queues.models import Offer
from queues.permissions import agent_required
from queues.seat import Seat
from queues.stamps import stamp_of
from queues.views import state
from queues.views.work import show


@agent_required
@require_POST
def accept_offer(request, offer_id):
    """The work area of the now own task; too late it is refused in words, and what the agent does stays as it is."""
    require_own(request, offer_id)
    try:
        task = offers.accept(offer_id, by=request.agent)
    except NotYours as error:
        return refused(request, error)
    stamp = stamp_of(task.pk)
    response = show(request, Seat.take(request.agent, task.pk), stamp, accepted=True)
    response.write(state.aside(request))
    response["HX-Push-Url"] = reverse("task", args=[task.pk])
    return response


@agent_required
@require_POST
def decline_offer(request, offer_id):
    require_own(request, offer_id)
    try:
        offers.decline(offer_id, by=request.agent)
    except NotYours as error:
        return refused(request, error)
    return state.answer(request)


def require_own(request, offer_id):
    if not Offer.objects.filter(pk=offer_id, agent=request.agent).exists():
        raise Http404


def refused(request, error):
    response = state.answer(request, status=409)
    response["HX-Retarget"] = "#state"
    return trigger_client_event(response, "toast", {"words": str(error)})
