"""How an offer is booked that nobody answered: nobody is blamed for a line that was down, ours or theirs (R37)."""

from datetime import timedelta

from django.db import transaction

from caredesk.history import acting
from queues import lifelines, routing
from queues.clock import clock
from queues.models import Agent, Offer, Presence
from queues.offering import hold, hold_agents, ring_agents
from queues.presence import LEASE_SECONDS
from queues.retrying import retried_after_deadlock

SEEN_SECONDS = 5  # so long the desk must have been open at the deadline, or the offer was not seen


def verdicts(offers, listening_since=None):
    """{outcome: those of these offers}: no answer, taken back, or connection lost.

    `listening_since`: since when agents could be heard; None: always.
    """
    desks, found = open_desks(offers), {}
    for offer in offers:
        own = [desk for desk in desks if desk.agent_id == offer.agent_id]
        found.setdefault(verdict(offer, own, listening_since), []).append(offer)
    return found


def open_desks(offers):
    """The desks of their agents whose lines have not ended, as far as is known now."""
    if not offers:
        return []
    alive = lifelines.alive()
    leases = Presence.objects.filter(agent__in=[offer.agent_id for offer in offers], lease_until__gt=clock())
    return [desk for desk in leases if lifelines.holds(desk.connection, alive)]


def verdict(offer, desks, listening_since=None):
    since = max(offer.offered_at, offer.expires_at - timedelta(seconds=SEEN_SECONDS))
    heard = offer.expires_at + timedelta(seconds=LEASE_SECONDS - SEEN_SECONDS)
    could_answer = not listening_since or listening_since <= since
    if could_answer and any(desk.since <= since and desk.lease_until >= heard for desk in desks):
        return Offer.NO_ANSWER
    return Offer.TAKEN_BACK if desks else Offer.CONNECTION_LOST


def review(agent_id, silent_since):
    """A line of this agent's was silent from then on, and nobody knew: what was booked as no answer meanwhile was lost
    with the connection, unless another desk of theirs could answer."""
    missed = Offer.objects.filter(agent=agent_id, outcome=Offer.NO_ANSWER, expires_at__gt=silent_since)
    for offer_id in missed.values_list("pk", flat=True):
        correct(offer_id)


@retried_after_deadlock
def correct(offer_id):
    """What the wrong verdict has done to the agent is undone: they are Ready as before, here or, for now, gone."""
    with transaction.atomic(), acting(None):
        offer = hold(offer_id)
        agent = hold_agents(offer.agent_id, offer.returns_to_id)[offer.agent_id]
        if offer.outcome != Offer.NO_ANSWER or verdict(offer, open_desks([offer])) == Offer.NO_ANSWER:
            return
        offer.outcome = Offer.CONNECTION_LOST
        offer.save(update_fields=["outcome"])
        if agent.reason == Agent.NO_ANSWER and is_last_routed(offer):
            agent.become(Agent.READY)
        ring_agents([offer])
        routing.soon()


def is_last_routed(offer):
    return offer == Offer.objects.routed().filter(agent=offer.agent_id).order_by("pk").last()
