"""Request details: title and description, saved when their field is left (R8, R51); before the customer is created
they are notes of the activity (R41)."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from activities import drafts
from activities.joining import MINE, NOTES, AlreadyKnown, note
from activities.models import Activity, Message
from activities.views.activity_details import closed_words
from caredesk import panes
from caredesk.realtime import name_of
from caredesk.stale import Stale, at_version
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.caution import caution_of
from requests_app import editing
from requests_app.models import CareRequest


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_details(request, task_id):
    """GET looks. POST saves `title` or `description` over `request_version`. With `load` it shows a colleague's
    values and keeps what is posted beside them, and `mine` = use, both or drop settles that; with `both` it saves
    over them what does not overlap."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if request.method != "POST":
        return panes.look(request, "request_details", context(request, seat))
    record = edited(seat, request.POST.get("record", ""))
    texts = {field: request.POST[field] for field in NOTES if field in request.POST}
    if "load" in request.POST:
        return load(request, seat, record, changed(record, texts, version_of(request)))
    if "both" in request.POST:
        record.refresh_from_db()
        mine = changed(record, texts, version_of(request))
        return save_settled(request, seat, record, mine, record.version)
    if "mine" in request.POST:
        return settle(request, seat, record)
    return save(request, seat, record, texts)


def edited(seat, name):
    """The request, or the activity with the notes, that the fields were drawn for; it may not be selected any more."""
    record = seat.care_request or seat.activity
    if name and name != name_of(record):
        record = find(seat, name)
    if not seat.may(record):
        raise PermissionDenied
    return record


def find(seat, name):
    kind, _dash, number = name.partition("-")
    if kind == "activity" and number == str(seat.current.pk):
        return seat.current.care_request or seat.current
    if kind != "request" or not number.isdecimal() or len(number) > 18 or not seat.customer:
        raise Http404
    found = CareRequest.objects.filter(customer=seat.customer, pk=number).first()
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
    response = answer(request, seat, record, texts, version=version)
    return saved(response, record, texts)


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
    drafts.forget(request.user, name_of(record), *texts, *(f"{MINE}{field}" for field in texts))


def saved(response, record, texts):
    return trigger_client_event(
        response, "saved", {"drafts": [f"{name_of(record)}:{field}" for field in texts]}
    )


def answer(request, seat, record, texts, *, status=200, **shown):
    """What stands round the fields that were sent; the fields themselves are in somebody's hand."""
    errors = shown.pop("errors", {})
    fields = [{"name": name, "error": errors.get(name, "")} for name in texts]
    shown |= {"seat": seat, "record": record, "fields": fields, "is_saved": status == 200}
    return panes.content(request, "request_details", shown, status=status, part="answer")


def changed(record, texts, version):
    """What differs from the version it was typed over."""
    if isinstance(record, Activity):
        return texts
    was = at_version(record, version)
    return {field: text for field, text in texts.items() if not was or text.strip() != getattr(was, field)}


def load(request, seat, record, texts):
    """Theirs into the fields, the own unsaved text beside them: kept until it is used or dropped (R52)."""
    record.refresh_from_db()
    mine = {field: text for field, text in texts.items() if text.strip() != getattr(record, field, text)}
    kept = dict.fromkeys(texts) | {f"{MINE}{field}": text for field, text in mine.items()}
    drafts.put(request.user, name_of(record), kept)
    return saved(whole(request, seat), record, texts)


def settle(request, seat, record):
    """One's own text instead of theirs, below theirs, or dropped."""
    field, choice = request.POST.get("field", ""), request.POST["mine"]
    if field not in NOTES or choice not in ("use", "both", "drop"):
        raise Http404
    mine = drafts.of(request.user, name_of(record))[name_of(record)].get(f"{MINE}{field}", "")
    if choice == "drop":
        drafts.forget(request.user, name_of(record), f"{MINE}{field}")
        return whole(request, seat)
    theirs = getattr(record, field, "")
    text = mine if choice == "use" else "\n".join(filter(None, (theirs, mine)))
    return save_settled(request, seat, record, {field: text}, version_of(request))


def save_settled(request, seat, record, texts, version):
    """Stored at once; where that is refused, it stands in the field as if it had been typed there."""
    try:
        record, _version = store(record, texts, version, by=request.user)
    except ValidationError as error:
        drafts.put(request.user, name_of(record), texts)
        return whole(request, seat, status=422, errors=error.message_dict)
    except (Stale, editing.Closed):
        return whole(request, seat, status=409)
    forget(request, record, texts)
    return saved(whole(request, seat), record, texts)


def whole(request, seat, *, status=200, errors=None):
    fresh = Seat.take(request.agent, seat.task.pk, seat.selection)
    return panes.content(request, "request_details", context(request, fresh, errors), status=status)


def version_of(request):
    given = request.POST.get("request_version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def context(request, seat, errors=None):
    care_request = seat.care_request or joined_on_accept(seat)
    record = care_request or seat.activity
    stored = notes(seat, care_request)
    typed = {field: seat.draft(record, field) for field in NOTES}
    return {
        "seat": seat,
        "care_request": care_request,
        "joins": care_request and not seat.care_request,
        "closing": closing_of(seat),
        "record": record,
        "fields": [
            {
                "name": field,
                "stored": stored[field],
                "value": typed[field] or stored[field],
                "is_unsaved": bool(typed[field]) and typed[field].strip() != stored[field],
                "mine": seat.draft(record, f"{MINE}{field}"),
                "error": (errors or {}).get(field, [""])[0],
            }
            for field in NOTES
        ],
        "title_hint": "" if stored["title"] or seat.is_preview else title_hint(seat),
        "listens": [seat.care_request, seat.activity],
    }


def closing_of(seat):
    """How an open request will close (R8, R90); never a time while a task on it is live."""
    care_request = seat.care_request
    if not care_request or not care_request.is_open:
        return ""
    if care_request.solved:
        return "solved"
    if care_request == seat.current.care_request or care_request.is_busy:
        return "busy"
    return "due" if care_request.closes_at <= timezone.now() else "timed"


def notes(seat, care_request):
    if care_request:
        return {field: getattr(care_request, field) for field in NOTES}
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
