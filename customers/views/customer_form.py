"""The form "Customer information" (R70 to R72): a dialog beside the conversation, not over it."""

from copy import copy

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseLocation, trigger_client_event

from activities import drafts, interactions
from activities.identity import AlreadyKnown, create_customer
from activities.joining import MINE
from caredesk import panes
from caredesk.numbers import number
from caredesk.places import Opened
from caredesk.stale import Stale, unseen
from customers import editing
from customers.forms import VERSION, CustomerForm, is_field, kept_as_typed, languages, read
from customers.views.customer_details import context as pane_context
from customers.views.customer_details import form_of, version_of
from customers.views.twins import not_shown, twins_of
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.beside import beside
from queues.views.caution import caution_of, tell


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def customer_form(request, task_id):
    """GET opens it, with `edit` for writing. POST creates or saves what was drawn for `customer_record`; `cancel` drops
    what is unsaved, `aside` keeps it."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if request.method != "POST":
        return show(request, seat, form_of(seat), edit="edit" in request.GET)
    if seat.is_preview:
        raise PermissionDenied
    if is_strange(request, seat):
        return somebody_else(request, seat)
    if "cancel" in request.POST:
        return cancel(request, seat)
    if "aside" in request.POST:
        return put_aside(request, seat)
    return save(request, seat) if seat.customer else create(request, seat)


@agent_required
@require_safe
def customer_twins(request, task_id):
    """Who else has the e-mail or phone that was just typed, and which numbers are none."""
    seat = Seat.take(request.agent, task_id)
    form = CustomerForm(form_of(seat).stored, read(request.GET))
    return render(request, "desk/customer_form.html#checks", checks(seat, form))


def show(request, seat, form, *, edit=False, status=200, **shown):
    may = not seat.is_preview
    version = version_of(seat, form)
    news = unseen(seat.customer, version, by=request.user) if version else None
    shown |= {
        "seat": seat,
        "form": form,
        "record": seat.record,
        "editing": may and (edit or not seat.customer or bool(form.unsaved or form.mine)),
        "version": version or "",
        "languages": languages(form.texts["language"]),
        "caution": caution_of(news, form.own) if news else None,
        **checks(seat, form),
    }
    response = render(request, "desk/customer_form.html", shown, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def checks(seat, form):
    values = form.values
    twins = [] if seat.customer else twins_of(values["emails"], values["phones"], seat.region)
    return {"seat": seat, "twins": twins, "odd_phones": kept_as_typed(values["phones"], seat.region)}


def posted(request, seat):
    """The form as it was sent; the version it was typed over counts as typed, too."""
    typed = read(request.POST)
    if seat.customer and number(request.POST.get(VERSION, "")) is not None:
        typed[VERSION] = request.POST[VERSION]
    kept = form_of(seat)
    return CustomerForm(kept.stored, typed, kept.mine)


def create(request, seat):
    form = posted(request, seat)
    verb = create_customer if seat.task else interactions.create_customer
    try:
        editing.somebody(form.values)
        if not_shown(checks(seat, form)["twins"], request.POST):
            return shown_first(request, seat, form)
        # A copy, so that the seat goes on telling whose drafts these are.
        created = verb(copy(seat.current), form.values, by=request.user, region=seat.region)
    except ValidationError as error:
        return refused(request, seat, form, error)
    except AlreadyKnown:
        return known_by_now(request, seat)
    if not seat.current:
        return begun(request, seat, form, created)
    return done(request, seat, form, _("Customer created."))


def shown_first(request, seat, form):
    """Who has typed and pressed Create in one go has not seen the likely duplicates (R71)."""
    if Seat.take(request.agent, seat.place).customer:
        return known_by_now(request, seat)
    return pointed(show(request, seat, form, edit=True, status=422), ".twins")


def begun(request, seat, form, opened, notice=None):
    """The gadget goes on with whoever was nobody until now."""
    forget(request, seat)
    path = reverse("task", args=[Opened(opened.pk)])
    response = HttpResponseLocation(path, target="#work", swap="innerHTML")
    trigger_client_event(response, "toast", {"words": notice or _("Customer created.")})
    return saved(response, seat, form)


def known_by_now(request, seat):
    """Another tab was first: nothing is stored twice, and what was typed stays a draft."""
    fresh = Seat.take(request.agent, seat.place)
    notice = _("Not created: this conversation has its customer already, %(name)s.")
    return beside(request, fresh, notice=notice % {"name": fresh.customer.shown_name}, status=409)


def is_strange(request, seat):
    """The form was drawn for a customer with whom this conversation is no more."""
    record = request.POST.get("customer_record", "")
    return record.startswith("customer-") and record != seat.record


def somebody_else(request, seat):
    """Nothing that was typed of one customer is stored of another."""
    name = seat.shown_name
    notice = _("Nothing was stored: this conversation is with somebody else by now, %(name)s.") % {
        "name": name
    }
    return beside(request, seat, notice=notice, status=409)


def save(request, seat, form=None, *, version=None):
    form = form or posted(request, seat)
    version = version or version_of(seat, form)
    try:
        editing.save(seat.customer, form.values, version=version, by=request.user, region=seat.region)
    except ValidationError as error:
        return refused(request, seat, form, error)
    except Stale as stale:
        return refused_stale(request, seat, form, stale)
    return done(request, seat, form, _("Saved."))


def refused_stale(request, seat, form, stale):
    """The caution alone: the form stays as it is until Load."""
    keep(request, seat, form)
    address = reverse("settle_customer", args=[seat.place])
    return tell(request, stale, "#form_caution", own=form.own, status=409, load=address, at="#dialog")


def refused(request, seat, form, error, **shown):
    errors = {name: words[0] for name, words in error.message_dict.items()}
    answer = show(request, seat, form, edit=True, status=422, errors=errors, **shown)
    return pointed(answer, "[aria-invalid=true]")


def pointed(response, place):
    """The focus goes to this place of the form once it is drawn."""
    return trigger_client_event(response, "point", {"at": f"#customer_form {place}"}, after="settle")


def done(request, seat, form, notice):
    """Stored; what stands beside stays until it is used or dropped."""
    forget(request, seat)
    response = beside(request, Seat.take(request.agent, seat.place, seat.selection), notice=notice)
    return saved(response, seat, form)


def cancel(request, seat):
    """Back to what is stored, or known of a new customer."""
    form = form_of(seat)
    forget(request, seat, *form.mine)
    return saved(away(request, seat), seat, form)


def put_aside(request, seat):
    """Esc, the ×, a click elsewhere: nothing is lost, and the pane says that something is unsaved."""
    form = posted(request, seat)
    keep(request, seat, form)
    return saved(away(request, seat), seat, form)


def away(request, seat):
    """An empty dialog, and the pane with or without its mark."""
    fresh = Seat.take(request.agent, seat.place, seat.selection)
    return panes.content(request, "customer_details", pane_context(request, fresh), part="behind")


def keep(request, seat, form):
    """Exactly what is unsaved, and the version it was typed over, as drafts."""
    unsaved = {name: form.texts[name] for name in form.unsaved}
    version = {VERSION: str(version_of(seat, form))} if unsaved and seat.customer else {}
    former = {name: None for name in form_of(seat).typed if is_field(name) or name == VERSION}
    drafts.put(request.user, seat.record, former | unsaved | version)


def forget(request, seat, *beside):
    names = [name for name in {*form_of(seat).texts, *form_of(seat).typed} if is_field(name)]
    drafts.forget(request.user, seat.record, VERSION, *names, *(f"{MINE}{name}" for name in beside))


def saved(response, seat, form):
    keys = [f"{seat.record}:{name}" for name in {*form.texts, *form_of(seat).texts, VERSION}]
    return trigger_client_event(response, "saved", {"drafts": sorted(keys)})
