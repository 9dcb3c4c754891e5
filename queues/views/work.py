"""The work area: all panes of one task, alone for htmx, else within the whole desk."""

from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from activities.views import activity_details, comments, communication, journey
from caredesk import panes
from customers.views import customer_details
from queues import room
from queues.models import Offer, Task
from queues.permissions import agent_required, picked_by
from queues.views import state, tasks
from queues.why import idle
from requests_app.views import request_details

PANES = {
    "communication": communication.context,
    "journey": journey.context,
    "customer_details": customer_details.context,
    "request_details": request_details.context,
    "activity_details": activity_details.context,
    "comments": comments.context,
}
DETAILS = ("customer_details", "request_details", "activity_details", "comments")


def agents_page(view):
    """A view for agents, who see the page; htmx gets the part of it that is asked for."""
    return agent_required(require_safe(vary_on_headers("HX-Request", "HX-Target")(view)))


def show(request, seat, stamp, *, accepted=False):
    """The seat's panes; only those of the details column where the journey asks for them (hx-target="#details").

    `stamp` was taken before the seat: what changes while the page is drawn makes it look once more.
    """
    request.accepted = accepted
    if request.htmx.target == "details":
        return details(request, seat)
    shown = {"seat": seat, "stamp": stamp, "panes": drawn(request, seat, PANES)}
    if request.htmx:
        return render(request, "desk/work.html", shown)
    return desk(request, seat.place, shown)


def look(request, seat, stamp):
    """The panes of a customer who is no task of the agent's, to read."""
    if request.htmx.target == "details":
        return details(request, seat)
    shown = {"seat": seat, "stamp": stamp, "panes": drawn(request, seat, ("journey", *DETAILS))}
    shown["panes"]["communication"] = render_to_string("desk/looked_at.html", {"seat": seat}, request)
    if request.htmx:
        return render(request, "desk/work.html", shown)
    return desk(request, None, shown)


def details(request, seat):
    """What the seat has selected, at a task or in the gadget."""
    return render(request, seat.details, {"seat": seat, "panes": drawn(request, seat, DETAILS)})


def show_nothing(request, *, status=200, why="", found=None):
    """Why there is nothing to see, or who was `found`. Also htmx gets it, with its status: the script shows that."""
    said = {"why": why, "found": found}
    if request.htmx:
        return render(request, "desk/empty.html", tasks.counts(request.agent) | said, status=status)
    now = room.of(request.agent.pk)
    rail = tasks.context(request, request.agent, idle=idle(now))
    return desk(request, None, rail | tasks.counts_of(rail) | said, now=now, rail=rail, status=status)


def gone(request, task_id, *, why="", status=404):
    """The task is not, or no longer, this agent's to see: in words, and the lists look again."""
    response = show_nothing(request, status=status, why=why or why_gone(request.agent, task_id))
    response["HX-Trigger"] = "look-tasks"
    return response


def desk(request, selected, shown, *, now=None, rail=None, status=200):
    """`now`: the agent with the facts of queues.room, which the rail and the bar share."""
    now = now or room.of(request.agent.pk)
    rail = rail or tasks.context(request, request.agent, selected, idle=idle(now))
    around = {"agent": request.agent, "own": state.context(request.agent, now)}
    around["rail"] = panes.whole(request, "tasks", rail)
    return render(request, "desk/desk.html", around | shown, status=status)


def drawn(request, seat, names):
    return {name: panes.whole(request, name, PANES[name](request, seat)) for name in names if name in PANES}


def why_gone(agent, task_id):
    """Who took it, to whoever could have taken it themselves; else only that it is gone."""
    passed_on = (
        Offer.objects.filter(task=task_id, returns_to=agent, outcome=Offer.ACCEPTED).order_by("-pk").first()
    )
    if passed_on:
        return _("%(name)s accepted the transfer.") % {"name": passed_on.agent.shown_name}
    task = Task.objects.filter(picked_by(agent), pk=task_id).select_related("agent__user").first()
    if task and task.state == Task.ACTIVE:
        return _("%(name)s took it.") % {"name": task.agent.shown_name}
    if task and task.state == Task.ABANDONED:
        return _("The customer has left.")
    return _("This task is no longer yours to see: it was closed, or somebody took it.")
