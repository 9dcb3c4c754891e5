"""Offers: accepted, declined, missed, or taken back; never two of these, whoever is first (R31 to R34, R37, R43)."""

import logging
from itertools import batched

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from activities.models import Message
from caredesk.history import acting
from queues import routing
from queues.accepting import NotYours, begin, refuse_second_call, take
from queues.bells import ring_queue, ring_queues
from queues.clock import clock
from queues.models import Agent, Offer
from queues.offering import end, end_all, end_live, hold, hold_agents, hold_due
from queues.presence import is_here
from queues.retrying import retried_after_deadlock
from queues.verdicts import verdicts

AT_ONCE = 200  # offers ended in one transaction

logger = logging.getLogger(__name__)


def open_offer(agent):
    """The offer before this agent, with task, activity, queue, customer and `first_words`; None when there is none."""
    said = Message.objects.filter(
        activity=OuterRef("task__activity"), kind=Message.TEXT, side=Message.CUSTOMER
    )
    first_words = Subquery(said.order_by("seq").values("text")[:1])
    live = Offer.objects.live().filter(agent=agent).annotate(first_words=first_words)
    return live.select_related(
        "task__queue", "task__activity__customer", "task__activity__care_request", "returns_to__user"
    ).first()


@retried_after_deadlock
def accept(offer_id, *, by):
    """The offered task becomes this agent's; return it. Accepting the same offer again changes nothing.

    Raises NotYours in words: too late, taken back, customer left, a second call (R40); Offer.DoesNotExist when it is
    another agent's. The deadline is asked for after the locks: whoever waited for them too long is late.
    """
    with transaction.atomic(), acting(by.user):
        offer = own(offer_id, by)
        hold_agents(offer.agent_id, offer.returns_to_id)
        task = offer.task
        if offer.outcome == Offer.ACCEPTED and task.agent_id == by.pk:
            return task
        refuse_if_over(offer)
        refuse_second_call(task, by)
        take(task, by)
        end(offer, Offer.ACCEPTED)
        begin(task.activity, by)
        ring_queue(task.queue_id)
        routing.soon()
    return task


def own(offer_id, agent):
    offer = hold(offer_id)
    if offer.agent_id != agent.pk:
        raise Offer.DoesNotExist
    return offer


def refuse_if_over(offer):
    if offer.outcome == Offer.CUSTOMER_LEFT:
        raise NotYours(_("The customer has left."))
    if offer.outcome in (Offer.TAKEN_BACK, Offer.CONNECTION_LOST):
        raise NotYours(_("This task was taken back."))
    if offer.outcome == Offer.DECLINED:
        raise NotYours(_("You have declined this task."))
    if offer.outcome or clock() >= offer.expires_at:
        raise NotYours(_("Too late: the time to accept this task is over."))


@retried_after_deadlock
def decline(offer_id, *, by):
    """The agent does not want it and is Not Ready "Declined"; a transfer goes back to its sender and changes no state.

    Declining what is over changes nothing. Raises Offer.DoesNotExist when it is another agent's.
    """
    with transaction.atomic(), acting(by.user):
        offer = own(offer_id, by)
        if not offer.outcome:
            refuse(offer, Offer.DECLINED, Agent.DECLINED)
    return offer


def refuse(offer, outcome, reason):
    """End the held offer; of what routing offered, its agent becomes Not Ready for this reason."""
    agent = hold_agents(offer.agent_id, offer.returns_to_id)[offer.agent_id]
    if not offer.is_transfer and agent.is_ready:
        agent.become(Agent.NOT_READY, reason)
    end(offer, outcome)
    ring_queue(offer.task.queue_id)
    routing.soon()


def take_back(task, outcome=Offer.TAKEN_BACK):
    """End the live offer of a task that the caller holds locked, and rings; return it or None.

    The agent stays as they are, and may be offered something else.
    """
    offer = end_live(task, outcome)
    if offer:
        routing.soon()
    return offer


def next_deadline():
    """When the first live offer ends if nobody accepts it, or None."""
    return Offer.objects.live().order_by("expires_at").values_list("expires_at", flat=True).first()


def expire_due(*, listening_since=None):
    """End what was not accepted in time; return how many offers that were.

    `listening_since`: an agent who missed something while nobody could have heard them is not blamed. None: somebody
    always could.
    """
    due = Offer.objects.live().filter(expires_at__lte=clock()).order_by("expires_at", "pk")
    found = due.values_list("pk", flat=True)
    return sum(expired(some, listening_since) for some in batched(found, AT_ONCE, strict=False))


def expired(offer_ids, listening_since):
    """One that fails must not keep the others waiting: it is logged and tried again in the next round."""
    try:
        return expire(*offer_ids, listening_since=listening_since)
    except Exception:
        if len(offer_ids) > 1:
            return sum(expired([pk], listening_since) for pk in offer_ids)
        logger.exception("Offer %s could not be ended", *offer_ids)
        return 0


@retried_after_deadlock
def expire(*offer_ids, listening_since=None):
    """End those of these offers whose time is over where nobody was faster; return how many have ended by this."""
    with transaction.atomic(), acting(None):
        due = hold_due(offer_ids)
        for outcome, ended in verdicts(due, listening_since).items():
            if outcome == Offer.NO_ANSWER:
                missed = [offer.agent_id for offer in ended if not offer.is_transfer]
                Agent.objects.filter(pk__in=missed).ready().become(Agent.NOT_READY, Agent.NO_ANSWER)
            end_all(ended, outcome)
        ring_queues(offer.task.queue_id for offer in due)
        if due:
            routing.soon()
    return len(due)


@retried_after_deadlock
def withdraw(offer_id, outcome=Offer.TAKEN_BACK, *, by=None):
    """Take the offer back, whosever it is, if it still stands; nothing of its agent's state changes."""
    with transaction.atomic(), acting(by):
        offer = hold(offer_id)
        if not offer.outcome and not (outcome == Offer.CONNECTION_LOST and is_here(offer.agent_id)):
            end(offer, outcome)
            ring_queue(offer.task.queue_id)
            routing.soon()
    return offer


def live_routed(agent_id):
    return Offer.objects.live().routed().filter(agent=agent_id).first()
