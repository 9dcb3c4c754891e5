"""The customer journey (R5): every interaction of a customer, newest first, in pages, grouped by request."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, F, IntegerField, OuterRef, Q, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from activities.models import Activity
from requests_app.models import CareRequest

FIRST, MORE, MOST = 20, 50, 500
CURSOR = re.compile(r"(\d{1,11})\.(\d{6})_(\d{1,18})", re.ASCII)


class BadCursor(ValueError):
    """The address of an older page that no page of ours ever had."""


@dataclass
class Group:
    """A request, or None for what is without one. `shown`: an earlier page shows it already, only rows are new."""

    care_request: CareRequest | None
    activities: list[Activity]
    shown: bool = False

    @property
    def moment(self):
        """What places it in the journey: its newest interaction here, or its own making."""
        moments = [activity.started_at for activity in self.activities]
        return max([*moments, *([self.care_request.created_at] if self.care_request else [])])


@dataclass
class Page:
    """`older`: how many the button for more brings; `before`: what it asks for; `shown`: how many stand then;
    `down_to`: the last of them, for the next look, once there is more than the first page."""

    groups: list[Group]
    activity_count: int
    request_count: int
    shown: int
    before: str = ""
    down_to: str = ""

    @property
    def older(self):
        return min(self.activity_count - self.shown, MORE) if self.before else 0


def page_of(activity, *, before="", shown=0, down_to="", reader=None):
    """One page of the journey of this activity's customer; of nobody's activity, the activity alone.

    `before` is the `before` of the page above, `shown` how many that and those above it have. Without `before` the
    first page has all that is newer, and not less than `down_to`. Two queries. Raises BadCursor.
    """
    cursor = parsed(before)
    size = MORE if cursor else max(FIRST, reaching(activity, parsed(down_to)))
    rows = list(rows_of(activity, cursor)[: size + 1])
    rows, more = rows[:size], len(rows) > size
    for row in rows:
        row.is_mine = bool(reader and row.handler == reader.pk)
    groups = grouped(rows) + emptied(activity.customer_id, cursor, rows, more)
    return Page(
        groups=sorted(groups, key=lambda group: group.moment, reverse=True),
        activity_count=rows[0].activity_count if rows else 0,
        request_count=rows[0].request_count if rows else 0,
        shown=len(rows) + (shown if cursor else 0),
        before=written(rows[-1]) if more else "",
        down_to=written(rows[-1]) if cursor or len(rows) > FIRST else "",
    )


def reaching(activity, last):
    """How many there are from the newest to this one; at most 500 are looked at again at once."""
    return of(activity).filter(newer_than(last))[:MOST].count() if last else 0


def newer_than(cursor):
    """It and all before it in the journey."""
    return Q(started_at__gt=cursor[0]) | Q(started_at=cursor[0], pk__gte=cursor[1])


def of(activity):
    """All interactions of this activity's customer, or itself alone."""
    if activity.customer_id:
        return Activity.objects.filter(customer_id=activity.customer_id)
    return Activity.objects.filter(pk=activity.pk)


def rows_of(activity, cursor):
    rows = of(activity).select_related("care_request").annotate(**BESIDE, **counts(activity.customer_id))
    rows = rows.order_by("-started_at", "-id")
    if not cursor:
        return rows
    newer = newer_than(cursor)
    same_request = Activity.objects.filter(newer, care_request=OuterRef("care_request"))
    without = of(activity).filter(newer, care_request=None)
    rows = rows.annotate(request_shown=Exists(same_request), rest_shown=Exists(without))
    # The first condition is what the index can begin at; the second alone would read all that is newer.
    older = Q(started_at__lt=cursor[0]) | Q(pk__lt=cursor[1])
    return rows.filter(older, started_at__lte=cursor[0])


