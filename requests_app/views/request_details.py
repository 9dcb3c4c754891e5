"""Request details: title and description, saved when their field is left (R8, R51); before the customer is created
they are notes of the activity (R41)."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from activities import drafts
from activities.joining import MINE, NOTES, AlreadyKnown, note
from activities.models import Activity, Message
from activities.views.activity_details import closed_words
from caredesk import panes
from caredesk.numbers import ROW, number
from caredesk.realtime import name_of
from caredesk.stale import Stale, unseen
from caredesk.templatetags.desk import pane_url
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.caution import caution_of, news_of, tell, was_moved
from requests_app import editing
from requests_app.models import CareRequest

VERSION = "request_version"


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_details(request, task_id):
    """GET looks. POST saves `title` or `description` over `request_version`."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if request.method != "POST":
        return caution_first(request, seat) or panes.look(request, "request_details", context(request, seat))
    return save(request, seat, edited(seat, request.POST.get("record", "")), texts_of(request))


def caution_first(request, seat):
    """A colleague's change is told, and not shown before Load (R52)."""
    if seat.activity and was_moved(request, seat.activity, "request", seat.care_request):
        return HttpResponse(status=204)
    news = news_of(request, seat.care_request) if seat.may_edit_request else None
    if not news:
        return None
    typed = typed_of(seat, seat.care_request)
    own = [name for name in NOTES if is_unsaved(typed[name], getattr(seat.care_request, name))]
    return tell(request, news, "#request_caution", own=own, load=pane_url("settle_request", seat))


def edited(seat, name):
    """The request, or the activity with the notes, that the fields were drawn for; it may not be selected any more."""
    record = seat.care_request or seat.activity
    if not record or (name and name != name_of(record)):
        record = find(seat, name)
    if not seat.holds(record):
        raise PermissionDenied
    return record


def texts_of(request):
    return {field: request.POST[field] for field in NOTES if field in request.POST}


def find(seat, name):
    kind, _dash, pk = name.partition("-")
    if kind == "activity" and seat.current and pk == str(seat.current.pk):
        return seat.current.care_request or seat.current
    if kind != "request" or not seat.customer:
        raise Http404
    found = CareRequest.objects.filter(customer=seat.customer, pk=number(pk, digits=ROW)).first()
    if not found:
        raise Http404
    return found


def save(request, seat, record, texts):
    try:
        record, version = store(record, texts, version_of(request), by=request.user)
    except ValidationError as error:
        errors = {field: words[0] for field, words in error.message_dict.items()}
        return answer(request, seat, record, texts, errors=errors, status=422)
    except Stale as stale:
        return answer(request, seat, record, texts, caution=caution_of(stale, texts), status=409)
    except editing.Closed:
        return answer(request, seat, record, texts, closed=closed_words(), status=409)
    forget(request, record, texts)
    return saved(answer(request, seat, record, texts, **seen(request, record, version)), record, texts)


def seen(request, record, version):
    """What the page has seen from now on: a save that changed nothing has not shown it a colleague's words."""
    given = version_of(request)
    news = unseen(record, given, by=request.user) if isinstance(record, CareRequest) else None
    return {"version": given, "caution": caution_of(news)} if news else {"version": version}


def store(record, texts, version, *, by):
    """Return what has them now, and its version: a request that another tab has just made takes the notes."""
    if isinstance(record, Activity):
        try:
            note(record, texts)
        except AlreadyKnown:
            record.refresh_from_db()
            record = record.care_request
        else:
            return record, 0
    return record, editing.save_details(record, texts, version=version, by=by).version


def forget(request, record, texts):
    """What is stored is no draft any more; what stands beside it stays until it is used or dropped."""
    name = name_of(record)
    drafts.forget(request.user, name, *texts)
    if not {*NOTES} & drafts.of(request.user, name)[name].keys():
        drafts.forget(request.user, name, VERSION)


