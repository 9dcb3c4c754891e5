"""Transfer, with a note: to a queue, or as an offer to an agent (R43)."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from activities import drafts
from activities.views import communication
from caredesk import panes
from caredesk.numbers import ROW, number
from caredesk.realtime import name_of
from caredesk.sorting import in_order
from queues import room, transferring
from queues.accepting import NotYours
from queues.models import Agent, Queue
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.close import onwards

DRAFT = "transfer_note"


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request, task_id):
    """GET asks to whom; POST `to` ("queue-3" or "agent-7") and `note`. 409 and 422 say why nothing happened."""
    seat = own_seat(request, task_id)
    if request.method != "POST":
        return show(request, seat, note=seat.draft(seat.current, DRAFT))
    to, note = request.POST.get("to", ""), request.POST.get("note", "")
    try:
        target = target_of(to)
        pass_on(seat.place, target, note, by=request.agent)
    except ValidationError as error:
        errors = {field: words[0] for field, words in error.message_dict.items()}
        return show(request, seat, to=to, note=note, errors=errors, status=422)
    except (NotYours, transferring.Refused) as error:
        return show(request, seat, to=to, note=note, errors={"to": str(error)}, status=409)
    drafts.forget(request.user, name_of(seat.current), DRAFT)
    return passed(request, seat, target)


@agent_required
@require_POST
def take_back(request, task_id):
    """The sender has thought better of it: nobody is offered the task any more."""
    seat = own_seat(request, task_id)
    transferring.cancel(task_id, by=request.agent)
    return panes.content(request, "communication", communication.context(request, seat), part="top")


def own_seat(request, task_id):
    seat = Seat.take(request.agent, task_id)
    if seat.is_preview:
        raise PermissionDenied
    return seat


def show(request, seat, *, to="", note="", errors=None, status=200):
    shown = {
        "seat": seat,
        "queues": in_order(Queue.objects.exclude(pk=seat.task.queue_id)),
        "agents": colleagues(seat),
        "chosen": to,
        "note": note,
        "errors": errors or {},
    }
    return render(request, "desk/transfer.html", shown, status=status)


def colleagues(seat):
    """Who is at their desk, each with why they cannot take it, or ""."""
    there = in_order(transferring.targets(seat.task), lambda agent: agent.shown_name)
    facts = {agent.pk: agent for agent in room.of_each([agent.pk for agent in there])}
    return [{"agent": agent, "why_not": why_not(facts[agent.pk], seat.task.medium)} for agent in there]


def why_not(agent, medium):
    if agent.is_offered:
        return _("is being offered something")
    told = {room.FULL: _("no room"), room.IN_CALL: _("in a call")}
    return told.get(room.bar(agent, medium), "")


def target_of(to):
    """The queue or agent that was chosen; ValidationError where none was."""
    kind, _dash, pk = to.partition("-")
    found, pk = None, number(pk, digits=ROW)
    if kind == "queue":
        found = Queue.objects.filter(pk=pk).first()
    elif kind == "agent":
        found = Agent.objects.working().select_related("user").filter(pk=pk).first()
    if not found:
        raise ValidationError({"to": _("Choose a queue or an agent.")})
    return found


def pass_on(task_id, target, note, *, by):
    verb = transferring.to_queue if isinstance(target, Queue) else transferring.to_agent
    verb(task_id, target, note=note, by=by)


def passed(request, seat, target):
    """The dialog goes. A task that went to a queue is left for the next one; an offered one stays (R43)."""
    saved = {"drafts": [f"{name_of(seat.current)}:{DRAFT}"]}
    if isinstance(target, Queue):
        words = _("%(customer)s was transferred to %(queue)s.")
        response = onwards(request, seat.place)
        told = words % {"customer": seat.current.shown_name, "queue": target.name}
        return trigger_client_event(trigger_client_event(response, "saved", saved), "toast", {"words": told})
    seat = Seat.take(request.agent, seat.place)
    top = communication.context(request, seat) | {"oob": True}
    response = panes.content(request, "communication", top, part="offered")
    return trigger_client_event(trigger_client_event(response, "saved", saved), "look-tasks", {})
