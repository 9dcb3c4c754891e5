"""The canned replies that the composer offers for what is typed after a colon."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from queues.canned import replies
from queues.permissions import agent_required
from queues.seat import Seat


@agent_required
@require_safe
def canned(request, task_id):
    """GET `typed`, the letters after the colon; answers with the options of the listbox."""
    seat = Seat.take(request.agent, task_id)
    if seat.is_preview:
        raise PermissionDenied
    found = replies(seat.task.queue, request.GET.get("typed", "")[:50])
    return render(request, "desk/canned.html", {"replies": found})
