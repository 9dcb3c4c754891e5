"""The customer's chat (R88, R100): the page, its plain forms, and what its script asks for.

Whose conversation it is: that of the browser with its token, in the cookie `chat-<queue>`.
"""

from datetime import timedelta
from uuid import uuid4, uuid5

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from activities import chat as conversation
from activities.models import Activity
from queues import chats, starting
from queues.models import Queue
from queues.standing import standing_of
from queues.views.chat_page import as_uuid, line, number, start_page, status, talk_page, typed

TOKEN_SECONDS = 30 * 24 * 3600
END_SHOWN = timedelta(hours=1)


@require_http_methods(["GET", "HEAD", "POST"])
def chat(request, queue):
    """The one page: a form to begin with, then the conversation. `?new=1` leaves one behind that is over."""
    queue, activity = found(request, queue)
    live = bool(activity) and standing_of(activity).is_live
    if request.method == "POST":
        return go_on(request, queue, activity) if live else begin(request, queue)
    if live:
        conversation.read_in(activity, get_language())
    if live or (activity and "new" not in request.GET and not is_long_over(activity)):
        return talk_page(request, queue, answering(activity))
    return start_page(request, queue)


@require_http_methods(["GET", "HEAD", "POST"])
def chat_messages(request, queue):
    """For the script. GET ?after=SEQ&seen=SEQ: what it missed, and how the chat stands. POST uuid, text: say it."""
    _queue, activity = own(request, queue)
    if request.method == "POST":
        return say(activity, request.POST)
    if seen := number(request.GET.get("seen", 0)):
        conversation.seen_by_customer(activity.pk, seen)
    activity = answering(activity)
    messages = conversation.since(activity, number(request.GET.get("after", 0)))
    return JsonResponse(
        {
            "messages": [line(message, activity.agent_seen_seq, queue) for message in messages],
            "seq": activity.last_seq,
            "seen": activity.agent_seen_seq,
            "status": status(standing_of(activity)),
        }
    )


@require_POST
def chat_end(request, queue):
    queue, activity = own(request, queue)
    chats.leave(activity.pk)
    return redirect("chat", queue.slug)


@require_POST
def chat_return(request, queue):
    queue, activity = own(request, queue)
    try:
        chats.come_back(activity.pk)
    except conversation.Refused as error:
        return talk_page(request, queue, activity, errors={"back": error.messages})
    return redirect("chat", queue.slug)


@require_POST
def chat_rate(request, queue):
    """One to five stars and a comment for who answered, once the chat is over."""
    queue, activity = own(request, queue)
    given = {name: request.POST.get(name, "") for name in ("rating", "rating_comment")}
    if standing_of(activity).can_be_rated:
        try:
            conversation.rate(activity, number(given["rating"] or 0), given["rating_comment"])
        except ValidationError as error:
            return talk_page(request, queue, activity, rating=given, errors=error.message_dict)
    return redirect("chat", queue.slug)


def found(request, slug):
    """The queue, and this browser's conversation there or None."""
    queue = get_object_or_404(Queue, slug=slug)
    return queue, starting.of_token(request.COOKIES.get(f"chat-{slug}"), slug)


def is_long_over(activity):
    """Closed, and not just now: who comes weeks later wants to write, not to rate."""
    return activity.state == Activity.ENDED and timezone.now() > activity.ended_at + END_SHOWN


def own(request, slug):
    queue, activity = found(request, slug)
    if not activity:
        raise PermissionDenied(_("This conversation is not yours, or is no longer kept."))
    return queue, activity


def answering(activity):
    """The conversation as it is now that its customer's page has answered."""
    chats.present(activity)
    return Activity.objects.get(pk=activity.pk)


def begin(request, queue):
    """Start the chat and remember it in a cookie; whatever is wrong is said beside what was typed."""
    given = typed(request)
    try:
        _activity, token = starting.start(
            queue, **given, address=request.META["REMOTE_ADDR"], language=get_language()
        )
    except ValidationError as error:
        return start_page(request, queue, given, error.message_dict, code=422)
    except starting.TooMany:
        words = _("Many chats were started from your address just now. Please try again in a minute.")
        return start_page(request, queue, given, {"all": [words]}, code=429)
    response = redirect("chat", queue.slug)
    response.set_cookie(f"chat-{queue.slug}", token, max_age=TOKEN_SECONDS, httponly=True)
    return response


def go_on(request, queue, activity):
    """Said without a script; or in the first form, sent twice or from a second tab."""
    given, upload = typed(request), request.FILES.get("file")
    once = given["once"] or uuid4()
    try:
        if upload:
            chats.hear_file(activity, upload=upload, uuid=uuid5(once, "file"))
        if given["text"] or not upload:
            chats.hear(activity, text=given["text"], uuid=once)
    except conversation.Refused as error:
        return talk_page(request, queue, activity, written=given["text"], errors={"text": error.messages})
    return redirect("chat", queue.slug)


def say(activity, given):
    uuid = as_uuid(given.get("uuid"))
    if not uuid:
        return JsonResponse({"why": "uuid"}, status=400)
    try:
        message = chats.hear(activity, text=given.get("text", ""), uuid=uuid)
    except conversation.Refused as error:
        return JsonResponse({"refused": str(uuid), "why": error.messages[0], "code": error.code}, status=409)
    return JsonResponse({"said": str(uuid), "seq": message.seq})
