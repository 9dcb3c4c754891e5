"""A colleague was first: their values into the fields, one's own beside them until they are used or dropped (R52)."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from activities import drafts
from activities.joining import MINE, NOTES
from activities.models import Activity
from activities.views.activity_details import closed_words
from caredesk.realtime import name_of
from caredesk.stale import Stale, at_version, unseen
from caredesk.texts import clean
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.caution import caution_of, overlaps
from requests_app import editing
from requests_app.views.request_details import (
    VERSION,
    answer,
    edited,
    forget,
    saved,
    store,
    texts_of,
    version_of,
    whole,
)


@agent_required
@require_POST
def settle_request(request, task_id):
    """`load` shows a colleague's values and keeps what is posted beside them, `mine` = use, both or drop settles one
    `field` of that; with `both` it saves over them what does not overlap."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    record = edited(seat, request.POST.get("record", ""))
    if record not in (seat.care_request, seat.activity):
        seat = Seat.take(request.agent, task_id, name_of(record))
    texts = changed(record, texts_of(request), version_of(request))
    if "load" in request.POST:
        return load(request, seat, record, texts)
    if "both" in request.POST:
        return keep_both(request, seat, record, texts)
    return settle(request, seat, record)


def changed(record, texts, version):
    """What differs from the version it was typed over."""
    texts = {field: clean(text) for field, text in texts.items()}
    was = None if isinstance(record, Activity) else at_version(record, version)
    return {field: text for field, text in texts.items() if not was or text.strip() != getattr(was, field)}


def load(request, seat, record, texts):
    """Theirs into the fields, the own unsaved text beside them: kept until it is used or dropped."""
    record.refresh_from_db()
    put_beside(request.user, record, texts)
    drafts.forget(request.user, name_of(record), *NOTES, VERSION)
    return pointed(saved(whole(request, seat), record, NOTES), *texts)


def put_beside(user, record, texts):
    """Unsaved texts of this user, beside those of the record and what stands there already."""
    name, kept = name_of(record), {}
    before = drafts.of(user, name)[name]
    for field, text in texts.items():
        if text.strip() and text.strip() != getattr(record, field, ""):
            beside = before.get(f"{MINE}{field}", "")
            kept[f"{MINE}{field}"] = "\n".join(dict.fromkeys(filter(None, (beside, text))))
    drafts.put(user, name, kept)


def keep_both(request, seat, record, texts):
    """One's own over what the colleague has stored by now, which stays; not if that is of the same field."""
    record.refresh_from_db()
    news = unseen(record, version_of(request), by=request.user)
    if news and overlaps(news, texts):
        return refused(request, seat, record, texts, caution=caution_of(news, texts))
    return save_settled(request, seat, record, texts, record.version)


def settle(request, seat, record):
    """One's own text instead of theirs, below theirs, or dropped."""
    field, choice = request.POST.get("field", ""), request.POST.get("mine", "")
    if field not in NOTES or choice not in ("use", "both", "drop"):
        raise Http404
    mine = drafts.of(request.user, name_of(record))[name_of(record)].get(f"{MINE}{field}", "")
    if choice == "drop":
        drafts.forget(request.user, name_of(record), f"{MINE}{field}")
        return pointed(whole(request, seat), field)
    record.refresh_from_db()
    theirs = getattr(record, field, "") if choice == "both" else ""
    text = "\n".join(filter(None, (theirs, mine)))
    return save_settled(request, seat, record, {field: text}, version_of(request))


def save_settled(request, seat, record, texts, version):
    """Stored at once; where it is too long, it stands in the field as if it had been typed there."""
    try:
        record, _version = store(record, texts, version, by=request.user)
    except ValidationError as error:
        drafts.put(request.user, name_of(record), texts)
        return pointed(whole(request, seat, status=422, errors=error.message_dict), *texts)
    except Stale as stale:
        return refused(request, seat, record, texts, caution=caution_of(stale, texts))
    except editing.Closed:
        return refused(request, seat, record, texts, closed=closed_words())
    forget(request, record, texts)
    drafts.forget(request.user, name_of(record), *(f"{MINE}{field}" for field in texts))
    return pointed(saved(whole(request, seat), record, texts), *texts)


def pointed(response, *fields):
    """The button that was pressed is gone with the answer: the focus goes on in the field that it was about."""
    field = next(iter(fields), "title")
    return trigger_client_event(response, "point", {"at": f"#request_{field}"}, after="settle")


def refused(request, seat, record, texts, **why):
    """Why, beside the fields; these stay as they are."""
    response = answer(request, seat, record, texts, status=409, **why)
    response["HX-Reswap"] = "none"
    return response
