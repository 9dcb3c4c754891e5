"""The Customer Context gadget, a page for another agent desktop, and the customer who is open in it (R110 to R115)."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseLocation, trigger_client_event

from activities.models import OpenCustomer
from caredesk import panes
from caredesk.places import Opened
from queues.seat import Seat
from queues.stamps import opened_stamp
from queues.views import customers, work
from queues.views.work import agents_page

PANES = ("journey", *work.DETAILS)


@agents_page
def gadget(request):
    return show_nothing(request)


@agents_page
def opened(request, task_id):
    """The panes of an open customer: alone for htmx, else within the page."""
    stamp = opened_stamp(task_id)
    try:
        seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    except Http404:
        return show_nothing(request, status=404, why=_("This customer is no longer open here."))
    if not seat.opened:
        return show_nothing(request)
    if request.htmx.target == "details":
        return work.details(request, seat)
    shown = {"seat": seat, "stamp": stamp, "panes": work.drawn(request, seat, PANES)}
    if request.htmx:
        return render(request, "gadget/work.html", shown)
    return page(request, shown, selected=seat.opened)


def show_nothing(request, *, status=200, why=""):
    shown = {"why": why, "nobody": Opened(0)}
    if request.htmx:
        return render(request, "gadget/empty.html", shown, status=status)
    return page(request, shown, status=status)


def page(request, shown, *, selected=None, status=200):
    rail = customers.context(request, customers.OPEN, selected)
    around = {"agent": request.agent, "rail": panes.whole(request, "customers", rail)}
    around |= {"hosts": " ".join(settings.GADGET_ORIGINS), "nobody": Opened(0)}
    return render(request, "gadget/gadget.html", around | shown, status=status)


def onwards(request, closed=None, ended=()):
    """To the next open customer, after Close; the host is told which of its interactions ended with it."""
    following = OpenCustomer.objects.filter(agent=request.user).order_by("-opened_at", "-pk").first()
    path = reverse("task", args=[Opened(following.pk)]) if following else reverse("gadget")
    response = HttpResponseLocation(path, target="#work", swap="innerHTML")
    trigger_client_event(response, "look-tasks", {})
    if closed:
        said = _("Closed: %(name)s.") % {"name": closed.shown_name}
        trigger_client_event(response, "toast", {"words": said})
        trigger_client_event(response, "tell-host", {"type": "caredesk:closed", "ids": list(ended)})
    return response
