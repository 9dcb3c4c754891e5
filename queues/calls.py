"""Calls as the telephone system reports them: whose they are, and what becomes of their tasks (R40, R42, R101).

Events may come twice, too late, in any order, or not at all. All events of one call follow each other here; its state
only moves forward, and what comes too late changes nothing.
"""

import hashlib
from dataclasses import dataclass
from functools import wraps

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from activities import calls
from activities.models import Activity, Call
from caredesk.history import acting
from queues import lines
from queues.accepting import begin
from queues.bells import ring_desk
from queues.chats import wait_in
from queues.missed_calls import ring_queues, settle
from queues.models import Agent, Offer, Queue, Task
from queues.offering import end_live, hold_agents, hold_live
from queues.offers import take_back
from queues.retrying import retried_after_deadlock
from requests_app.editing import touch
from requests_app.solving import close_if_solved


@dataclass(frozen=True)
class Told:
    """What was said of a call. `queue`: where it waits; `agent`: whom the event names, None when nobody of ours."""

    call_id: str
    direction: str = Activity.IN
    from_number: str = ""
    to_number: str = ""
    queue: Queue | None = None
    agent: Agent | None = None
    cause: str = ""

    @property
    def region(self):
        return self.queue.country if self.queue else None


def reported(verb):
    """A verb about one call, `verb(told)`: in one transaction, after those that came before it."""

    @retried_after_deadlock
    @wraps(verb)
    def run(told):
        with transaction.atomic(), acting(told.agent and told.agent.user):
            one_after_the_other(told.call_id)
            ring_queues(verb(told) or ())

    return run


def one_after_the_other(call_id):
    key = hashlib.sha256(f"call {call_id}".encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key, signed=True)])


# --- events; each returns the ids of the queues whose lists it changes, which are rung last


@reported
def ring(told):
    """A call begins: an incoming one waits in its queue; an outgoing one is a task of the agent who dials it."""
    if find(told):
        return None
    activity = arrive(told)
    if told.direction == Activity.IN and told.queue:
        wait_in(told.queue, activity)
    elif told.direction == Activity.OUT and told.agent:
        give(activity, None, told.agent, told.queue)
    else:
        calls.over(activity, Activity.ENDED)
    return settle(activity, told.agent) if told.direction == Activity.OUT else None


@reported
def answer(told):
    """Somebody talks now. An incoming call becomes the task of who answered it, and leaves the queue when that is
    nobody of ours. Only the first answer counts, unless it was nobody's."""
    activity = find(told) or arrive(told)
    task = locked_task(activity, told.agent)
    call = calls.of(activity)
    agent = answerer(told, activity, task)
    if call.state == Call.ENDED or call.answered_by_id or (call.answered_at and not agent):
        return None
    if not agent:
        rung = leave_queue(activity, task)
    elif not task and activity.tasks.filter(agent=agent).exists():
        rung = set()  # who has closed it does not want it again
    else:
        rung = give(activity, task, agent, told.queue)
    calls.answered(call, by=agent and agent.user)
    return rung | settle(activity, agent)


@reported
def transfer(told):
    """The call goes on with another agent, whose task it is from now on; or with nobody of ours."""
    activity = find(told) or arrive(told)
    task = locked_task(activity, told.agent)
    call = calls.of(activity)
    if call.state == Call.ENDED:
        return None
    ours = told.agent
    rung = give(activity, task, ours, told.queue) if ours else leave_queue(activity, task)
    calls.answered(call, by=ours and ours.user)
    return rung


@reported
def hold(told):
    change_talk(told, calls.held)


@reported
def resume(told):
    change_talk(told, calls.resumed)


