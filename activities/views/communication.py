"""Communication: the conversation and what is written next; calls and e-mails as information (R4, R20)."""

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities import chat
from activities.models import Activity, Message
from activities.views.comments import CALL_COMMENT
from caredesk import panes
from queues.models import Task
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.notices import transfer_of

PAGE = 50


@agent_required
@require_safe
def communication(request, task_id):
    """The head alone: the transcript grows by pushes, and the composer is not taken from anybody's hand."""
    seat = Seat.take(request.agent, task_id)
    response = panes.content(request, "communication", context(request, seat), part="top")
    if request.GET.get("state", seat.task.state) != seat.task.state:
        response["HX-Trigger"] = "look-work"
    return response


@agent_required
@require_safe
def messages(request, task_id):
    """Lines of the conversation: those after number `after`, or a page before number `before`."""
    activity = Seat.take(request.agent, task_id).current
    if "after" in request.GET:
        lines, earlier = chat.since(activity, number(request, "after")), False
    else:
        lines, earlier = page(activity, number(request, "before"))
    shown = {"activity": activity, "transcript": grouped(lines), "earlier": earlier, "task_id": task_id}
    return render(request, "panes/communication.html#lines", shown)


def context(request, seat):
    lines, earlier = page(seat.current) if seat.current.medium == Activity.CHAT else ([], False)
    return {
        "seat": seat,
        "task": seat.task,
        "task_id": seat.place,
        "activity": seat.current,
        "transcript": grouped(lines),
        "earlier": earlier,
        "draft": "" if seat.is_preview else seat.draft(seat.current, field_of(seat.current)),
        "waited": seat.task.accepted_at and seat.task.accepted_at - seat.task.waiting_since,
        "in_line": in_line(seat.task) if seat.is_preview else None,
        "accepted": getattr(request, "accepted", False),
        "transfer": transfer_of(seat.task),
    }


def field_of(activity):
    """What is written below the conversation: a message to the customer, or of a call a comment."""
    return CALL_COMMENT if activity.medium == Activity.CALL else "message"


def page(activity, before=None):
    """The last lines, or the last before number `before`, oldest first; and whether there are earlier ones."""
    lines = activity.messages.with_files().order_by("-seq")
    if before is not None:
        lines = lines.filter(seq__lt=before)
    lines = list(lines[: PAGE + 1])
    return lines[PAGE - 1 :: -1] if len(lines) > PAGE else lines[::-1], len(lines) > PAGE


def grouped(lines):
    """Each line knows whether it goes on within the same minute what the same side said before."""
    before = None
    for line in lines:
        line.follows = before is not None and key(line) == key(before)
        before = line
    return lines


def key(line):
    return line.kind == Message.TEXT and (
        line.side,
        line.author_name,
        line.sent_at.replace(second=0, microsecond=0),
    )


def in_line(task):
    """How many wait in this queue, and whether this one has waited longest."""
    waiting = Task.objects.waiting().filter(queue_id=task.queue_id)
    longer = Q(waiting_since__lt=task.waiting_since)
    counts = waiting.aggregate(count=Count("pk"), longer=Count("pk", filter=longer))
    return {"count": counts["count"], "longest": not counts["longer"]}


def number(request, name):
    given = request.GET.get(name, "")
    if not given.isdecimal() or len(given) > 9:
        raise Http404
    return int(given)
