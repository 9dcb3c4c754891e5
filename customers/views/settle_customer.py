"""A colleague was first: their values into the form, one's own beside them until they are used or dropped (R52)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from activities import drafts
from activities.joining import MINE
from caredesk import panes
from caredesk.stale import unseen
from customers.views.customer_details import context as pane_context
from customers.views.customer_details import form_of, version_of
from customers.views.customer_form import (
    forget,
    is_strange,
    keep,
    posted,
    refused_stale,
    save,
    saved,
    show,
    somebody_else,
)
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.caution import overlaps


@agent_required
@require_POST
def settle_customer(request, task_id):
    """`load` shows a colleague's values and keeps what is unsaved beside them, `mine` = use or drop settles one `field`
    of that; with `both` it saves over them what does not overlap."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if seat.is_preview or not seat.customer:
        raise PermissionDenied
    if is_strange(request, seat):
        return somebody_else(request, seat)
    if "load" in request.POST:
        return load(request, seat)
    return keep_both(request, seat) if "both" in request.POST else settle(request, seat)


def unsaved_form(request, seat):
    """As it stands open, else as it was put aside."""
    return posted(request, seat) if "was" in request.POST else form_of(seat)


def load(request, seat):
    """Theirs in the fields, one's own unsaved text beside them (R52)."""
    form = unsaved_form(request, seat)
    forget(request, seat)
    mine = {f"{MINE}{name}": beside(form, name) for name in form.unsaved}
    drafts.put(request.user, seat.record, mine)
    return saved(anew(request, seat), seat, form)


def beside(form, name):
    """What was typed now, after what stands there already."""
    return " / ".join(dict.fromkeys(filter(None, (form.mine.get(name), form.texts[name]))))


def settle(request, seat):
    """One's own text into its field, unsaved, or away."""
    form, name = posted(request, seat), request.POST.get("field", "")
    if name not in form.mine or request.POST.get("mine") not in ("use", "drop"):
        raise Http404
    if request.POST["mine"] == "use":
        form.typed[name] = form.mine[name]
    keep(request, seat, form)
    drafts.forget(request.user, seat.record, f"{MINE}{name}")
    point = {"at": f"#customer_form [name={name}]"}
    return trigger_client_event(anew(request, seat), "point", point, after="settle")


def keep_both(request, seat):
    """The fields do not overlap: one's own over what the colleague has stored by now, which stays."""
    form = unsaved_form(request, seat)
    news = unseen(seat.customer, version_of(seat, form), by=request.user)
    if news and overlaps(news, form.own):
        return refused_stale(request, seat, form, news)
    return save(request, seat, form, version=seat.customer.version)


def anew(request, seat):
    """The form as it stands by now, and the pane behind it, which has been loaded as well."""
    fresh = Seat.take(request.agent, seat.place, seat.selection)
    response = show(request, fresh, form_of(fresh), edit=True)
    pane = panes.content(request, "customer_details", pane_context(request, fresh), part="behind")
    response.content += pane.content
    return response
