"""How an offer begins and ends, as all verbs do it that lock its task, then it, then its agent (R31, R37)."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F

from caredesk.realtime import announce
from queues.bells import ring_desk, ring_queue
from queues.clock import clock
from queues.models import Agent, Offer, Task
from queues.waking import SLEEP_SECONDS, wake


def seconds_of(queue):
    """How long an offer of this queue stands: its own seconds, else the setting (R32)."""
    return queue.offer_seconds or settings.OFFER_SECONDS


def make(task, agent, *, returns_to=None):
    """Show the task to the agent; the caller holds both rows. `returns_to` keeps it until it is accepted (R43)."""
    now, seconds = clock(), seconds_of(task.queue)
    offer = Offer.objects.create(
        task=task,
        agent=agent,
        returns_to=returns_to,
        offered_at=now,
        expires_at=now + timedelta(seconds=seconds),
    )
    if not returns_to:
        task.state = Task.OFFERED
        task.save(update_fields=["state"])
    Agent.objects.filter(pk=agent.pk).update(last_offered_at=now, desk_seq=F("desk_seq") + 1)
    announce(f"desk-{agent.user_id}")
    if seconds < SLEEP_SECONDS:
        wake()
    ring_queue(task.queue_id)
    return offer


def end(offer, outcome):
    """The offer is over; its task waits again, unless the sender of a transfer has it, or it is no offered one."""
    offer.outcome, offer.ended_at = outcome, clock()
    offer.save(update_fields=["outcome", "ended_at"])
    if offer.task.state == Task.OFFERED:
        offer.task.state = Task.WAITING
        offer.task.save(update_fields=["state"])
    ring_agents(offer)


def ring_agents(offer):
    """Both desks of a transfer, by number, as all rows of one kind are locked; its sender looks at the task."""
    if offer.is_transfer:
        announce(f"activity-{offer.task.activity_id}")
    people = Agent.objects.filter(pk__in=[offer.agent_id, offer.returns_to_id])
    for agent_id, user_id in people.order_by("pk").values_list("pk", "user_id"):
        ring_desk(agent_id, user_id)


def end_live(task, outcome):
    """End the live offer of a task that the caller holds; return it or None. The queue is rung by the caller, last."""
    offer = hold_live(task)
    if offer:
        end(offer, outcome)
    return offer


def hold_live(task):
    """The live offer of a task that the caller holds, locked with its agents; None when there is none."""
    offer = task and Offer.objects.select_for_update(no_key=True).live().filter(task=task).first()
    if offer:
        offer.task = task
        hold_agents(offer.agent_id, offer.returns_to_id)
    return offer


def hold(offer_id):
    """The offer with its task, both locked; then the agents may be. Raises Offer.DoesNotExist."""
    task_id = Offer.objects.values_list("task_id", flat=True).get(pk=offer_id)
    task = Task.objects.select_for_update(no_key=True, of=["self"]).select_related("queue").get(pk=task_id)
    offer = Offer.objects.select_for_update(no_key=True).get(pk=offer_id)
    offer.task = task
    return offer


def hold_agents(*agent_ids):
    """Locked agents by id."""
    wanted = Agent.objects.filter(pk__in=[pk for pk in agent_ids if pk]).order_by("pk")
    return {agent.pk: agent for agent in wanted.select_for_update(no_key=True, of=["self"])}
