"""Signing out with tasks in progress asks what becomes of them (R38)."""

from collections import Counter

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from activities.models import Activity
from queues import signing
from queues.models import Task
from queues.permissions import agent_required
from queues.transferring import left_alone

KEEP, RETURN = "keep", "return"


@agent_required
@require_POST
def sign_out(request):
    """With `choice`, or with nothing in progress, on to the log-out; else the question.

    The menu of the desk asks first without leaving the desk: to it the question is drawn in its own place, or a form
    that sends itself.
    """
    choice = request.POST.get("choice", "")
    counts = Counter(Task.objects.active().filter(agent=request.agent).values_list("medium", flat=True))
    count = counts.total()
    if choice in (KEEP, RETURN) or not (count or request.htmx):
        signing.out(request.agent, keep=choice == KEEP)
        return HttpResponseRedirect(reverse("logout"), preserve_request=True)
    shown = {"count": count, "chats": counts[Activity.CHAT], "calls": counts[Activity.CALL]}
    shown |= {"emails": counts[Activity.EMAIL], "left": left_alone().filter(agent=request.agent).count()}
    return render(request, "desk/sign_out.html#question" if request.htmx else "desk/sign_out.html", shown)
