"""Ready and Not Ready (R30): chosen by the agent, set by the system, or by a supervisor."""

from django.db import transaction

from caredesk.history import acting
from queues import offers, routing
from queues.bells import ring_desk
from queues.clock import clock
from queues.models import Agent, Offer
from queues.offering import hold_agents
from queues.presence import is_here
from queues.retrying import retried_after_deadlock

TRIES = 5


@retried_after_deadlock
def ready(*, by):
    """From now on tasks are offered to them; return the agent as they are now."""
    with transaction.atomic(), acting(by.user):
        agent = hold_agents(by.pk)[by.pk]
        if agent.become(Agent.READY):
            expect_desk(agent)
            ring_desk(agent.pk, agent.user_id)
            routing.soon()
    return agent


def expect_desk(agent):
    """Ready without an open desk: the time in which one must open begins (R37)."""
    if not is_here(agent.pk):
        Agent.objects.filter(pk=agent.pk).update(gone_since=clock())


def not_ready(*, by, reason=None):
    """No offers from now on; `reason` is a NotReadyReason, None says "Other". Return the agent as they are now.

    During an offer this declines it, and the reason is "Declined" (R31).
    """
    return leave_ready(by, Agent.OTHER, chosen=reason, outcome=Offer.DECLINED, by=by.user)


def set_by_supervisor(agent, *, by):
    """A supervisor (a user, or their agent) makes the agent Not Ready; what is being offered to them is taken back."""
    return leave_ready(agent, Agent.BY_SUPERVISOR, outcome=Offer.TAKEN_BACK, by=getattr(by, "user", by))


def leave_ready(agent, reason, *, chosen=None, outcome, by):
    """An offer may come between two looks: it is ended first, since its row is locked before the agent's."""
    for _try in range(TRIES):
        if (offer := offers.live_routed(agent.pk)) and was_declined(offer, outcome, by):
            return Agent.objects.get(pk=agent.pk)
        if now := become_not_ready(agent, reason, chosen, by):
            return now
    raise RuntimeError("Offers come faster than they can be ended.")


def was_declined(offer, outcome, by):
    """End the offer; whether by this the agent is Not Ready "Declined"."""
    if outcome != Offer.DECLINED:
        offers.withdraw(offer.pk, outcome, by=by)
        return False
    return offers.decline(offer.pk, by=offer.agent).outcome == Offer.DECLINED


@retried_after_deadlock
def become_not_ready(agent, reason, chosen, by):
    """The agent as they are then; None when an offer was made meanwhile."""
    with transaction.atomic(), acting(by):
        now = hold_agents(agent.pk)[agent.pk]
        if offers.live_routed(agent.pk):
            return None
        if now.become(Agent.NOT_READY, reason, chosen):
            ring_desk(now.pk, now.user_id)
    return now


@retried_after_deadlock
def signed_in(agent):
    """Signing in finds the agent Not Ready (R30), unless they are at work already on another page."""
    with transaction.atomic(), acting(agent.user):
        now = hold_agents(agent.pk)[agent.pk]
        if not is_here(now.pk) and now.become(Agent.NOT_READY, Agent.SIGNED_IN):
            ring_desk(now.pk, now.user_id)


@retried_after_deadlock
def connection_lost(agent_id):
    """Their desk has been gone for too long (R37); nothing if it is back, or they are Not Ready anyhow."""
    with transaction.atomic(), acting(None):
        now = hold_agents(agent_id)[agent_id]
        if now.is_ready and not is_here(now.pk):
            now.become(Agent.NOT_READY, Agent.CONNECTION_LOST)
            ring_desk(now.pk, now.user_id)
