"""Why something still waits: who was considered, and why they do not have it."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from queues import why
from queues.models import Task
from queues.permissions import agent_required, task_or_404


@agent_required
@require_safe
def why_waiting(request, queue_id):
    """Of the first in line in an automatic queue; its agents and supervisors may know."""
    if not (request.user.is_staff or request.agent.memberships.filter(queue=queue_id).exists()):
        raise Http404
    task = Task.objects.waiting().filter(queue=queue_id).in_line().select_related("queue").first()
    return show(request, task)


@agent_required
@require_safe
def why_task(request, task_id):
    """Of a task that this agent may look at."""
    return show(request, task_or_404(request.agent, task_id))


def show(request, task):
    rows = [{"agent": agent, "words": words} for agent, words in why.waiting(task)] if task else []
    return render(request, "desk/why.html", {"rows": rows, "task": task})
