"""Whose conversation this is, said by the agent: one of the stored customers, or not this one (R71, R72)."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from activities import identity
from customers.models import Customer
from customers.views.customer_form import forget, form_of, known_by_now, saved
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.beside import beside


@agent_required
@require_POST
def use_customer(request, task_id, customer_id):
    seat = editing(request, task_id)
    customer = get_object_or_404(Customer, pk=customer_id)
    form = form_of(seat)
    try:
        identity.use_customer(seat.current, customer, by=request.user)
    except identity.AlreadyKnown:
        return known_by_now(request, seat)
    if not seat.customer:
        forget(request, seat)
    notice = _("This is %(name)s.") % {"name": customer.shown_name}
    return saved(again(request, seat, notice), seat, form)


@agent_required
@require_POST
def unlink_customer(request, task_id):
    """ "Not this customer": only while nobody has made sure of them."""
    seat = editing(request, task_id)
    if seat.current.verified:
        raise PermissionDenied
    identity.unlink(seat.current, by=request.user)
    return again(request, seat, _("This conversation has no customer now."))


@agent_required
@require_POST
def confirm_customer(request, task_id):
    """ "This is them"."""
    seat = editing(request, task_id)
    identity.confirm(seat.current, by=request.user)
    return again(request, seat)


def editing(request, task_id):
    seat = Seat.take(request.agent, task_id)
    if seat.is_preview:
        raise PermissionDenied
    return seat


def again(request, seat, notice=""):
    return beside(request, Seat.take(request.agent, seat.task.pk), notice=notice)
