"""What stands in the two lists of a desk: In progress and Queue (R2)."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Min, OuterRef, Subquery, TextField, Value, prefetch_related_objects
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Trim
from django.utils.translation import gettext as _

from activities.models import Activity, Draft, Message
from caredesk.sorting import in_order
from queues.models import Offer, Queue, Task

SHOWN_A_QUEUE = 50


def in_progress(agent):
    """The agent's accepted tasks, each with `last_words`, `draft` and `offered_to`, in the order they were accepted."""
    own = with_words(Task.objects.active().filter(agent=agent))
    beside = {"draft": Subquery(draft_of(agent)), "offered_to": Subquery(receiver())}
    return own.annotate(**beside).order_by("accepted_at", "id")


def with_words(tasks):
    """With what a row of the list shows, and no more: there are many rows."""
    rows = tasks.select_related("queue", "activity__customer", "activity__call").only(*SHOWN_OF_TASK)
    return rows.annotate(last_words=Subquery(last_words()))


SHOWN_OF_TASK = [
    *("state", "medium", "waiting_since", "agent_id", "queue__name", "queue__late_seconds"),
    *(f"activity__{name}" for name in ("medium", "source_name", "source_email", "source_phone")),
    *(f"activity__{name}" for name in ("unread", "unanswered_since", "customer_left_at")),
    *("activity__customer__first_name", "activity__customer__last_name"),
    *(f"activity__call__{name}" for name in ("state", "answered_at", "held_since")),
]


def name_customers(*tasks):
    """Fetch for all of them at once what a customer without a name is called by."""
    prefetch_related_objects(tasks, "activity__customer__contact_points")


def last_words():
    said = Message.objects.filter(activity=OuterRef("activity"), kind=Message.TEXT, side=Message.CUSTOMER)
    return said.order_by("-seq").values("text")[:1]


def draft_of(agent):
    record = Concat(Value("activity-"), Cast(OuterRef("activity_id"), TextField()), output_field=TextField())
    return Draft.objects.filter(agent=agent.user, record=record, field="message").values("text")[:1]


def receiver():
    """The name of who is offered a task by its holder (R43)."""
    person = "agent__user__"
    full = Trim(Concat(f"{person}first_name", Value(" "), f"{person}last_name"))
    live = Offer.objects.live().filter(task=OuterRef("pk"))
    return live.values_list(Coalesce(NullIf(full, Value("")), f"{person}username"))[:1]


def queues_of(agent):
    """The agent's queues with `waiting` (how many) and `oldest` (first waiting time)."""
    waiting = Task.objects.waiting().filter(queue=OuterRef("pk")).order_by().values("queue")
    queues = Queue.objects.filter(memberships__agent=agent).annotate(
        waiting=Coalesce(Subquery(waiting.annotate(n=Count("pk")).values("n")), 0),
        oldest=Subquery(waiting.annotate(first=Min("waiting_since")).values("first")),
    )
    return sorted(in_order(queues), key=lambda queue: (queue.mode, queue.priority))


def waiting_in(queues, shown=None):
    """The first tasks in line of the pick queues, so many of each, however many queues there are in one query."""
    picks = [queue.pk for queue in queues if queue.is_pick and queue.waiting]
    shown = shown or SHOWN_A_QUEUE
    lines = [Task.objects.waiting().filter(queue_id=pk).in_line()[:shown].values("pk") for pk in picks]
    if not lines:
        return []
    first = lines[0].union(*lines[1:], all=True) if lines[1:] else lines[0]
    return list(with_words(Task.objects.waiting().filter(pk__in=first)).in_line())


@dataclass
class Room:
    """How many tasks of a medium an agent has in progress, and how many they may have at once (R36)."""

    medium: str
    count: int
    limit: int

    @property
    def name(self):
        return NAMES[self.medium]()

    @property
    def is_full(self):
        return self.count >= self.limit


NAMES = {
    Activity.CHAT: lambda: _("Chats"),
    Activity.CALL: lambda: _("Calls"),
    Activity.EMAIL: lambda: _("E-mails"),
}


def capacity(now):
    """The agent's Room for each medium, by the facts of queues.room. Of calls that one counts which keeps the line."""
    return [
        Room(Activity.CHAT, now.chats, now.max_chats),
        Room(Activity.CALL, int(now.in_call), 1),
        Room(Activity.EMAIL, now.emails, now.max_emails),
    ]


def state_of(agent_id):
    """One word for everything in both lists; another word means that something changed (resync, 15 s tick).

    None when the agent may not work any more.
    """
    found = bearings(agent_id)
    return state_word(*found) if found else None


def state_word(desk_seq, talk, queues):
    return f"{desk_seq}-{talk}." + ".".join(f"{pk}-{seq}" for pk, seq in queues)


def bearings(agent_id):
    """(desk_seq, what the own conversations count, [[queue id, its seq], …]) of a working agent, or None; in one query.

    A conversation's numbers only grow, and desk_seq does when it comes or goes.
    """
    with connection.cursor() as cursor:
        cursor.execute(BEARINGS, [agent_id])
        return cursor.fetchone()


BEARINGS = """
SELECT desk_seq,
    (SELECT coalesce(sum(activity.last_seq + activity.agent_seen_seq), 0) FROM queues_task task
        JOIN activities_activity activity ON activity.id = task.activity_id
        WHERE task.agent_id = agent.id AND task.state = 'active'),
    ARRAY(SELECT ARRAY[queue.id, queue.seq] FROM queues_queuemember member
        JOIN queues_queue queue ON queue.id = member.queue_id WHERE member.agent_id = agent.id ORDER BY queue.id)
FROM queues_agent agent JOIN auth_user person ON person.id = agent.user_id
WHERE agent.id = %s AND person.is_active
"""
