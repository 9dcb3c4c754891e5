"""The two lists on a desk and their sequence numbers: incremented with the change, rung after commit.

What is said in a chat counts in the chat itself: its agent's row is not held for every message.
"""

from django.db.models import F

from caredesk.planned import planned
from caredesk.realtime import announce
from queues.models import Agent


def ring_desk(agent_id, user_id):
    """Something in this agent's own lists changed."""
    ring_desks({agent_id: user_id})


def ring_desks(agents):
    """The lists of all these agents, {id: user id}; the caller holds them, if they are more than one."""
    Agent.objects.filter(pk__in=agents).update(desk_seq=F("desk_seq") + 1)
    announce(*(f"desk-{user_id}" for user_id in agents.values()))


def ring_queue(queue_id):
    """What waits in this queue changed. Last in every transaction: the queue's row is everybody's."""
    with planned(COUNT_UP, [queue_id]):
        announce(f"queue-{queue_id}")


COUNT_UP = "UPDATE queues_queue SET seq = seq + 1 WHERE id = %s"


def ring_queues(queue_ids):
    """Each once, by number."""
    for queue_id in sorted(set(queue_ids)):
        ring_queue(queue_id)