def counts(customer_id):
    """How many there are of each, as part of the same query."""
    if not customer_id:
        return {"activity_count": Value(1), "request_count": Value(0)}
    return {
        "activity_count": plain(
            "SELECT count(*) FROM activities_activity WHERE customer_id = %s", IntegerField(), customer_id
        ),
        "request_count": plain(
            "SELECT count(*) FROM requests_carerequest WHERE customer_id = %s", IntegerField(), customer_id
        ),
    }


def plain(sql, output_field, *params):
    """A subquery as it is: building it through the models anew for each look took longer than answering it."""
    return RawSQL(sql, params, output_field)  # noqa: S611 (nothing of it comes from outside)


# Who had it last, here or in another desktop (user id and name; NULL and '' if nobody accepted it), and its tags.
LAST = """
SELECT {} FROM queues_task JOIN queues_agent ON queues_agent.id = agent_id JOIN auth_user ON auth_user.id = user_id
WHERE activity_id = activities_activity.id ORDER BY queues_task.id DESC LIMIT 1
"""
REPORTED = """
SELECT {} FROM activities_interaction JOIN auth_user ON auth_user.id = agent_id
WHERE activity_id = activities_activity.id ORDER BY activities_interaction.id DESC LIMIT 1
"""
NAME = "coalesce(nullif(trim(concat(first_name, ' ', last_name)), ''), username)"
TAGS = "SELECT name FROM activities_tag WHERE activity_id = activities_activity.id ORDER BY id"
BESIDE = {
    "handler": Coalesce(
        plain(LAST.format("user_id"), IntegerField()), plain(REPORTED.format("agent_id"), IntegerField())
    ),
    "agent_name": Coalesce(
        plain(LAST.format(NAME), TextField()),
        plain(REPORTED.format(NAME), TextField()),
        Value("", TextField()),
    ),
    "tag_names": plain(f"ARRAY({TAGS})", ArrayField(TextField())),
}


def grouped(rows):
    groups = {}
    for row in rows:
        if row.care_request_id not in groups:
            groups[row.care_request_id] = Group(row.care_request, [], shown=is_shown(row))
        groups[row.care_request_id].activities.append(row)
    return list(groups.values())


def is_shown(row):
    return getattr(row, "request_shown" if row.care_request_id else "rest_shown", False)


def emptied(customer_id, cursor, rows, more):
    """Requests that no interaction belongs to (any more) stand where they were made."""
    if not customer_id:
        return []
    empty = CareRequest.objects.filter(customer_id=customer_id, activities=None)
    if cursor:
        empty = empty.filter(created_at__lt=cursor[0])
    if more:
        empty = empty.filter(created_at__gte=rows[-1].started_at)
    return [Group(care_request, []) for care_request in empty.order_by("-created_at")[:MORE]]


def parsed(before):
    """(started_at, id) of the last row of the page above, from e.g. "1763712360.25_981"; None without one."""
    if not before:
        return None
    found = CURSOR.fullmatch(before)
    if not found:
        raise BadCursor(before)
    seconds, microseconds, number = map(int, found.groups())
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=microseconds), number


def written(row):
    return f"{int(row.started_at.timestamp())}.{row.started_at.microsecond:06}_{row.pk}"


def card_of(record):
    """What the card of an activity or request shows (R6), as the template's context."""
    if isinstance(record, CareRequest):
        return {"care_request": record}
    task = last_task(record)
    comments = record.comments.select_related("author").order_by("-pk")
    shown = {"activity": record, "task": task, "agent_name": agent_of(record, task)}
    return shown | {"tags": record.tags.all(), "comments": comments[:3]}


def agent_of(activity, task):
    """Who had it last, on the desk or in another desktop; "" if nobody did."""
    if task:
        return task.agent.shown_name if task.agent else ""
    reported = activity.interactions.select_related("agent").order_by("-pk").first()
    return (reported.agent.get_full_name() or reported.agent.get_username()) if reported else ""


def last_task(activity):
    """The task in which it was handled last, else the last one in which it waited; None without any."""
    tasks = activity.tasks.select_related("queue", "agent__user")
    return tasks.order_by(F("accepted_at").desc(nulls_last=True), "-pk").first()
