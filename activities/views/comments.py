"""Comments of the selected activity (R9, R65). Customers never see them."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from activities import drafts, remarks
from activities.models import Activity
from activities.views.activity_details import closed_words, editing
from caredesk import panes
from caredesk.realtime import name_of
from queues.permissions import agent_required
from queues.seat import Seat
from requests_app.editing import Closed

CALL_COMMENT = "call_comment"  # the field below a call


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def comments(request, task_id):
    """The pane; POST adds a comment and answers with the list alone, the field is the writer's."""
    if request.method == "POST":
        return add(request, editing(request, task_id))
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    return panes.look(request, "comments", context(request, seat))


def add(request, seat):
    try:
        remarks.comment(seat.activity, request.POST.get("comment", ""), by=request.user)
    except ValidationError as error:
        return refused(request, seat, error.messages[0], 422)
    except Closed:
        return refused(request, seat, closed_words(), 409)
    return stored(request, seat, "answer", "comment")


@agent_required
@require_POST
def call_comment(request, task_id):
    """What is written below a call, where a chat's messages are: a comment of the task's own activity, whichever is
    selected. Answers with why not; the list looks by itself."""
    seat = editing(request, task_id)
    if seat.activity.medium != Activity.CALL:
        raise Http404
    try:
        remarks.comment(seat.activity, request.POST.get(CALL_COMMENT, ""), by=request.user)
    except ValidationError as error:
        return below_call(request, error.messages[0], 422)
    except Closed:
        return below_call(request, closed_words(), 409)
    drafts.forget(request.user, name_of(seat.activity), CALL_COMMENT)
    response = below_call(request)
    trigger_client_event(response, "saved", {"drafts": [f"{name_of(seat.activity)}:{CALL_COMMENT}"]})
    return trigger_client_event(response, f"changed:{name_of(seat.activity)}", {})


def below_call(request, why="", status=200):
    return panes.content(request, "communication", {"why": why}, status=status, part="answer")


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_comment(request, task_id, comment_id):
    """GET opens one's own comment for editing, or with `keep` leaves it as it was; POST saves it."""
    seat = editing(request, task_id)
    written = seat.activity.comments.select_related("author").filter(pk=comment_id).first()
    if not written:
        raise Http404
    if written.author_id != request.user.pk:
        raise PermissionDenied
    written.activity = seat.activity
    return save(request, seat, written) if request.method == "POST" else open_or_keep(request, seat, written)


def open_or_keep(request, seat, written):
    field = f"comment-{written.pk}"
    if "keep" in request.GET:
        return stored(request, seat, "comment", field, comment=written)
    written.draft = seat.draft(seat.activity, field) or written.text
    return one(request, seat, "editor", comment=written)


def save(request, seat, written):
    written.draft = request.POST.get(f"comment-{written.pk}", "")
    try:
        written = remarks.edit_comment(written, written.draft, by=request.user)
    except ValidationError as error:
        return one(request, seat, "editor", status=422, comment=written, why=error.messages[0])
    except Closed:
        return one(request, seat, "editor", status=409, comment=written, why=closed_words())
    return stored(request, seat, "comment", f"comment-{written.pk}", comment=written)


def stored(request, seat, part, field, **shown):
    """What was typed in `field` stands in the list or is dropped: its draft is done with."""
    drafts.forget(request.user, name_of(seat.activity), field)
    response = one(request, seat, part, **shown)
    return trigger_client_event(response, "saved", {"drafts": [f"{name_of(seat.activity)}:{field}"]})


def refused(request, seat, why, status):
    return one(request, seat, "answer", status=status, why=why)


def one(request, seat, part, *, status=200, **shown):
    if part == "answer":
        shown["comments"] = comments_of(seat)
    return panes.content(request, "comments", {"seat": seat, **shown}, status=status, part=part)


def context(request, seat):
    if not seat.activity:
        return {"seat": seat, "listens": []}
    return {
        "seat": seat,
        "comments": comments_of(seat),
        "draft": seat.draft(seat.activity, "comment"),
        "listens": [seat.activity],
    }


def comments_of(seat):
    """Oldest first; one that its author was editing is still being edited (R51)."""
    comments = list(seat.activity.comments.select_related("author"))
    for written in comments:
        written.draft = seat.draft(seat.activity, f"comment-{written.pk}") if seat.may_edit_activity else ""
    return comments
