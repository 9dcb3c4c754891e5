"""What follows when an agent's desk is gone, step by step (R37, R38).

Counted from when it went, but not from before somebody could have heard it come back: after an outage of ours everybody
gets their full time.
"""

import logging
from datetime import timedelta

from django.db.models import Exists, OuterRef

from activities.models import Activity
from caredesk import parts
from queues import offers, presence, states, transferring, verdicts
from queues.accepting import NotYours
from queues.clock import clock
from queues.models import Agent, Offer, Task
from queues.presence import live

OFFER_SECONDS, STATE_SECONDS, CHATS_SECONDS = 10, 45, 300

logger = logging.getLogger(__name__)


def begin(connection):
    """A desk's line turns out to have been cut some seconds ago: what its agent could not answer, they have not missed
    (R37)."""
    lease = presence.leave(connection, silent_seconds=parts.ANSWER_SECONDS)
    if lease:
        verdicts.review(lease.agent_id, clock() - timedelta(seconds=parts.SILENT_SECONDS))


def sweep(*, listening_since):
    """Take offers back after 10 s, set Not Ready after 45 s, and give chats back after 300 s."""
    now = clock()
    for agent in away():
        seconds = (now - max(agent.gone_since, listening_since)).total_seconds()
        for after, may, step in STEPS:
            if seconds >= after and may(agent):
                tried(step, agent)


def away():
    """Gone agents for whom a step is still to come."""
    here = live().filter(agent=OuterRef("pk"))
    own = Task.objects.active().filter(agent=OuterRef("pk"))
    gone = Agent.objects.filter(~Exists(here), gone_since__isnull=False).annotate(
        has_offer=Exists(Offer.objects.live().filter(agent=OuterRef("pk"))),
        has_chats=Exists(own.filter(medium=Activity.CHAT)),
    )
    return [agent for agent in gone.order_by("pk") if any(may(agent) for _seconds, may, _step in STEPS)]


def tried(step, agent):
    """One that fails must not keep the others waiting: it is logged and tried again in the next round."""
    try:
        step(agent)
    except Exception:
        logger.exception("Agent %s is gone, and %s failed", agent.pk, step.__name__)


def take_offers_back(agent):
    for offer_id in Offer.objects.live().filter(agent=agent).values_list("pk", flat=True):
        offers.withdraw(offer_id, Offer.CONNECTION_LOST)


def set_not_ready(agent):
    states.connection_lost(agent.pk)


def give_chats_back(agent):
    """Calls and e-mails stay until a supervisor moves them."""
    chats = Task.objects.active().filter(agent=agent, medium=Activity.CHAT)
    for task_id in chats.order_by("pk").values_list("pk", flat=True):
        try:
            transferring.give_back(task_id, agent, unless_here=True)
        except NotYours:
            continue


STEPS = [
    (OFFER_SECONDS, lambda agent: agent.has_offer, take_offers_back),
    (STATE_SECONDS, lambda agent: agent.is_ready, set_not_ready),
    (CHATS_SECONDS, lambda agent: agent.has_chats, give_chats_back),
]


def next_deadline(*, listening_since):
    """When the next step is due, or None."""
    moments = [
        max(agent.gone_since, listening_since) + timedelta(seconds=after)
        for agent in away()
        for after, may, _step in STEPS
        if may(agent)
    ]
    return min(moments, default=None)
