"""Ready and Not Ready (R30): chosen by the agent, set by the system, or by a supervisor."""

from django.db import transaction

from caredesk.history import acting
from queues import offers, routing
from queues.bells import ring_desk, ring_queue
from queues.clock import clock
from queues.models import Agent, Offer
from queues.offering import end, hold, hold_agents
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
        offer = offers.live_routed(agent.pk)
        if offer and outcome == Offer.DECLINED:
            if offers.decline(offer.pk, by=offer.agent).outcome == Offer.DECLINED:
                return Agent.objects.get(pk=agent.pk)
        elif now := become_not_ready(agent, reason, chosen, by, offer):
            return now
    raise RuntimeError("Offers come faster than they can be ended.")


@retried_after_deadlock
def become_not_ready(agent, reason, chosen, by, offer=None):
    """The agent as they are then; None when another offer was made meanwhile.

    `offer` is taken back in the same transaction: taken back before it, it would be made again at once.
    """
    with transaction.atomic(), acting(by):
        held = offer and hold(offer.pk)
        now = hold_agents(agent.pk)[agent.pk]
        if held and not held.outcome:
            end(held, Offer.TAKEN_BACK)
        elif offers.live_routed(agent.pk):
            return None
        if now.become(Agent.NOT_READY, reason, chosen):
            ring_desk(now.pk, now.user_id)
        if held:
            ring_queue(held.task.queue_id)
            routing.soon()
    return now


@retried_after_deadlock
def signed_in(agent):
    """Signing in finds the agent Not Ready from now on (R30), unless they are at work already on another page."""
    with transaction.atomic(), acting(agent.user):
        now = hold_agents(agent.pk)[agent.pk]
        if is_here(now.pk):
            return
        if not now.become(Agent.NOT_READY, Agent.SIGNED_IN):
            Agent.objects.filter(pk=now.pk).update(since=clock())
        ring_desk(now.pk, now.user_id)
        routing.soon()


@retried_after_deadlock
def connection_lost(agent_id):
    """Their desk has been gone for too long (R37); nothing if it is back, or they are Not Ready anyhow."""
    with transaction.atomic(), acting(None):
        now = hold_agents(agent_id)[agent_id]
        if now.is_ready and not is_here(now.pk):
            now.become(Agent.NOT_READY, Agent.CONNECTION_LOST)
            ring_desk(now.pk, now.user_id)