@reported
def hang_up(told):
    """The call is over: not accepted yet, it vanishes from the queue and was missed; a task stays until Close."""
    activity = find(told) or arrive_too_late(told)
    task = locked_task(activity)
    call = calls.of(activity)
    if call.state == Call.ENDED:
        return None
    unanswered = activity.direction == Activity.IN and call.state == Call.NEW
    left = told.cause != calls.FORWARDED and (unanswered or task)
    hold_desks(task)
    calls.ended(call, told.cause)
    rung = leave_queue(activity, task, Task.ABANDONED if left else Task.CLOSED)
    if task and task.is_active and unanswered:
        calls.customer_left(activity)
    return rung


# --- the parts of an event


def find(told):
    return Activity.objects.filter(call__call_id=told.call_id).first()


def arrive(told):
    numbers = {"from_number": told.from_number, "to_number": told.to_number}
    return calls.begin(told.call_id, direction=told.direction, region=told.region, **numbers)


def arrive_too_late(told):
    """Its beginning was lost: an incoming call has waited in its queue all the same."""
    activity = arrive(told)
    if told.direction == Activity.IN and told.queue:
        place = {"medium": activity.medium, "priority": told.queue.priority}
        Task.objects.create(activity=activity, queue=told.queue, **place)
    return activity


def locked_task(activity, agent=None):
    """The live task of the call, held together with what keeps the agent's line; None when it has none."""
    wanted = Q(activity=activity, state__in=Task.LIVE)
    if agent:
        wanted |= Q(agent=agent, line_busy=True)
    tasks = Task.objects.select_for_update(of=["self"], no_key=True).filter(wanted).order_by("pk")
    held = [task for task in tasks if task.activity_id == activity.pk]
    return held[0] if held and held[0].state in Task.LIVE else None


def hold_desks(task):
    """Of who has this task, which the caller holds, or is offered it; before its request, as everywhere."""
    if task:
        hold_live(task)
        hold_agents(task.agent_id)


def answerer(told, activity, task):
    """Who talks: of an outgoing call who dialled it; else who answered it; else who has accepted it at the desk."""
    holder = task.agent if task else None
    return (holder or told.agent) if activity.direction == Activity.OUT else (told.agent or holder)


def give(activity, task, agent, queue):
    """From now on it is this agent's task, and keeps their line (R40); without any queue there are no tasks."""
    if not task and not queue:
        calls.over(activity, Activity.ENDED)
        return set()
    if task and task.agent_id == agent.pk and task.line_busy:
        ring_desk(agent.pk, agent.user_id)
        return set()
    rung = {task.queue_id} if task and not task.is_active else set()
    if task:
        end_offers(task, agent)
    else:
        task = Task(activity=activity, queue=queue, medium=activity.medium, priority=queue.priority)
    replaced = lines.put_on(agent, task)
    begin(activity, agent)
    lines.replace(replaced)
    return rung


def end_offers(task, agent):
    """Whoever it was offered to: who has answered it on the phone has accepted it."""
    mine = task.offers.live().filter(agent=agent).exists()
    end_live(task, Offer.ACCEPTED if mine else Offer.TAKEN_BACK)


def leave_queue(activity, task, state=Task.CLOSED):
    """What waits is over, in this state; what an agent has stays theirs until Close, and their line is free."""
    if task and task.is_active:
        lines.free(task)
        return set()
    if task:
        take_back(task, Offer.CUSTOMER_LEFT if state == Task.ABANDONED else Offer.TAKEN_BACK)
        task.state, task.ended_at = state, timezone.now()
        task.save(update_fields=["state", "ended_at"])
    touch(activity.care_request_id)
    if task or not activity.tasks.filter(agent__isnull=False).exists():
        calls.over(activity, Activity.ABANDONED if state == Task.ABANDONED else Activity.ENDED)
    close_if_solved(activity.care_request_id)
    return {task.queue_id} if task else set()


def change_talk(told, change):
    """On hold or not; of a call that nobody has heard of there is nothing to change."""
    activity = find(told)
    task = activity and locked_task(activity)
    if task and task.is_active:
        ring_desk(task.agent_id, task.agent.user_id)
    if activity:
        change(calls.of(activity))
