"""Customer details: who this is, and how to reach them (R7)."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from activities.joining import MINE
from caredesk import panes
from caredesk.numbers import number
from caredesk.stale import unseen
from caredesk.templatetags.desk import look_url, pane_url
from customers.forms import VERSION, CustomerForm, flat, is_field, language_name, of_customer
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.caution import caution_of, news_of, tell, was_moved


@agent_required
@require_safe
def customer_details(request, task_id):
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    return caution_first(request, seat) or panes.look(request, "customer_details", context(request, seat))


def caution_first(request, seat):
    """A colleague's change is told, and not shown before Load (R52): in the form, while that is open for writing."""
    if not seat.may_edit_customer:
        return None
    if moved := seat.current and was_moved(request, seat.current, "customer", seat.customer):
        if seat.activity == seat.current:
            return HttpResponse(status=204)
        return tell(request, moved, "#customer_caution", load=pane_url("load", seat), at="#details")
    news = news_of(request, seat.customer)
    if not news:
        return None
    form = form_of(seat)
    if "dialog" in request.GET:
        shown = {"load": reverse("settle_customer", args=[seat.place])}
        return tell(request, news, "#form_caution", own=form.own, at="#dialog", **shown)
    return tell(request, news, "#customer_caution", own=form.own, **loading(seat, form))


def loading(seat, form):
    """Where Load goes: the pane looks anew; with something unsaved the form opens, where it stands beside."""
    if form.unsaved:
        return {"load": reverse("settle_customer", args=[seat.place]), "at": "#dialog"}
    return {"look": look_url("customer_details", seat, listens(seat))}


def context(request, seat):
    form = form_of(seat)
    version = version_of(seat, form)
    news = unseen(seat.customer, version, by=request.user) if version else None
    return {
        "seat": seat,
        "customer": seat.customer,
        "activity": seat.current,
        "language": language_name(seat.customer.language) if seat.customer else "",
        "unsaved": len({*form.unsaved, *form.mine}),
        "version": version,
        "caution": caution_of(news, form.own) if news else None,
        "listens": listens(seat),
        **loading(seat, form),
    }


def listens(seat):
    return [seat.customer, seat.current]


def form_of(seat):
    """The form with what stands in it: stored or known, the agent's drafts over it, and what stands beside."""
    stored = of_customer(seat.customer) if seat.customer else flat(seat.known)
    kept = seat.drafts.get(seat.record, {})
    mine = {name.removeprefix(MINE): text for name, text in kept.items() if name.startswith(MINE)}
    return CustomerForm(stored, kept, {name: text for name, text in mine.items() if is_field(name)})


def version_of(seat, form):
    """The customer as Edit found it: with unsaved text, the version that it was typed over."""
    if not seat.customer or seat.is_preview:
        return 0
    kept = number(form.typed.get(VERSION, ""))
    return seat.customer.version if kept is None or not form.unsaved else kept
