"""Whose conversation this is, said by the agent: one of the stored customers, or not this one (R71, R72)."""

from copy import copy

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from activities import identity, opening
from activities.views.activity_details import closed_words, version_of
from caredesk.stale import Stale
from caredesk.templatetags.desk import pane_url
from customers.views.customer_form import begun, forget, known_by_now, posted, saved
from customers.views.twins import twin_or_404
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.beside import beside
from queues.views.caution import tell
from requests_app.editing import Closed


@agent_required
@require_POST
def use_customer(request, task_id, customer_id):
    seat = editing(request, task_id)
    form = posted(request, seat)
    customer = twin_or_404(seat, form, customer_id)
    if not seat.current:
        return begun(request, seat, form, opening.reopen(customer, by=request.user), said(customer))
    try:
        identity.use_customer(copy(seat.current), customer, by=request.user)
    except identity.AlreadyKnown:
        return known_by_now(request, seat)
    forget(request, seat)
    return saved(again(request, seat, said(customer)), seat, form)


def said(customer):
    return _("This is %(name)s.") % {"name": customer.shown_name}


@agent_required
@require_POST
def unlink_customer(request, task_id):
    """ "Not this customer": only while nobody has made sure of them."""
    seat = editing(request, task_id)
    if not seat.current:
        raise Http404
    try:
        identity.unlink(seat.current, version=version_of(request), by=request.user)
    except Stale as stale:
        return moved_on(request, seat, stale)
    except identity.Verified:
        raise PermissionDenied from None
    except identity.AlreadyKnown:
        return again(request, seat, status=409)
    except Closed:
        return again(request, seat, closed_words(), status=409)
    return again(request, seat, _("This conversation has no customer now."))


@agent_required
@require_POST
def confirm_customer(request, task_id):
    """ "This is them"."""
    seat = editing(request, task_id)
    if not seat.current:
        raise Http404
    try:
        identity.confirm(seat.current, version=version_of(request), by=request.user)
    except Stale as stale:
        return moved_on(request, seat, stale)
    except Closed:
        return again(request, seat, closed_words(), status=409)
    return again(request, seat)


def moved_on(request, seat, stale):
    """Whose it is stays undecided until the agent has seen what a colleague has changed (R52)."""
    load = {"load": pane_url("load", seat), "at": "#details"}
    return tell(request, stale, "#customer_caution", status=409, **load)


def editing(request, task_id):
    seat = Seat.take(request.agent, task_id)
    if seat.is_preview:
        raise PermissionDenied
    return seat


def again(request, seat, notice="", *, status=200):
    return beside(request, Seat.take(request.agent, seat.place), notice=notice, status=status)
