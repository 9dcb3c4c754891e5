"""Activity details: the medium and the tags of the selected activity (R9, R60 to R62)."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from activities import drafts, remarks
from activities.journey import last_task
from caredesk import panes
from caredesk.numbers import number
from caredesk.realtime import name_of
from caredesk.stale import Stale, unseen
from caredesk.templatetags.desk import look_url, pane_url
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.caution import PLACE, caution_of, news_of, tell
from requests_app.editing import Closed


@agent_required
@require_safe
def activity_details(request, task_id):
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    return caution_first(request, seat) or panes.look(request, "activity_details", context(request, seat))


def caution_first(request, seat):
    """A colleague's change of tags, request or customer is told, and not shown before Load (R52)."""
    news = news_of(request, seat.activity) if seat.may_edit_activity else None
    return tell(request, news, "#tag_caution", **loading(seat, news)) if news else None


def loading(seat, news):
    """Where Load goes: this pane looks anew; when the activity was moved, everything beside the conversation does."""
    if PLACE & {*news.fields}:
        return {"load": pane_url("load", seat), "at": "#details", "include": "#request_details [name]"}
    return {"look": look_url("activity_details", seat, [seat.activity])}


@agent_required
@require_POST
def add_tag(request, task_id):
    """One tag, exactly as typed. What is refused is refused in words, the field keeps it (422)."""
    seat = editing(request, task_id)
    name = request.POST.get("tag", "")
    try:
        tag = remarks.add_tag(seat.activity, name, by=request.user)
    except remarks.Twin as twin:
        return answer(request, seat, twin=twin.tag, why=twin.messages[0], status=422)
    except ValidationError as error:
        return answer(request, seat, why=error.messages[0], status=422)
    except Closed:
        return answer(request, seat, why=closed_words(), status=409)
    drafts.forget(request.user, name_of(seat.activity), "tag")
    return answer(request, seat, added=tag, said=_("“%(tag)s” added.") % {"tag": tag.name})


@agent_required
@require_POST
def remove_tag(request, task_id, tag_id):
    """Refused over what a colleague has changed meanwhile: 409 with the caution (R52)."""
    seat = editing(request, task_id)
    try:
        remarks.remove_tag(seat.activity, tag_id, version=version_of(request), by=request.user)
    except Stale:
        return answer(request, seat, status=409)
    except Closed:
        return answer(request, seat, why=closed_words(), status=409)
    return answer(request, seat, said=_("Tag removed."))


def version_of(request):
    """The activity as the page was drawn with it; None of a page that does not say."""
    return number(request.POST.get("activity_version", ""))


@agent_required
@require_safe
def tag_suggestions(request, task_id):
    """The organisation's tags that begin with what is typed."""
    seat = editing(request, task_id)
    typed = request.GET.get("tag", "")
    found = remarks.suggestions(seat.activity, typed) if typed.strip() else []
    return render(request, "panes/activity_details.html#suggestions", {"suggestions": found})


def editing(request, task_id):
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if not seat.activity:
        raise Http404
    if not seat.holds(seat.activity):
        raise PermissionDenied
    return seat


def answer(request, seat, *, status=200, **shown):
    """The tags alone: the field beside them belongs to whoever types in it. Where a colleague has changed something
    that the page has not loaded, not even those: what was added joins them, and the caution says the rest."""
    seat.activity.refresh_from_db()
    news = unseen(seat.activity, version_of(request), by=request.user)
    tags = list(seat.activity.tags.all())
    shown |= {"seat": seat, "activity": seat.activity, "tags": tags}
    if news:
        shown |= {"caution": caution_of(news), "is_stale": True, **loading(seat, news)}
    response = panes.content(request, "activity_details", shown, status=status, part="answer")
    if news:
        response["HX-Reswap"] = "beforeend"
    if status == 200:
        trigger_client_event(response, "saved", {"drafts": [f"{name_of(seat.activity)}:tag"]})
    return response


def closed_words():
    return _("This request has been closed, so it can only be read.")


def context(request, seat):
    activity = seat.activity
    if not activity:
        return {"seat": seat, "activity": None, "listens": []}
    task = seat.task if activity == seat.current and seat.task else last_task(activity)
    return {
        "seat": seat,
        "activity": activity,
        "queue": task.queue if task else None,
        "tags": list(activity.tags.all()),
        "draft": seat.draft(activity, "tag"),
        "version": activity.version,
        "listens": [activity],
    }
