"""Search customers on the desk (R114), and the customer who was chosen: their task in progress, else to read."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseLocation

from activities import search
from queues.permissions import holds
from queues.seat import Seat
from queues.stamps import looked_stamp
from queues.views import work
from queues.views.work import agents_page


@agents_page
def find(request):
    """What was found for the words `q`, from `offset` on; without htmx within the page, as by a form."""
    shown = found(request) | {"more": reverse("find")}
    if request.htmx:
        part = "#page" if shown["at"] else ""
        return render(request, f"desk/found.html{part}", shown)
    return work.show_nothing(request, found=shown)


@agents_page
def customer(request, task_id):
    """All that is known of them; whoever has a task of theirs in progress is led there."""
    stamp = looked_stamp(task_id)
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    task = (
        holds(request.agent).filter(activity__customer=seat.customer).order_by("-accepted_at", "-pk").first()
    )
    if task:
        path = reverse("task", args=[task.pk])
        return (
            HttpResponseLocation(path, target="#work", swap="innerHTML") if request.htmx else redirect(path)
        )
    return work.look(request, seat, stamp)


def found(request, region=None):
    """What desk/found.html shows of a page of finds."""
    words, offset = request.GET.get("q", "").strip(), request.GET.get("offset", "")
    at = int(offset) if offset.isdecimal() and len(offset) < 7 else 0
    shown = {"words": words, "at": at, "customers": search.Found(), "slow": False}
    try:
        return shown | {"customers": search.customers(words, offset=at, region=region)}
    except search.TooSlow:
        return shown | {"slow": True}
