"""Close (R85 to R88): what stands in the panes is stored, the one question is asked, and the next task is shown."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseLocation, trigger_client_event

from activities.identity import AlreadyKnown
from activities.joining import MINE, NOTES
from activities.models import Activity, OpenCustomer
from activities.views.activity_details import closed_words
from activities.views.comments import CALL_COMMENT
from caredesk.places import Opened
from caredesk.realtime import name_of
from caredesk.stale import Stale
from customers.forms import list_name
from customers.models import Customer
from customers.views import customer_details, customer_form
from customers.views.twins import twin_or_404
from queues import closing, closing_gadget, desk
from queues.models import Task
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views import gadget
from queues.views.beside import beside
from queues.views.caution import NAMES, caution_of
from queues.views.drafts import EDITED_COMMENT
from requests_app.editing import Closed
from requests_app.views.request_details import edited, version_of

FIELDS = {"message": "#message", "title": "#request_title", "description": "#request_description"}
FIELDS |= {"tag": "#tag", "comment": "#comment", CALL_COMMENT: "#call_comment"}


@agent_required
@require_POST
def close(request, task_id):
    """Posted are the fields that were changed and not saved, each with the name of its record; with `choice`, the
    answer to the question. 200 with a dialog is the question; 409 and 422 say why nothing was closed."""
    if is_closed(request.agent, task_id):
        return onwards(request, task_id)
    seat = Seat.take(request.agent, task_id)
    if seat.is_preview:
        raise PermissionDenied
    if unsaved_elsewhere(request, seat):
        return show_unsaved(request, seat)
    if customer_form.is_strange(request, seat):
        return reasoned(customer_form.somebody_else(request, seat))
    form = form_of(request, seat)
    if form.mine and choice_of(request) != closing.DISCARD:
        return reasoned(customer_form.show(request, seat, form, edit=True, status=409))
    try:
        left = leftovers(request, seat, form)
        ended = verb_of(task_id)(task_id, left, choice=choice_of(request), by=request.agent)
    except closing.Question as question:
        return ask(request, seat, form, question.kind)
    except (ValidationError, Stale, Closed, AlreadyKnown) as error:
        return refused(request, seat, form, error)
    return onwards(request, task_id, closed=seat, ended=ended)


def verb_of(place):
    return closing_gadget.close if isinstance(place, Opened) else closing.close


def is_closed(agent, place):
    if isinstance(place, Opened):
        return not OpenCustomer.objects.filter(pk=place, agent=agent.user).exists()
    return Task.objects.filter(pk=place, agent=agent, state=Task.CLOSED).exists()


def unsaved_elsewhere(request, seat):
    """Whether the request of this task has unsaved text while another one is shown."""
    record = seat.anybody.care_request
    if not record or request.POST.get("record", "") == name_of(record):
        return False
    return any(
        seat.draft(record, f"{MINE}{name}")
        or seat.draft(record, name).strip() not in ("", getattr(record, name))
        for name in NOTES
    )


def show_unsaved(request, seat):
    response = reasoned(beside(request, seat, point="#request_title", status=409))
    response["HX-Retarget"] = "#details"
    return response


def form_of(request, seat):
    """The customer's form: as it stands open, else as it was put aside. What is unsaved is kept either way."""
    if "customer_form" not in request.POST:
        return customer_details.form_of(seat)
    form = customer_form.posted(request, seat)
    customer_form.keep(request, seat, form)
    return form


def choice_of(request):
    return closing.USE if request.POST.get("use") else request.POST.get("choice", "")


def leftovers(request, seat, form):
    unsaved = form.values if form.unsaved or not seat.customer else {}
    use = request.POST.get("use", "")
    return closing.Leftovers(
        edits=[edit for edit in (details(request, seat), *remarks(request, seat)) if edit],
        message=request.POST.get("message", ""),
        customer=unsaved,
        customer_version=customer_details.version_of(seat, form) if seat.customer else None,
        use=twin_or_404(seat, form, use) if use and not seat.customer else None,
    )


def details(request, seat):
    """Title and description that were changed in their fields."""
    texts = {name: request.POST[name] for name in NOTES if name in request.POST}
    if not texts:
        return None
    return closing.Edit(edited(seat, request.POST.get("record", "")), texts, version_of(request))


