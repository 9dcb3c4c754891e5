"""Move to another customer (R81): one who was found, one in progress, or a new one."""

from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from activities import moving
from activities.views import find_customers
from activities.views.move import NEW, NUMBER, REFUSED, begun, refused, said, shown
from customers.models import Customer
from customers.views.twins import not_shown
from queues.permissions import agent_required
from queues.seat import Seat


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def move_to_customer(request, task_id, activity_id):
    """GET: the dialog. POST: `customer` is the number of one, or "new" with the fields of a new one."""
    seat, activity, version, answer = begun(request, task_id, activity_id, dialog)
    if answer:
        return answer
    chosen = request.POST.get("customer", "")
    if chosen != NEW and not NUMBER.fullmatch(chosen):
        return said(request, _("Choose a customer first."), status=422)
    if chosen == NEW and is_perhaps_known(request, seat):
        return fields_again(request, seat, at=".twins")
    try:
        done = carry(request, seat, activity, chosen, version)
    except ValidationError as error:
        return refused_fields(request, seat, error)
    except REFUSED as error:
        return refused(request, seat, activity, error, at="#move_caution")
    stays = seat.selection if seat.selected != activity else ""
    fresh = Seat.take(request.agent, task_id, "" if activity == seat.current else stays)
    activity.refresh_from_db()
    words = _("Moved to %(name)s.") % {"name": activity.customer.shown_name}
    return trigger_client_event(shown(request, fresh, activity, done, words), "look-tasks", {})


def dialog(request, seat, activity, version):
    shown = {"activity": activity, "version": version, "own": activity == seat.current}
    shown |= find_customers.choices(seat, activity, find_customers.MOVE)
    return render(request, "desk/move.html", shown)


def is_perhaps_known(request, seat):
    """There are likely duplicates that the agent has not seen yet (R71)."""
    return not_shown(find_customers.new_fields(seat, request.POST)["twins"], request.POST)


def carry(request, seat, activity, chosen, version):
    """To the customer with this number, or to a new one."""
    if chosen == NEW:
        given = {name: request.POST.get(name, "") for name in find_customers.FIELDS}
        values = {"first_name": given["first_name"], "last_name": given["last_name"]}
        values |= {"emails": [given["email"]], "phones": [given["phone"]]}
        return moving.to_new_customer(activity, values, version=version, by=request.user, region=seat.region)
    customer = Customer.objects.filter(pk=chosen).first()
    if not customer:
        raise moving.Elsewhere
    return moving.to_customer(activity, customer, version=version, by=request.user)


def refused_fields(request, seat, error):
    """What of a new customer is wrong, beside its field."""
    errors = {name.removesuffix("s"): words[0] for name, words in error.message_dict.items()}
    return fields_again(request, seat, errors, at="[aria-invalid=true]")


def fields_again(request, seat, errors=None, *, at):
    values = {name: request.POST.get(name, "") for name in find_customers.FIELDS}
    fields = find_customers.new_fields(seat, values, errors)
    response = render(request, "desk/new_customer.html", fields, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#customer_chosen", "innerHTML"
    return trigger_client_event(response, "point", {"at": f"#customer_chosen {at}"}, after="settle")
