"""What the customer's chat shows, whole and in the parts that its script puts in."""

from datetime import datetime
from functools import cache
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from activities import chat as conversation
from queues.standing import WAITING, Standing, standing_of

SHOWN = 200
PUBLIC = ("started_at", "ended_at", "customer_left_at", "last_seq", "customer_seen_seq", "rating")


def start_page(request, queue, values=None, errors=None, *, code=200):
    """The form to begin with. `values` were typed before, `errors` are words by field ("all": the whole)."""
    context = {
        "queue": queue,
        "values": values or {"page": host_page(request)},
        "errors": first_words(errors),
        "once": (values or {}).get("once") or uuid4(),
    }
    response = render(request, "chat/start.html", context, status=code)
    if code == 429:
        response["Retry-After"] = "60"
    return response


def talk_page(request, queue, activity, *, written="", rating=None, errors=None):
    """The conversation, and below it what can be done: write, or come back and rate.

    `written` or `rating` were typed before, `errors` are words by field.
    """
    shown = None if "all" in request.GET else SHOWN
    messages = conversation.since(activity, limit=shown)
    context = {
        "queue": queue,
        "slug": queue.slug,
        "activity": {name: getattr(activity, name) for name in PUBLIC},
        "standing": standing_of(activity),
        "conversation": public_name(activity),
        "messages": messages,
        "earlier": bool(messages) and messages[0].seq > 1,
        "seen": activity.agent_seen_seq,
        "once": uuid4(),
        "written": written,
        "stars": stars(),
        "modules": modules(),
        "rating": rating or {"rating": "", "rating_comment": ""},
        "errors": first_words(errors),
    }
    return render(request, "chat/talk.html", context, status=422 if errors else 200)


def line(message, seen: int, slug: str) -> dict:
    """One line of the conversation, a Message or its event, in the reader's language and zone.

    `seen`: up to where the agent has read; `slug`: of the queue, in which its files have their addresses.
    """
    if isinstance(message, dict):
        message = message | {"sent_at": datetime.fromisoformat(message["sent_at"])}
        seq, uuid = message["seq"], message["uuid"]
    else:
        seq, uuid = message.seq, str(message.uuid)
    html = part("message").render({"message": message, "seen": seen, "slug": slug})
    return {"seq": seq, "uuid": uuid, "html": html.strip()}


def status(standing: Standing) -> dict:
    """`line`: the place in line as it is drawn; for every other change the page asks for itself anew."""
    html = part("line").render({"standing": standing}) if standing.state == WAITING else ""
    return {
        "state": standing.state,
        "agent": standing.agent_name,
        "place": standing.place,
        "line": html.strip(),
    }


@cache
def part(name):
    return get_template(f"chat/talk.html#{name}")


def public_name(activity):
    """By which the script keeps what is unsent: neither the token nor a number that counts our chats."""
    return salted_hmac("conversation", activity.chat_token_hash, algorithm="sha256").hexdigest()[:16]


def stars():
    words = [_("very bad"), _("bad"), _("fair"), _("good"), _("very good")]
    return [(str(number), word) for number, word in enumerate(words, 1)]


@cache
def modules():
    """What talk.js imports; asked for one after another they would cost a phone half a second."""
    folder = settings.BASE_DIR / "static/js/chat"
    others = {"talk", "start", "old", "loader"}
    return [f"js/chat/{path.name}" for path in sorted(folder.glob("*.js")) if path.stem not in others]


def host_page(request) -> str:
    """The page that shows the chat in a frame, as far as it tells; what follows a ? may be a secret."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    if referrer.scheme not in ("http", "https") or referrer.netloc == request.get_host():
        return ""
    return f"{referrer.scheme}://{referrer.netloc}{referrer.path}"


def typed(request) -> dict:
    names = ("name", "email", "text", "page")
    return {name: request.POST.get(name, "") for name in names} | {"once": as_uuid(request.POST.get("once"))}


def as_uuid(text) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def number(text) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadRequest("not a number") from None


def first_words(errors) -> dict:
    return {field: words[0] for field, words in (errors or {}).items()}
