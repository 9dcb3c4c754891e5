"""The one line of an agent: a call keeps it from Accept, answer or dialling until hang-up or Close (R40)."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from activities import calls
from activities.models import Activity, Call
from caredesk.history import acting
from caredesk.realtime import announce
from queues import routing
from queues.bells import ring_desk
from queues.models import Task
from queues.offering import hold_agents
from queues.retrying import retried_after_deadlock
from queues.waking import SLEEP_SECONDS, wake

logger = logging.getLogger(__name__)


def keeps(task):
    """Whether this task, once it is somebody's, keeps their line: a call does that is not over."""
    if task.medium != Activity.CALL:
        return False
    return not Call.objects.filter(activity=task.activity_id, state=Call.ENDED).exists()


def put_on(agent, task):
    """The call of this task is on the agent's line; return the tasks whose calls had it, which nobody has now.

    The caller holds the task and what was on the line, and then holds both agents.
    """
    former = task.agent if task.agent_id != agent.pk else None
    hold_agents(agent.pk, former and former.pk)
    replaced = [other for other in busy(agent) if other.pk != task.pk]
    for other in replaced:
        free(other)
    if task.agent_id != agent.pk:
        task.agent, task.accepted_at, task.transfer_note = agent, timezone.now(), ""
    task.state, task.line_busy = Task.ACTIVE, True
    task.save()
    for one in [agent, former] if former else [agent]:
        ring_desk(one.pk, one.user_id)
    routing.soon()
    return replaced


def busy(agent):
    tasks = Task.objects.select_for_update(of=["self"], no_key=True).filter(agent=agent, line_busy=True)
    return tasks.select_related("activity", "agent").order_by("pk")


def free(task):
    """The task stays with its agent, who can take another call; the caller holds the task."""
    ring_desk(task.agent_id, task.agent.user_id)
    task.line_busy = False
    task.save(update_fields=["line_busy"])
    wrap_up(task)
    routing.soon()


def wrap_up(task):
    """Its end is the dispatcher's, who would sleep through a short one (R36)."""
    if 0 < task.queue.wrap_up_seconds < SLEEP_SECONDS:
        wake()


def replace(tasks):
    """A lost hang-up bars nobody: these calls are over because their agent is in another one."""
    for task in tasks:
        calls.ended(calls.of(task.activity), calls.REPLACED)


# --- accepted, and never reported as answered


def overdue(now=None):
    """Accepted calls that the telephone system has not reported as answered in time."""
    return unanswered().filter(accepted_at__lte=(now or timezone.now()) - patience())


def unanswered():
    ringing = {"activity__call__state": Call.NEW, "activity__direction": Activity.IN}
    return Task.objects.active().filter(line_busy=True, **ringing)


def patience():
    return timedelta(seconds=settings.CALL_ANSWER_SECONDS)


def sweep(now=None):
    """Free the lines of calls that were accepted and never answered; return how many."""
    found = list(overdue(now).values_list("pk", flat=True))
    for task_id in found:
        try:
            let_go(task_id, now)
        except Exception:
            logger.exception("The line of task %s could not be freed", task_id)
    return len(found)


@retried_after_deadlock
def let_go(task_id, now=None):
    with transaction.atomic(), acting(None):
        tasks = overdue(now).select_for_update(of=["self"], no_key=True).select_related("agent", "activity")
        task = tasks.filter(pk=task_id).first()
        if task:
            free(task)
            announce(task.activity)


def next_deadline():
    """When the first accepted call frees its agent's line unless it is answered, or None."""
    first = unanswered().order_by("accepted_at").values_list("accepted_at", flat=True).first()
    return first and first + patience()
