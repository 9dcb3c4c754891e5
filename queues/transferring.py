"""A task goes from its agent to a queue, or to another agent, who must accept it (R38, R43); supervisors just do it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from activities import chat
from activities.models import Activity, Call, Message
from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import locked
from caredesk.texts import limited
from queues import chats, offers, room, routing
from queues.accepting import NotYours, begin, refuse_second_call, take
from queues.bells import ring_desk, ring_queue
from queues.closing import end, write_notes
from queues.models import Agent, Offer, Task
from queues.offering import hold_agents, make
from queues.presence import is_here, live
from queues.retrying import retried_after_deadlock
from requests_app.editing import touch_request_of


class Refused(NotYours):
    """The transfer is not possible; the message says why."""


@retried_after_deadlock
def to_queue(task_id, queue, *, note, by):
    """It waits there at its first waiting time, under that queue's rules. Raises NotYours, ValidationError (note)."""
    note = checked(note)
    with transaction.atomic(), acting(by.user):
        task = held(task_id, by)
        task.transfer_note, task.queue, task.priority = note, queue, queue.priority
        put_in_line(task, by)
    return task


@retried_after_deadlock
def to_agent(task_id, agent, *, note, by):
    """Offer it to the agent; it stays the sender's until accepted, and comes back by itself. Return the offer.

    Raises Refused (not there, no room, is offered something else) or NotYours, and ValidationError (note).
    """
    note = checked(note)
    with transaction.atomic(), acting(by.user):
        task = held(task_id, by)
        refuse_if_under_way(task)
        hold_agents(agent.pk, by.pk)
        refuse_unfit(agent, task, by)
        task.transfer_note = note
        task.save(update_fields=["transfer_note"])
        ring_desk(by.pk, by.user_id)
        return make(task, agent, returns_to=by)


@retried_after_deadlock
def cancel(task_id, *, by):
    """The sender changes their mind: the offer of the transfer is taken back. Nothing if it is over."""
    with transaction.atomic(), acting(by.user):
        task = held(task_id, by)
        if offers.take_back(task):
            ring_queue(task.queue_id)
    return task


def answer_to(task):
    """The last transfer of this task to an agent, with its outcome; None if it was never passed on."""
    passed_on = task.offers.filter(returns_to__isnull=False).select_related("agent__user")
    return passed_on.order_by("-pk").first()


@retried_after_deadlock
def give_back(task_id, agent, *, by=None, unless_here=False):
    """The agent's task waits in its queue again, first in line (R38). Raises NotYours when it is not theirs any more.

    Where the customer has left or hung up nobody waits: that task is over, and a chat a new one if they return (R42).
    `unless_here`: nothing if the agent's desk is open again; return the task or None.
    """
    with transaction.atomic(), acting(by):
        task = held(task_id, agent)
        if unless_here and is_here(agent.pk):
            return None
        if left_alone().filter(pk=task.pk).exists():
            let_go(task, agent)
        else:
            task.priority = Task.FIRST
            put_in_line(task, agent)
    return task


def left_alone():
    """Tasks in progress whose customer is not there any more."""
    gone = Q(activity__customer_left_at__isnull=False) | Q(activity__call__state=Call.ENDED)
    return Task.objects.active().filter(gone)


def let_go(task, agent):
    offers.take_back(task)
    hold_agents(agent.pk)
    ring_desk(agent.pk, agent.user_id)
    routing.soon()
    if task.medium == Activity.CHAT:
        chats.let_go_of(task)
        return
    activity = Activity.objects.select_related("customer", "care_request").get(pk=task.activity_id)
    if not activity.customer_id:
        write_notes(activity)
    end(task, activity, agent)


def hand_over(agent, *, to=None, by):
    """A supervisor clears the agent's desk: all to another agent, or back to the queues. Return (moved, [refusals])."""
    moved, refusals = [], []
    for task_id in Task.objects.active().filter(agent=agent).order_by("pk").values_list("pk", flat=True):
        try:
            moved.append(reassign(task_id, to, by=by) if to else give_back(task_id, agent, by=user_of(by)))
        except NotYours as error:
            refusals.append(str(error))
    return moved, refusals


