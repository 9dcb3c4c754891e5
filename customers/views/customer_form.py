"""The form "Customer information" (R70 to R72): a dialog beside the conversation, not over it."""

from copy import copy

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from activities import drafts
from activities.identity import AlreadyKnown, create_customer
from activities.joining import MINE
from caredesk import panes
from caredesk.stale import Stale
from customers import editing
from customers.forms import VERSION, CustomerForm, is_field, kept_as_typed, languages, read
from customers.views.customer_details import context as pane_context
from customers.views.customer_details import form_of, record_of
from customers.views.twins import twins_of
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.beside import beside
from queues.views.caution import NAMES, caution_of


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def customer_form(request, task_id):
    """GET opens it, with `edit` for writing. POST creates or saves; `cancel` drops what is unsaved, `aside` keeps it,
    `load` puts a colleague's values first, `both` saves over them what does not overlap."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if request.method != "POST":
        return show(request, seat, form_of(seat), edit="edit" in request.GET)
    if seat.is_preview:
        raise PermissionDenied
    for word, act in (("cancel", cancel), ("aside", put_aside), ("load", load), ("both", keep_both)):
        if word in request.POST:
            return act(request, seat)
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
    shown |= {
        "seat": seat,
        "form": form,
        "record": record_of(seat),
        "editing": may and (edit or not seat.customer or bool(form.unsaved)),
        "version": version_of(seat, form),
        "languages": languages(form.texts["language"]),
        "mine": mine_of(seat),
        **checks(seat, form),
    }
    response = render(request, "desk/customer_form.html", shown, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def checks(seat, form):
    values = form.values
    twins = [] if seat.customer else twins_of(values["emails"], values["phones"], seat.region)
    return {"seat": seat, "twins": twins, "odd_phones": kept_as_typed(values["phones"], seat.region)}


def version_of(seat, form):
    """The customer as Edit found it: with unsaved text, the version that it was typed over."""
    if not seat.customer:
        return ""
    kept = form.typed.get(VERSION, "")
    return int(kept) if kept.isdecimal() and form.unsaved else seat.customer.version


def posted(request, seat):
    """The form as it was sent; the version it was typed over counts as typed, too."""
    typed = read(request.POST)
    if seat.customer and request.POST.get(VERSION, "").isdecimal():
        typed[VERSION] = request.POST[VERSION]
    return CustomerForm(form_of(seat).stored, typed)


def create(request, seat):
    form = posted(request, seat)
    try:
        # A copy, so that the seat goes on telling whose drafts these are.
        create_customer(copy(seat.current), form.values, by=request.user, region=seat.region)
    except ValidationError as error:
        return refused(request, seat, form, error)
    except AlreadyKnown:
        return known_by_now(request, seat)
    return done(request, seat, form, _("Customer created."))


def known_by_now(request, seat):
    """Another tab was first: nothing is stored twice, and what was typed stays a draft."""
    fresh = Seat.take(request.agent, seat.task.pk)
    notice = _("Not created: this conversation has its customer already, %(name)s.")
    return beside(request, fresh, notice=notice % {"name": fresh.customer.shown_name}, status=409)


def save(request, seat, *, version=None):
    form = posted(request, seat)
    version = version or version_of(seat, form)
    try:
        editing.save(seat.customer, form.values, version=version, by=request.user, region=seat.region)
    except ValidationError as error:
        return refused(request, seat, form, error)
    except Stale as stale:
        keep(request, seat, form)
        caution = caution_of(stale, [list_name(name) for name in form.unsaved])
        return show(request, seat, form, edit=True, status=409, caution=caution)
    return done(request, seat, form, _("Saved."))


def refused(request, seat, form, error, **shown):
    errors = {name: words[0] for name, words in error.message_dict.items()}
    return show(request, seat, form, edit=True, status=422, errors=errors, **shown)


def done(request, seat, form, notice):
    forget(request, seat)
    response = beside(request, Seat.take(request.agent, seat.task.pk, seat.selection), notice=notice)
    return saved(response, seat, form)


def cancel(request, seat):
    """Back to what is stored, or known of a new customer."""
    form = form_of(seat)
    forget(request, seat)
    return saved(away(request, seat), seat, form)


def put_aside(request, seat):
    """Esc, the ×, a click elsewhere: nothing is lost, and the pane says that something is unsaved."""
    form = posted(request, seat)
    keep(request, seat, form)
    return saved(away(request, seat), seat, form)


def load(request, seat):
    """Theirs in the fields, one's own unsaved text beside them (R52)."""
    form = posted(request, seat)
    forget(request, seat)
    mine = {f"{MINE}{name}": form.texts[name] for name in form.unsaved}
    drafts.put(request.user, record_of(seat), mine)
    fresh = Seat.take(request.agent, seat.task.pk)
    return saved(show(request, fresh, form_of(fresh), edit=True), seat, form)


def mine_of(seat):
    """(label, name, text) of what was kept beside a colleague's values, until a save or Cancel ends it."""
    kept = seat.drafts.get(record_of(seat), {})
    names = sorted(field.removeprefix(MINE) for field in kept if field.startswith(MINE))
    return [(NAMES[list_name(name)], name, kept[f"{MINE}{name}"]) for name in names if is_field(name)]


def keep_both(request, seat):
    """The fields do not overlap: one's own over what the colleague has stored by now, which stays."""
    return save(request, seat, version=seat.customer.version)


def away(request, seat):
    """An empty dialog, and the pane with or without its mark."""
    fresh = Seat.take(request.agent, seat.task.pk, seat.selection)
    return panes.content(request, "customer_details", pane_context(request, fresh), part="put_aside")


def keep(request, seat, form):
    """Exactly what is unsaved, and the version it was typed over, as drafts."""
    unsaved = {name: form.texts[name] for name in form.unsaved}
    version = {VERSION: str(version_of(seat, form))} if unsaved and seat.customer else {}
    former = {name: None for name in form_of(seat).typed if is_field(name) or name == VERSION}
    drafts.put(request.user, record_of(seat), former | unsaved | version)


def forget(request, seat):
    names = [name for name in {*form_of(seat).texts, *form_of(seat).typed} if is_field(name)]
    mine = [f"{MINE}{name}" for _label, name, _text in mine_of(seat)]
    drafts.forget(request.user, record_of(seat), VERSION, *names, *mine)


def saved(response, seat, form):
    keys = [f"{record_of(seat)}:{name}" for name in {*form.texts, *form_of(seat).texts, VERSION}]
    return trigger_client_event(response, "saved", {"drafts": sorted(keys)})


def list_name(name):
    """The names that an error or a caution has for a field: "emails" for "email_2"."""
    kind = name.partition("_")[0]
    return {"email": "emails", "phone": "phones"}.get(kind, name)