def remarks(request, seat):
    """A half-typed tag and comments, of the activity that is shown and of the task's own."""
    shown = seat.find(request.POST.get("activity", ""))
    texts = {name: text for name, text in request.POST.items() if is_remark(name) and text.strip()}
    below = {CALL_COMMENT: texts.pop(CALL_COMMENT)} if CALL_COMMENT in texts else {}
    if texts and not (isinstance(shown, Activity) and seat.may(shown)):
        raise PermissionDenied
    drafts = seat.drafts.get(name_of(seat.anybody), {})
    kept = {name: text for name, text in drafts.items() if is_remark(name)}
    if shown == seat.current or not seat.current:
        return [closing.Edit(shown, texts | below)] if shown else []
    return [closing.Edit(shown, texts), closing.Edit(seat.current, kept | below)]


def is_remark(name):
    return name in ("tag", "comment", CALL_COMMENT) or bool(EDITED_COMMENT.fullmatch(name))


def ask(request, seat, form, kind):
    """The question, and beside it the pane, which says what is unsaved if the agent keeps working."""
    twins = []
    if kind == closing.CREATE:
        values = form.values
        twins = customer_form.twins_of(values["emails"], values["phones"], seat.region)
    name = form.shown_name or seat.shown_name
    shown = customer_details.context(request, Seat.take(request.agent, seat.place)) | {
        "kind": kind,
        "question": closing.question_text(kind, name),
        "changes": changes(form),
        "twins": twins,
    }
    return render(request, "desk/close.html", shown)


def changes(form):
    """What Save would store, field by field, with what stands there now."""
    named = [(NAMES[list_name(name)], name) for name in form.unsaved]
    return [
        {"label": label, "before": form.stored.get(name, ""), "after": form.texts[name]}
        for label, name in named
    ]


def refused(request, seat, form, error):
    """Nothing was closed: the reason stands beside its field, which gets the focus."""
    if isinstance(error, AlreadyKnown):
        return customer_form.known_by_now(request, seat)
    if isinstance(error, Stale) and isinstance(error.record, Customer):
        if "customer_form" in request.POST:
            return reasoned(customer_form.refused_stale(request, seat, form, error))
        return reasoned(customer_form.show(request, seat, form, edit=True, status=409))
    if isinstance(error, ValidationError) and not all(map(place_of, error.message_dict)):
        return reasoned(customer_form.refused(request, seat, form, error))
    return refused_fields(request, seat, error)


def place_of(name):
    return f'[name="{name}"]' if EDITED_COMMENT.fullmatch(name) else FIELDS.get(name)


def refused_fields(request, seat, error):
    own = [name for name in NOTES if name in request.POST]
    shown = {"seat": seat, "errors": {}, "fields": own}
    if isinstance(error, ValidationError):
        shown["errors"] = {name: words[0] for name, words in error.message_dict.items()}
        at = place_of(min(shown["errors"], key=[*FIELDS, *shown["errors"]].index))
        shown["comments"] = {
            name.replace("-", "_"): words for name, words in shown["errors"].items() if name not in FIELDS
        }
    else:
        at = FIELDS[own[0]] if own else "#request_details"
        if isinstance(error, Stale):
            shown["caution"] = caution_of(error, own)
        else:
            shown["closed"] = closed_words()
    response = render(request, "desk/refused.html", shown, status=422 if shown["errors"] else 409)
    response["HX-Reswap"] = "none"
    return reasoned(trigger_client_event(response, "point", {"at": at}, after="settle"))


def reasoned(response):
    return trigger_client_event(response, "toast", {"words": _("Nothing was closed yet.")})


def onwards(request, place, closed=None, ended=()):
    """To the next task in progress, or to where one is chosen; in the gadget to the next open customer, and its host is
    told which interactions have `ended`."""
    if isinstance(place, Opened):
        return gadget.onwards(request, closed, ended)
    following = desk.in_progress(request.agent).first()
    path = reverse("task", args=[following.pk]) if following else reverse("desk")
    response = HttpResponseLocation(path, target="#work", swap="innerHTML")
    trigger_client_event(response, "look-tasks", {})
    if closed:
        text = (
            _("Closed. %(name)s has been told.")
            if closed.current.medium == Activity.CHAT
            else _("Closed: %(name)s.")
        )
        trigger_client_event(response, "toast", {"words": text % {"name": closed.shown_name}})
    return response
