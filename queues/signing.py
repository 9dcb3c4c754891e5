"""Signing in and out of the desk, and what becomes of the tasks in progress (R30, R38)."""

from queues import offers, states, transferring
from queues.accepting import NotYours
from queues.models import Offer, Task


def out(agent, *, keep):
    """Not Ready, what is offered is declined; return the tasks that the agent has no more.

    `keep`: all stay. Else all go back to their queues, calls too.
    """
    for offer_id in Offer.objects.live().filter(agent=agent).values_list("pk", flat=True):
        offers.decline(offer_id, by=agent)
    states.not_ready(by=agent)
    return [] if keep else [task for task in map(returned(agent), held_by(agent)) if task]


def held_by(agent):
    own = Task.objects.active().filter(agent=agent)
    return list(own.order_by("pk").values_list("pk", flat=True))


def returned(agent):
    def give_back(task_id):
        try:
            return transferring.give_back(task_id, agent, by=agent.user)
        except NotYours:
            return None

    return give_back