@retried_after_deadlock
def reassign(task_id, agent, *, by):
    """A supervisor gives a live task to this agent, whoever has it. Raises NotYours (R40, or it is over)."""
    with transaction.atomic(), acting(user_of(by)):
        task = hold_task(task_id)
        if task.state not in Task.LIVE:
            raise NotYours(_("This task is over."))
        if task.agent_id == agent.pk:
            return task
        former, with_line = task.agent, task.line_busy or not task.is_active
        offers.take_back(task)
        hold_agents(agent.pk, task.agent_id)
        if with_line:
            refuse_second_call(task, agent, _("%(name)s is in a call.") % {"name": agent.shown_name})
        take(task, agent, with_line=with_line)
        for desk in sorted({former, agent} - {None}, key=lambda agent: agent.pk):
            ring_desk(desk.pk, desk.user_id)
        begin(task.activity, agent)
        ring_queue(task.queue_id)
        routing.soon()
    return task


@retried_after_deadlock
def requeue(task_id, *, queue=None, by=None):
    """A supervisor puts a live task back in line, first, in another queue if one is given. Raises NotYours.

    One that is offered is offered anew.
    """
    with transaction.atomic(), acting(user_of(by)):
        task = hold_task(task_id)
        if task.state not in Task.LIVE:
            raise NotYours(_("This task is over."))
        former, task.queue = task.queue_id, queue or task.queue
        task.priority = Task.FIRST
        if task.is_active:
            put_in_line(task, task.agent)
        else:
            offers.take_back(task)
            task.save(update_fields=["queue", "priority"])
            for queue_id in sorted({former, task.queue_id}):
                ring_queue(queue_id)
            routing.soon()
    return task


def user_of(by):
    """Supervisors act from the admin as users, from the desk as agents."""
    return getattr(by, "user", by)


def checked(note):
    try:
        return limited(note).strip()
    except ValidationError as error:
        raise ValidationError({"note": error}) from None


def hold_task(task_id):
    """Its agent is asked for afterwards: joined, it would be that of before the lock."""
    rows = Task.objects.select_for_update(no_key=True, of=["self"])
    return rows.select_related("queue").get(pk=task_id)


def held(task_id, agent):
    """The agent's task in progress, locked."""
    task = hold_task(task_id)
    if not task.is_active or task.agent_id != agent.pk:
        raise NotYours(_("This task is not yours any more."))
    return task


def put_in_line(task, agent):
    """The held task of this agent waits, in its (perhaps new) queue; its customer is told."""
    offers.take_back(task)
    hold_agents(agent.pk)
    task.state, task.agent, task.accepted_at, task.line_busy = Task.WAITING, None, None, False
    task.save()
    ring_desk(agent.pk, agent.user_id)
    tell_customer(task.activity_id, agent)
    ring_queue(task.queue_id)
    routing.soon()


def tell_customer(activity_id, agent):
    touch_request_of(activity_id)
    activity = locked(Activity(pk=activity_id))
    if activity.state == Activity.ACTIVE:
        activity.state = Activity.WAITING
        activity.save(update_fields=["state"])
    if activity.medium == Activity.CHAT:
        words = {"kind": Message.PASSED, "author": agent.user, "author_name": agent.shown_name}
        chat.append(activity, side=Message.SYSTEM, **words)
    announce(activity)


def refuse_if_under_way(task):
    offer = Offer.objects.live().filter(task=task).select_related("agent__user").first()
    if offer:
        raise Refused(_("It is being offered to %(name)s already.") % {"name": offer.agent.shown_name})


def refuse_unfit(agent, task, by):
    """Connected, with room, and free to look at it; Ready need not be, for nothing of their state changes (R43)."""
    now, name = room.of(agent.pk), {"name": agent.shown_name}
    if agent.pk == by.pk:
        raise Refused(_("It is yours already."))
    if not (now.is_active and now.is_here):
        raise Refused(_("%(name)s is not at their desk.") % name)
    if now.is_offered:
        raise Refused(_("%(name)s is being offered something else. Try again in a moment.") % name)
    bar = room.bar(now, task.medium)
    if bar == room.IN_CALL:
        raise Refused(_("%(name)s is in a call.") % name)
    if bar == room.FULL:
        raise Refused(_("%(name)s has no room for one more.") % name)


def targets(task):
    """The agents to whom its holder could pass this task on: working, and at their desks."""
    here = live().filter(agent=OuterRef("pk"))
    return Agent.objects.working().filter(Exists(here)).exclude(pk=task.agent_id).select_related("user")
