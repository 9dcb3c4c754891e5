"""Missed calls: nobody spoke with the caller yet; an agent calls them back, or they get through themselves."""

from django.db import transaction
from django.db.models import Case, Count, F, Max, TextField, When
from django.db.models.functions import Cast

from activities import calls
from activities.models import Activity, Call
from caredesk.history import acting
from customers.phones import normalise_phone
from queues.bells import ring_queue
from queues.models import Task

SHOWN = 100


def of(agent):
    """Missed calls of the agent's queues, newest first, each number once: its last task, with `.times` and `.number`
    to dial, "" where it was withheld."""
    rows = list(numbers(agent).order_by("-last")[:SHOWN])
    tasks = Task.objects.select_related("queue", "activity__customer", "activity__call")
    found = tasks.prefetch_related("activity__customer__contact_points").in_bulk(
        [row["last"] for row in rows]
    )
    return [shown(found[row["last"]], row["times"]) for row in rows]


def count(agent):
    """Of how many numbers."""
    return numbers(agent).count()


def seen_by(agent):
    """Tasks of incoming calls of the agent's queues, missed or not."""
    return Task.objects.filter(queue__memberships__agent=agent, activity__call__isnull=False)


def numbers(agent):
    """A row a number; those who withheld theirs are somebody else each time."""
    own = seen_by(agent).filter(activity__call__in=Call.objects.missed())
    withheld = When(activity__source_phone="", then=Cast("activity_id", TextField()))
    caller = Case(withheld, default=F("activity__source_phone"), output_field=TextField())
    each = own.annotate(caller=caller).values("caller").order_by()
    return each.annotate(times=Count("activity", distinct=True), last=Max("pk"))


def shown(task, times):
    phone = task.activity.source_phone
    task.times, task.number = times, phone and normalise_phone(phone)
    return task


def call_back(task_id, *, by):
    """This agent calls back, which settles all missed calls from that number; doing it twice changes nothing."""
    with transaction.atomic(), acting(by.user):
        activity = Activity.objects.get(tasks=task_id)
        ring_queues(settle(activity, by))


def settle(activity, agent):
    """Somebody speaks with this number, or tries to; return the ids of the queues whose lists change."""
    missed = calls.missed_from(activity)
    queues = set(Task.objects.filter(activity__call__in=missed).values_list("queue_id", flat=True))
    if queues:
        calls.called_back(missed, by=agent and agent.user)
    return queues


def ring_queues(ids):
    """In one order, as everybody locks them."""
    for queue_id in sorted(ids):
        ring_queue(queue_id)
