"""Customer details: who this is, and how to reach them (R7)."""

from django.views.decorators.http import require_safe

from activities.identity import known_values
from caredesk import panes
from caredesk.realtime import name_of
from customers.forms import CustomerForm, flat, language_name, of_customer
from queues.permissions import agent_required
from queues.seat import Seat


@agent_required
@require_safe
def customer_details(request, task_id):
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    return panes.look(request, "customer_details", context(request, seat))


def context(request, seat):
    return {
        "seat": seat,
        "customer": seat.customer,
        "activity": seat.current,
        "language": language_name(seat.customer.language) if seat.customer else "",
        "unsaved": len(form_of(seat).unsaved),
        "listens": [seat.customer, seat.current],
    }


def form_of(seat):
    """The form with what stands in it: stored or known, and the agent's drafts over it."""
    stored = of_customer(seat.customer) if seat.customer else flat(known_values(seat.current, seat.region))
    return CustomerForm(stored, seat.drafts.get(record_of(seat), {}))


def record_of(seat):
    """Where the form's drafts are kept: with the customer, or with the activity of one who is not stored yet."""
    return name_of(seat.customer or seat.current)
