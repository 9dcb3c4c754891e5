"""Accept: exactly one agent gets the task, whoever else reaches for it in the same instant (R2, R21, R22, R41).

Of pick queues here; what an automatic queue offers is accepted in queues/offers.py.
"""

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from activities import chat
from activities.identity import recognise
from activities.joining import join
from activities.models import Activity, Message
from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import locked
from queues import connecting, lines, routing
from queues.bells import ring_desk, ring_queue
from queues.models import Agent, Task
from queues.retrying import retried_after_deadlock


class NotYours(Exception):
    """The task is not to be had any more; the message says who took it or that the customer left."""


@retried_after_deadlock
def accept(task_id, *, by):
    """Make the waiting task of a pick queue this agent's and return it; accepting one's own again changes nothing.

    Raises NotYours. Locks task → offer → agent → customer → request → activity, the order of every verb.
    """
    try:
        return reached(task_id, by)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable) and not connection.in_atomic_block:
            refuse_if_gone(Task.objects.get(pk=task_id))
        raise


def reached(task_id, by):
    """Whoever waited too long for the row, behind all others who reach for it, is told by `accept` all the same."""
    with transaction.atomic(), acting(by.user):
        held = Task.objects.select_for_update(no_key=True, of=["self"])
        task = held.select_related("queue").get(pk=task_id)
        if task.state == Task.ACTIVE and task.agent_id == by.pk:
            return task
        refuse_if_gone(task)
        refuse_if_offered_in_turn(task)
        Agent.objects.select_for_update(no_key=True).get(pk=by.pk)
        refuse_second_call(task, by)
        take(task, by)
        ring_desk(by.pk, by.user_id)
        begin(task.activity, by)
        ring_queue(task.queue_id)
        routing.soon()
    return task


def refuse_if_gone(task):
    if task.state == Task.ACTIVE:
        holder = Agent.objects.select_related("user").get(pk=task.agent_id)
        raise NotYours(_("%(name)s took it a moment ago.") % {"name": holder.shown_name})
    if task.state == Task.CLOSED:
        raise NotYours(_("This task is closed already."))
    if task.state == Task.ABANDONED:
        raise NotYours(_("The customer has left."))


def refuse_if_offered_in_turn(task):
    """Automatic queues are never picked from (R2); nor is a task that is being offered to somebody."""
    if not task.queue.is_pick:
        raise NotYours(_("Tasks of this queue are offered in turn, not picked."))
    if task.state != Task.WAITING:
        raise NotYours(_("This task is being offered to a colleague."))


def refuse_second_call(task, agent, words=""):
    """One call at a time (R40); the caller holds the agent's row, and the database agrees.

    `words`: why not, where somebody else is told.
    """
    if lines.keeps(task) and Task.objects.filter(agent=agent, line_busy=True).exists():
        raise NotYours(words or _("You are in a call already. Hang up first."))


def take(task, agent, *, with_line=True):
    """A call keeps the line of whoever has it, unless it has ended already; one that rings is put through to them."""
    task.state, task.agent, task.accepted_at = Task.ACTIVE, agent, timezone.now()
    task.line_busy = with_line and lines.keeps(task)
    task.save(update_fields=["state", "agent", "accepted_at", "line_busy"])
    if task.line_busy:
        connecting.ask(task)


def begin(activity, agent):
    """The agent and the customer are together: recognise and lock the customer, join their request."""
    recognise(activity, activity_region(activity))
    if activity.customer_id:
        locked(activity.customer)
        Activity.objects.filter(pk=activity.pk).update(customer=activity.customer, verified=activity.verified)
        joined = join(activity, by=agent.user)
        announce(activity.customer, joined)
    current = locked(activity)
    current.state = activity.state = Activity.ACTIVE
    current.ended_at = activity.ended_at = None
    current.save(update_fields=["state", "ended_at"])
    if current.medium == Activity.CHAT:
        chat.append(
            current,
            side=Message.SYSTEM,
            kind=Message.ACCEPTED,
            author=agent.user,
            author_name=agent.shown_name,
        )
    announce(activity)


def activity_region(activity):
    task = activity.tasks.select_related("queue").order_by("-pk").first()
    return task.queue.country if task else None
