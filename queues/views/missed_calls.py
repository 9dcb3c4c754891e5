"""Missed calls as a list, in the work area: whom to call back (R101)."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_POST

from queues import missed_calls as missed
from queues.models import Queue
from queues.permissions import agent_required
from queues.views.work import agents_page, desk


@agents_page
def missed_calls(request):
    """The desk with the list; to htmx the work area, or the list alone (hx-target="#missed")."""
    shown = context(request.agent)
    if request.htmx.target == "missed":
        return render(request, "panes/missed_calls.html#list", shown)
    if request.htmx:
        return render(request, "panes/missed_calls.html", shown)
    return desk(request, None, shown)


@agent_required
@require_POST
def call_back(request, task_id):
    """The agent calls this number, or has done so: it leaves the list. Again, or settled by a colleague: the same."""
    if not missed.seen_by(request.agent).filter(pk=task_id).exists():
        raise Http404
    missed.call_back(task_id, by=request.agent)
    return render(request, "panes/missed_calls.html#list", context(request.agent))


def context(agent):
    return {"missed": missed.of(agent), "missed_from": Queue.objects.filter(memberships__agent=agent)}