def saved(response, record, texts):
    keys = [f"{name_of(record)}:{field}" for field in (*texts, VERSION)]
    return trigger_client_event(response, "saved", {"drafts": keys})


def answer(request, seat, record, texts, *, status=200, **shown):
    """What stands round the fields that were sent; the fields themselves are in somebody's hand."""
    errors = shown.pop("errors", {})
    fields = [{"name": name, "error": errors.get(name, "")} for name in texts]
    shown |= {"seat": seat, "record": record, "fields": fields, "is_saved": status == 200}
    return panes.content(request, "request_details", shown, status=status, part="answer")


def whole(request, seat, *, status=200, errors=None):
    fresh = Seat.take(request.agent, seat.place, seat.selection)
    return panes.content(request, "request_details", context(request, fresh, errors), status=status)


def version_of(request):
    return number(request.POST.get(VERSION, ""), 0)


def context(request, seat, errors=None):
    care_request = seat.care_request or joined_on_accept(seat)
    record = care_request or seat.activity
    stored, typed = notes(seat, care_request), typed_of(seat, record)
    version = base_of(seat, care_request, typed)
    news = unseen(care_request, version, by=request.user) if care_request and seat.may_edit_request else None
    fields = [field_of(seat, record, name, stored[name], typed[name], errors or {}) for name in NOTES]
    return {
        "seat": seat,
        "care_request": care_request,
        "joins": care_request and not seat.care_request,
        "closing": closing_of(seat),
        "record": record,
        "version": version,
        "fields": fields,
        "caution": caution_of(news, [each["name"] for each in fields if each["is_unsaved"]])
        if news
        else None,
        "title_hint": "" if stored["title"] or not seat.may_edit_request else title_hint(seat),
        "listens": [seat.care_request, seat.activity],
    }


def field_of(seat, record, name, stored, typed, errors):
    return {
        "name": name,
        "stored": stored,
        "value": typed or stored,
        "is_unsaved": is_unsaved(typed, stored),
        "mine": seat.draft(record, f"{MINE}{name}") if record else "",
        "error": errors.get(name, [""])[0],
    }


def typed_of(seat, record):
    return {name: seat.draft(record, name) if record else "" for name in NOTES}


def is_unsaved(typed, stored):
    return bool(typed) and typed.strip() != stored


def base_of(seat, care_request, typed):
    """The version that the fields go over: what is typed and unsaved keeps the one that it was typed over."""
    if not care_request:
        return 0
    kept = seat.draft(care_request, VERSION) if any(typed.values()) else ""
    return number(kept, care_request.version)


def closing_of(seat):
    """How an open request will close (R8, R90); never a time while a task on it is live."""
    care_request = seat.care_request
    if not care_request or not care_request.is_open:
        return ""
    if care_request.solved:
        return "solved"
    if (seat.task and care_request == seat.current.care_request) or care_request.is_busy:
        return "busy"
    return "due" if care_request.closes_at <= timezone.now() else "timed"


def notes(seat, care_request):
    if care_request:
        return {field: getattr(care_request, field) for field in NOTES}
    if not seat.activity:
        return dict.fromkeys(NOTES, "")
    live = seat.notes_of(seat.activity)
    return {field: live.get(field) or getattr(seat.activity, f"{field}_note") for field in NOTES}


def joined_on_accept(seat):
    """In a preview: the request that Accept will choose (R41)."""
    if not seat.is_preview or seat.is_elsewhere or not seat.customer:
        return None
    open_ones = CareRequest.objects.joinable().filter(customer=seat.customer)
    return open_ones.order_by("-created_at", "-pk").first()


def title_hint(seat):
    """The customer's first words, or the subject: what an untitled request is likely about (R8)."""
    activity = seat.activity or seat.selected.activities.order_by("started_at", "pk").first()
    if not activity or activity.subject:
        return activity.subject if activity else ""
    said = activity.messages.filter(side=Message.CUSTOMER, kind=Message.TEXT).order_by("seq")
    return " ".join((said.values_list("text", flat=True).first() or "").split())[:120]
