"""How an offer is booked that nobody answered: nobody is blamed for a line that was down, ours or theirs (R37)."""

from datetime import timedelta

from queues import lifelines
from queues.clock import clock
from queues.models import Offer, Presence
from queues.presence import LEASE_SECONDS

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


def verdict(offer, desks, listening_since):
    since = max(offer.offered_at, offer.expires_at - timedelta(seconds=SEEN_SECONDS))
    heard = offer.expires_at + timedelta(seconds=LEASE_SECONDS - SEEN_SECONDS)
    could_answer = not listening_since or listening_since <= since
    if could_answer and any(desk.since <= since and desk.lease_until >= heard for desk in desks):
        return Offer.NO_ANSWER
    return Offer.TAKEN_BACK if desks else Offer.CONNECTION_LOST
