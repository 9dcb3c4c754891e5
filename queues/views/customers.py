"""Customer management in the gadget: who is open, who was last, and who is found (R111 to R114)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseLocation, trigger_client_event

from activities import opening
from activities.models import OpenCustomer, RecentCustomer
from activities.views.find_customers import requests_in_words
from caredesk import panes
from caredesk.places import Opened
from customers.models import Customer
from queues.permissions import agent_required
from queues.stamps import gadget_state
from queues.views.find import found

OPEN, RECENT, SEARCH = "open", "recent", "search"
TABS = (OPEN, RECENT, SEARCH)


@agent_required
@require_safe
def customers(request):
    """The pane with the list of one `tab`; what was found for the words `q` alone."""
    if "q" in request.GET:
        shown = found(request) | {"more": reverse("customers"), "gadget": True}
        return render(request, f"desk/found.html{'#page' if shown['at'] else ''}", shown)
    tab = request.GET.get("tab", OPEN)
    if request.GET.get("look") and tab == SEARCH:
        return HttpResponse(status=204)
    return panes.content(request, "customers", context(request, tab if tab in TABS else OPEN))


@agent_required
@require_safe
def customer_card(request, customer_id):
    """Who that is, while the pointer rests on them. The browser may keep it for a few seconds."""
    customer = get_object_or_404(Customer.objects.prefetch_related("contact_points"), pk=customer_id)
    last = customer.activities.order_by("-started_at", "-pk").first()
    response = render(
        request,
        "gadget/card.html",
        {"customer": customer, "last": last, "about": requests_in_words(customer)},
    )
    response["Cache-Control"] = "private, max-age=5"
    return response


@agent_required
@require_POST
def reopen(request, customer_id):
    customer = get_object_or_404(Customer, pk=customer_id)
    opened = opening.reopen(customer, by=request.user)
    path = reverse("task", args=[Opened(opened.pk)])
    response = HttpResponseLocation(path, target="#work", swap="innerHTML")
    return trigger_client_event(response, "look-tasks", {})


def context(request, tab, selected=None):
    """`state` is read before the lists: what changes in between makes the gadget look once more."""
    shown = {"state": gadget_state(request.user.pk), "tab": tab, "agent": request.agent}
    shown |= {"selected": selected, "rows": [], "words": "", "nobody": Opened(0)}
    if tab == OPEN:
        shown["rows"] = list(open_ones(request.user))
    elif tab == RECENT:
        shown["rows"] = recent_ones(request.user)
    return shown


def open_ones(user):
    """The newest first."""
    rows = OpenCustomer.objects.whole().filter(agent=user).order_by("-opened_at", "-pk")
    for row in rows:
        row.place = Opened(row.pk)
        yield row


def recent_ones(user):
    """The last twenty, each with its place if it is open as well."""
    rows = RecentCustomer.objects.filter(agent=user).select_related("customer")
    rows = list(rows.prefetch_related("customer__contact_points").order_by("-at", "-pk")[: opening.KEPT])
    places = dict(OpenCustomer.objects.filter(agent=user).values_list("customer", "pk"))
    for row in rows:
        row.open_pk = places.get(row.customer_id)
    return rows
