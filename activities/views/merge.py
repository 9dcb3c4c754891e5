"""Merge: another record of the same person into this customer's, and for 7 days out of it again (R73)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from activities import merging
from activities.models import Merge
from activities.views import find_customers
from activities.views.move import said
from caredesk.numbers import number
from caredesk.stale import Stale
from customers.forms import language_name
from customers.models import FIELDS, Customer
from queues.permissions import agent_required, may_edit_customer
from queues.seat import Seat
from queues.views.beside import beside
from queues.views.caution import NAMES, caution_of

OTHER = "other"


@agent_required
@require_safe
def merge(request, task_id):
    """The dialog: who else is the same person, and which merges can be taken back."""
    seat = editing(request, task_id)
    shown = find_customers.choices(seat, seat.anybody, find_customers.MERGE)
    return render(request, "desk/merge.html", shown | {"merges": undoable(seat.customer)})


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge_with(request, task_id, customer_id):
    """GET: both beside each other. POST: each field is "kept" or "other", over `kept_version` and `other_version`;
    `load` compares again."""
    seat = editing(request, task_id)
    other = find_other(seat, customer_id)
    if request.method != "POST" or "load" in request.POST:
        return compare(request, seat, other)
    if not may_edit_customer(request.agent, other):
        raise PermissionDenied
    versions = [number(request.POST.get(name, "")) for name in ("kept_version", "other_version")]
    if not all(versions):
        return HttpResponseBadRequest()
    chosen = [name for name in FIELDS if request.POST.get(name) == OTHER]
    name = other.shown_name
    try:
        done = merging.merge(seat.customer, other, chosen, versions=versions, by=request.user)
    except Stale as stale:
        return compare(request, seat, other, status=409, caution=caution_of(stale))
    except merging.Gone:
        return said(request, _("Not merged: one of them is gone by now."))
    press = {"label": _("Undo"), "address": reverse("unmerge", args=[task_id, done.pk]), "values": {}}
    notice = _("Merged: %(name)s is no longer a record of its own.") % {"name": name}
    return again(request, task_id, notice, press)


@agent_required
@require_POST
def unmerge(request, task_id, merge_id):
    """Two records again."""
    seat = editing(request, task_id)
    done = get_object_or_404(Merge, pk=merge_id, kept=seat.customer)
    try:
        other = merging.unmerge(done, by=request.user)
    except merging.TooLate:
        return said(request, _("Not taken back: merges can be taken back for 7 days."))
    except merging.Gone:
        return said(request, _("That merge has been taken back already."))
    return again(request, task_id, _("Two records again: %(name)s is back.") % {"name": other.shown_name})


def editing(request, task_id):
    """The seat at a customer whom the agent may edit."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if not seat.customer:
        raise Http404
    if not seat.may_edit_customer:
        raise PermissionDenied
    return seat


def find_other(seat, customer_id):
    other = Customer.objects.prefetch_related("contact_points").filter(pk=customer_id).first()
    if not other or other == seat.customer:
        raise Http404
    return other


def compare(request, seat, other, *, status=200, **shown):
    """Each field in which they differ, the kept one's value chosen unless it has none."""
    seat.customer.refresh_from_db()
    shown |= {
        "seat": seat,
        "kept": seat.customer,
        "other": other,
        "may": may_edit_customer(seat.agent, other),
        "rows": [row(name, seat.customer, other) for name in FIELDS if differ(name, seat.customer, other)],
        "emails": union(seat.customer.emails, other.emails),
        "phones": union(seat.customer.phones, other.phones),
        "about": find_customers.requests_in_words(other),
    }
    response = render(request, "desk/merge_fields.html", shown, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#customer_chosen", "innerHTML"
    return response


def differ(name, kept, other):
    return getattr(kept, name) != getattr(other, name)


def row(name, kept, other):
    values = [getattr(customer, name) for customer in (kept, other)]
    if name == "language":
        values = [language_name(value) for value in values]
    return {"name": name, "label": NAMES[name], "kept": values[0], "other": values[1]}


def union(mine, theirs):
    return list(dict.fromkeys([*mine, *theirs]))


def undoable(customer):
    """The merges that can be taken back, each with the name of the record that would come back."""
    merges = list(merging.undoable(customer))
    for merge in merges:
        merge.name = merging.name_in(merge.undo)
    return merges


def again(request, task_id, notice, press=None):
    fresh = Seat.take(request.agent, task_id)
    response = beside(request, fresh, notice=notice, press=press, point="#customer_name")
    return trigger_client_event(response, "look-tasks", {})
