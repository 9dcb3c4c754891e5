"""Ready and Not Ready, and what follows from it: the offer at the foot of the rail (R30 to R32)."""

import math

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from caredesk.numbers import number
from queues import desk, offers, room, states
from queues.models import Agent, NotReadyReason
from queues.permissions import agent_required
from queues.views.notices import notice_of, seconds_of, why_gone


@agent_required
@require_safe
def state(request):
    """What the bar and the foot of the rail show; 204 where they show it already (`shown`, `slot`).

    An offer that stands is not drawn anew: somebody may be about to press its button.
    """
    own, slot = context(request.agent, room.of(request.agent.pk)), request.GET.get("slot", "")
    if request.GET.get("shown") == own["shown"] and slot == own["slot"]:
        return HttpResponse(status=204)
    parts = ["desk/state.html#content", *(["desk/offer.html#aside"] if slot != own["slot"] else [])]
    response = HttpResponse(drawn(request, own, *parts))
    words = "" if slot == own["slot"] else why_gone(request.agent, slot)
    return trigger_client_event(response, "toast", {"words": words}) if words else response


@agent_required
@require_POST
def ready(request):
    states.ready(by=request.agent)
    return answer(request)


@agent_required
@require_POST
def not_ready(request):
    """One press is "Other"; `reason` is one of the supervisor's."""
    states.not_ready(by=request.agent, reason=reason_of(request))
    return answer(request)


def reason_of(request):
    chosen = request.POST.get("reason", "")
    if not chosen:
        return None
    return get_object_or_404(NotReadyReason, pk=number(chosen))


def answer(request, *, status=200):
    """For hx-target="#state": state and offer as they are by now."""
    return HttpResponse(
        drawn(request, fresh(request.agent), "desk/state.html#content", "desk/offer.html#aside"),
        status=status,
    )


def aside(request):
    """The same, to be put behind the answer to something else."""
    return drawn(request, fresh(request.agent), "desk/state.html#aside", "desk/offer.html#aside")


def drawn(request, own, *parts):
    return "".join(render_to_string(part, {"own": own}, request) for part in parts)


def fresh(agent):
    """The verb has changed the agent's row, not this copy of it."""
    agent = Agent.objects.select_related("user", "chosen_reason").get(pk=agent.pk)
    return context(agent, room.of(agent.pk))


def context(agent, now):
    """What desk/state.html and desk/offer.html show, as `own`. `now`: the agent with the facts of queues.room."""
    capacity, offer = desk.capacity(now), offers.open_offer(agent) if now.is_offered else None
    notice = "" if offer else notice_of(agent)
    moment = agent.since.timestamp()
    counts = " ".join(f"{room.count}/{room.limit}" for room in capacity)
    return {
        "agent": agent,
        "is_ready": agent.is_ready,
        "reason": agent.shown_reason,
        "capacity": capacity,
        "reasons": NotReadyReason.objects.all,
        "shown": f"{agent.state}.{agent.reason}.{agent.chosen_reason_id}.{moment}.{counts}",
        "offer": offer and timed(offer),
        "notice": notice,
        "slot": f"offer-{offer.pk}" if offer else notice and f"notice-{moment}",
    }


def timed(offer):
    """The offer with how long it stands, in whole seconds, and the customer's first words."""
    offer.now = timezone.now()
    offer.seconds = seconds_of(offer)
    offer.left = max(0, math.ceil((offer.expires_at - offer.now).total_seconds()))
    offer.words = offer.first_words or offer.task.activity.subject
    return offer
