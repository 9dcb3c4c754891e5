"""Clearing up: a supervisor, or an operator, ends an interaction that its agent does not or that nobody took."""

from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from activities.models import Activity
from caredesk.history import acting
from queues import offers, routing
from queues.bells import ring_desk, ring_queue
from queues.closing import end, write_notes
from queues.models import Task
from queues.offering import hold_agents
from queues.retrying import retried_after_deadlock
from queues.transferring import hold_task


class Closer(NamedTuple):
    """Who the customer is told has closed it."""

    user: AbstractBaseUser | None
    shown_name: str


@retried_after_deadlock
def close(task_id, *, by=None):
    """End the interaction, whoever holds it; return whether this did. Nothing unsaved is stored (as Discard does, R86).

    `by` is a user; None is the system. What agents have typed stays their draft.
    """
    with transaction.atomic(), acting(by):
        task = hold_task(task_id)
        if task.state not in Task.LIVE:
            return False
        offers.take_back(task)
        if task.agent_id:
            hold_agents(task.agent_id)
            ring_desk(task.agent_id, task.agent.user_id)
        activity = Activity.objects.select_related("customer", "care_request").get(pk=task.activity_id)
        if not activity.customer_id:
            write_notes(activity)
        end(task, activity, closer(task, by))
        ring_queue(task.queue_id)
        routing.soon()
    return True


def closer(task, by):
    if by:
        return Closer(by, by.get_full_name() or by.get_username())
    if task.agent_id:
        return Closer(task.agent.user, task.agent.shown_name)
    return Closer(None, _("Care Desk"))
