"""Choosing a customer, to move an activity to (R81) or to merge with (R73): who is in progress, or found by words."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from activities import search
from activities.identity import known_values, likely
from caredesk.sorting import in_order
from customers.forms import language_name
from customers.matching import matches
from customers.models import Customer
from customers.views.twins import described, requests_of, twins_of
from queues.permissions import agent_required
from queues.seat import Seat
from requests_app.models import CareRequest

MOVE, MERGE = "move", "merge"
FIELDS = ("first_name", "last_name", "email", "phone")


@agent_required
@require_safe
def find_customers(request, task_id):
    """The list for the words `q`; without any, who is likely. `purpose` is "move" or "merge"."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    purpose = MERGE if request.GET.get("purpose") == MERGE else MOVE
    shown = choices(seat, seat.activity or seat.anybody, purpose, request.GET.get("q", ""))
    return render(request, "desk/choose_customer.html#found_again", shown)


@agent_required
@require_safe
def found_customer(request, task_id, customer_id):
    """Whoever was chosen, and which request of theirs a moved activity joins."""
    seat = Seat.take(request.agent, task_id)
    customer = get_object_or_404(Customer.objects.prefetch_related("contact_points"), pk=customer_id)
    joinable = CareRequest.objects.joinable().filter(customer=customer).order_by("-created_at", "-pk")
    shown = {"seat": seat, "customer": customer, "joins": joinable.first()}
    shown |= {"language": language_name(customer.language), "about": requests_in_words(customer)}
    return render(request, "desk/chosen_customer.html", shown)


@agent_required
@require_safe
def new_customer(request, task_id):
    """The fields of somebody new, with what the activity says of them, and who has that address already."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    values = {name: request.GET[name] for name in FIELDS if name in request.GET}
    shown = new_fields(seat, known_of_another(seat) | values)
    part = "#twins" if values else ""
    return render(request, f"desk/new_customer.html{part}", shown)


def choices(seat, activity, purpose, words=""):
    """Groups of (heading, customers), the seat's own among none of them; `slow` when the search took too long,
    `more` when there are more of them."""
    shown = {"seat": seat, "activity": activity, "purpose": purpose}
    shown |= {"words": words.strip(), "groups": [], "slow": False}
    if not shown["words"]:
        near = likely_ones(seat, activity, purpose)
        groups = [at_hand(seat), (_("Perhaps the same person"), others(seat, near))]
    else:
        try:
            finds = search.customers(words, region=seat.region)
        except search.TooSlow:
            return shown | {"slow": True}
        groups, shown["more"] = found(seat, finds), bool(finds.next_offset)
    return shown | {"groups": [group for group in groups if group[1]]}


def found(seat, finds):
    rows = {row.pk: row for row in others(seat, Customer.objects.filter(pk__in=[find.pk for find in finds]))}
    exact, close = [], []
    for find in finds:
        if row := rows.get(find.pk):
            row.question = find.question
            (close if find.is_close else exact).append(row)
    return [(_("Found"), exact), (pgettext("finds that are nearly right", "Close"), close)]


def at_hand(seat):
    heading, customers = seat.others_open
    first = others(seat, customers.order_by("last_name", "first_name", "pk"))
    return heading, in_order(first, lambda customer: f"{customer.last_name} {customer.first_name}")


def likely_ones(seat, activity, purpose):
    if purpose == MERGE and seat.customer:
        return matches(emails=seat.customer.emails, phones=seat.customer.phones, region=seat.region)
    return likely(activity, seat.region)


def others(seat, customers):
    return described(customers.exclude(pk=seat.customer.pk if seat.customer else None), most=search.MOST)


def requests_in_words(customer):
    return requests_of(described(Customer.objects.filter(pk=customer.pk))[0])


def known_of_another(seat):
    """What the conversation says of whoever it is with, unless that is how its customer is known already."""
    activity = seat.activity or seat.anybody
    known = known_values(activity, seat.region)
    email, phone = next(iter(known["emails"]), ""), next(iter(known["phones"]), "")
    if seat.customer and {email, phone, activity.source_name} & {*addresses(seat.customer)} - {""}:
        return dict.fromkeys(FIELDS, "")
    names = {name: known[name] for name in ("first_name", "last_name")}
    return names | {"email": email, "phone": phone}


def addresses(customer):
    return [customer.full_name, *customer.emails, *customer.phones]


def new_fields(seat, values, errors=None):
    twins = twins_of([values.get("email", "")], [values.get("phone", "")], seat.region)
    twins = [twin for twin in twins if twin != seat.customer]
    return {"seat": seat, "values": values, "errors": errors or {}, "twins": twins}
