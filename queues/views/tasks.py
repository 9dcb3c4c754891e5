"""The rail: what the agent has in progress, and what waits in their queues (R2)."""

from django.db.models import Count, Max, Sum
from django.views.decorators.http import require_safe

from activities.models import Draft
from caredesk import panes
from caredesk.numbers import ROW, number
from queues import desk, missed_calls, room, why
from queues.models import Task
from queues.permissions import agent_required, visible_to

MOST_SHOWN = 1_000


@agent_required
@require_safe
def tasks(request):
    """`?shown=N` of each queue; `&after=N` when they have just asked for more than so many."""
    agent = request.agent
    selected, shown = selected_of(request), shown_of(request)
    after = number(request.GET.get("after", ""), digits=4)
    state, idle = desk.state_of(agent.pk), why.idle(room.of(agent.pk)) if agent.is_ready else ""
    facts = (state, selected, unrung(agent), idle, shown, after)
    if same := panes.unchanged(request, *facts):
        return same
    rail = context(request, agent, selected, state, idle, shown) | {"after": after}
    return panes.tagged(request, panes.content(request, "tasks", rail), *facts)


def context(request, agent, selected=None, state=None, idle="", shown=None):
    """`state` is read before the lists: what changes in between makes the desk look once more. `idle`: why nothing is
    offered to them, if they are Ready for it. `shown`: how many of each queue."""
    shown = shown or desk.SHOWN_A_QUEUE
    state = state or desk.state_of(agent.pk)
    in_progress, queues = list(desk.in_progress(agent)), desk.queues_of(agent)
    waiting = desk.waiting_in(queues, shown)
    desk.name_customers(*in_progress, *waiting)
    return {
        "agent": agent,
        "selected": selected,
        "shown": shown,
        "more_shown": shown + desk.SHOWN_A_QUEUE if shown < MOST_SHOWN else None,
        "state": state,
        "in_progress": in_progress,
        "queue_groups": groups(queues, waiting),
        "automatic_queues": [queue for queue in queues if not queue.is_pick],
        "idle": idle,
        "waiting_count": sum(queue.waiting for queue in queues),
        "queues": queues,
        "missed_count": missed_calls.count(agent),
    }


def counts(agent):
    """Without the lists: many may reach for the same task, and all but one are told that it is gone."""
    own = Task.objects.active().filter(agent=agent)
    return counts_of({"in_progress": own.exists(), "queues": desk.queues_of(agent)})


def counts_of(rail):
    return {
        "in_progress": rail["in_progress"],
        "waiting_count": sum(queue.waiting for queue in rail["queues"]),
        "pick_queues": [queue for queue in rail["queues"] if queue.is_pick],
    }


def groups(queues, first):
    """The pick queues in which somebody waits, each with the first of them and how many more there are."""
    picked = []
    for queue in queues:
        shown = [task for task in first if task.queue_id == queue.pk]
        if shown:
            picked.append({"queue": queue, "tasks": shown, "more": max(0, queue.waiting - len(shown))})
    return picked


def selected_of(request):
    """The task that the page has selected, whoever's it is: only a mark in the list."""
    return number(request.GET.get("task", ""), digits=ROW)


def shown_of(request):
    """How many of each queue the page shows by now, and never so many that a browser suffers."""
    asked = number(request.GET.get("shown", ""), 0, digits=4)
    return min(max(asked, desk.SHOWN_A_QUEUE), MOST_SHOWN)


def unrung(agent):
    """What shows in the lists and rings no bell of theirs: drafts, and the customers' names."""
    drafts = Draft.objects.filter(agent=agent.user, field="message")
    kept = drafts.aggregate(count=Count("pk"), newest=Max("updated_at"))
    names = visible_to(agent).aggregate(count=Sum("activity__customer__version"))
    return kept["count"], str(kept["newest"]), names["count"]
