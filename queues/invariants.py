"""What must always be so about tasks, offers and desks. The database holds most of it; `manage.py doctor` asks all."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, Outbox
from queues.clock import clock
from queues.models import Agent, Offer, Presence, Queue, Task
from requests_app.models import CareRequest

LATE = timedelta(seconds=10)  # what the dispatcher does at its moment
OVERDUE = timedelta(minutes=3)  # what a worker does every half minute
SHOWN = 20


@dataclass
class Broken:
    """An invariant that does not hold: `ids` of the first rows that break it, of `count`."""

    name: str
    what: Promise
    do: Promise
    count: int
    ids: list
    is_wrong: bool = True


def broken():
    """All that does not hold now, as a list of Broken."""
    now = clock()
    found = [look(name, rows(now), *words) for name, (rows, *words) in RULES.items()]
    return [each for each in found if each.count]


def look(name, rows: QuerySet, what, do, is_wrong=True):
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: SHOWN + 1])
    count = len(ids) if len(ids) <= SHOWN else rows.count()
    return Broken(name, what, do, count, ids[:SHOWN], is_wrong)


def tasks_with_two_offers(_now):
    live = Count("offers", filter=Q(offers__outcome=""))
    return Task.objects.annotate(live_offers=live).filter(live_offers__gt=1)


def offers_past_their_end(now):
    return Offer.objects.live().filter(expires_at__lt=now - LATE)


def active_without_agent(_now):
    return Task.objects.active().filter(agent=None)


def offered_without_offer(_now):
    return Task.objects.filter(~Exists(live_offer()), state=Task.OFFERED)


def offers_of_nothing(_now):
    """Routed ones stand for an offered task; those of a transfer for one in progress."""
    routed, passed_on = Q(returns_to=None, task__state=Task.OFFERED), Q(task__state=Task.ACTIVE)
    return Offer.objects.live().exclude(routed | passed_on & Q(returns_to__isnull=False))


def activities_without_task(now):
    live = Task.objects.live().filter(activity=OuterRef("pk"))
    kept = Activity.objects.filter(state__in=[Activity.WAITING, Activity.ACTIVE], tasks__isnull=False)
    return kept.filter(~Exists(live), started_at__lt=now - LATE).distinct()


def tasks_of_what_is_over(_now):
    """A call that is over keeps its task in progress until Close (R4), and so does an abandoned one."""
    over = [Activity.ENDED, Activity.ABANDONED]
    return Task.objects.filter(state__in=[Task.WAITING, Task.OFFERED], activity__state__in=over)


def stale_leases(now):
    return Presence.objects.filter(lease_until__lt=now - timedelta(minutes=1))


def over_capacity(_now):
    chats = Count("tasks", filter=Q(tasks__state=Task.ACTIVE, tasks__medium=Activity.CHAT), distinct=True)
    emails = Count("tasks", filter=Q(tasks__state=Task.ACTIVE, tasks__medium=Activity.EMAIL), distinct=True)
    counted = Agent.objects.annotate(chats=chats, emails=emails)
    return counted.filter(Q(chats__gt=F("max_chats")) | Q(emails__gt=F("max_emails")))


def disabled_with_tasks(_now):
    return Agent.objects.filter(user__is_active=False, tasks__state=Task.ACTIVE).distinct()


def overdue_requests(now):
    return CareRequest.objects.due(now - OVERDUE)


def overdue_outbox(now):
    return Outbox.objects.filter(done_at=None, due_at__lt=now - OVERDUE)


def queues_of_nobody(_now):
    waiting = Task.objects.waiting().filter(queue=OuterRef("pk"))
    return Queue.objects.filter(Exists(waiting), memberships=None)


def live_offer():
    return Offer.objects.live().filter(task=OuterRef("pk"))


DISPATCHER = _("Start `manage.py dispatch`, or look why it does not keep up.")
REQUEUE = _("`manage.py task requeue ID` puts a task in line again.")
WORKER = _("Start the worker and beat, or look why they do not keep up.")
RULES = {
    "one live offer a task": (tasks_with_two_offers, _("Tasks with two live offers"), REQUEUE),
    "offers end": (offers_past_their_end, _("Offers that stand after their end"), DISPATCHER),
    "active tasks have an agent": (active_without_agent, _("Tasks in progress of nobody"), REQUEUE),
    "offered tasks have an offer": (offered_without_offer, _("Tasks offered to nobody"), REQUEUE),
    "offers have their task": (offers_of_nothing, _("Offers of tasks that are not offered"), DISPATCHER),
    "open interactions have a task": (
        activities_without_task,
        _("Interactions that go on without a task"),
        _("Nobody can answer them. Look at their history in the administration (Activities)."),
    ),
    "what waits is not over": (
        tasks_of_what_is_over,
        _("Tasks that wait though their interaction is over"),
        _("`manage.py task close ID` ends such a task."),
    ),
    "leases end": (stale_leases, _("Desks whose lease ran out long ago"), DISPATCHER),
    "requests close": (overdue_requests, _("Requests that should have closed by themselves"), WORKER),
    "outgoing work goes out": (overdue_outbox, _("Outgoing work that is overdue"), WORKER),
    "disabled agents hold nothing": (
        disabled_with_tasks,
        _("Disabled agents with tasks in progress"),
        _("Hand their tasks over in the administration (Agents)."),
    ),
    "agents are within capacity": (
        over_capacity,
        _("Agents who hold more than their limits"),
        _("They may have picked them; routing offers them nothing more. Else hand some over."),
        False,
    ),
    "queues have members": (
        queues_of_nobody,
        _("Queues in which somebody waits and nobody works"),
        _("Add members in the administration (Queues)."),
        False,
    ),
}
