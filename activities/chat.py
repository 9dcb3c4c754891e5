"""The conversation of a chat: what is said, who has seen what, and that the customer is still there."""

import uuid as uuids
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities.models import Activity, Message
from caredesk.history import acting
from caredesk.planned import planned
from caredesk.realtime import announce, publish
from caredesk.stale import locked
from caredesk.texts import limited
from customers.bells import ring_journey
from requests_app.editing import announce_request_of, touch_request_of


class Refused(ValidationError):
    """A message that is not stored, with the reason in words; the sender keeps what they typed."""


class Left(Refused):
    """The customer has left this conversation, which is not closed: who writes comes back first."""


def say(activity, *, side, text, uuid, author=None, author_name="", file=None):
    """Store a message once, whatever number of times it is sent; return it with its number.

    The caller holds the conversation (queues/holding.py). `file` goes with it (activities/attaching.py).
    Raises Refused when it is empty, too long, too fast, or the conversation is over.
    """
    text = worded(text)
    try:
        refuse_what_may_not_be_said(activity, side, file)
    except Refused:
        if message := said_before(activity, uuid):
            return message
        raise
    line = {"side": side, "text": text, "uuid": uuid, "author": author, "author_name": author_name}
    return append(activity, **line, file=file) or said_before(activity, uuid)


def said_before(activity, uuid):
    """The message with this UUID, if it has been stored."""
    return Message.objects.filter(activity=activity, uuid=uuid).first()


def worded(text):
    try:
        text = limited(text)
    except ValidationError as error:
        raise Refused(error.messages[0], code="too_long") from None
    if not text.strip():
        raise Refused(_("Write something first."), code="empty")
    return text


def refuse_what_may_not_be_said(activity, side, file):
    if side == Message.CUSTOMER:
        refuse_if_left(activity)
        refuse_if_too_fast(activity.limit_reached_at)
    refuse_if_over(activity)
    if file:
        file.refuse_if_too_many(activity, side)


def refuse_if_left(activity):
    if activity.customer_left_at and activity.state != Activity.ENDED:
        raise Left(_("You have left this conversation."), code="left")


def refuse_if_over(activity):
    if activity.is_over:
        raise Refused(_("This conversation has ended."), code="over")


def refuse_if_too_fast(limit_reached_at):
    if limit_reached_at and limit_reached_at > timezone.now() - timedelta(minutes=1):
        raise Refused(
            _("That was very fast. Your message is kept: send it again in a minute."), code="too_fast"
        )


def refuse_if_back_too_often(activity):
    """Each end and return adds two lines, and perhaps a task, to a conversation."""
    since = timezone.now() - timedelta(minutes=1)
    returns = activity.messages.filter(kind=Message.RETURNED, sent_at__gt=since).count()
    if returns >= settings.CHAT_RETURNS_PER_MINUTE:
        raise Refused(
            _("You have come back very often just now. Please try again in a minute."), code="too_fast"
        )


def append(activity, *, file=None, **line):
    """Add a line to a conversation whose row the caller holds locked, and show it on both sides after commit.

    None if there is one with its UUID already.
    """
    message = next_line(activity, **line)
    if not store(message, activity):
        return None
    if file:
        file.go_with(message)
    publish(f"talk-{activity.pk}", as_event(message))
    if message.kind != Message.TEXT:
        ring_journey(activity.customer_id)
    return message


def next_line(activity, *, uuid=None, **fields):
    activity.last_seq += 1
    message = Message(activity=activity, seq=activity.last_seq, uuid=uuid or uuids.uuid4(), **fields)
    count(activity, message)
    return message


def count(activity, message):
    """Unread and unanswered words of the customer, as the task list shows them (R2)."""
    if message.kind != Message.TEXT:
        return
    if message.side == Message.CUSTOMER:
        activity.unread += 1
        activity.unanswered_since = activity.unanswered_since or message.sent_at
        activity.customer_seen_seq = activity.last_seq
    else:
        activity.unread, activity.unanswered_since = 0, None
        activity.agent_seen_seq = activity.last_seq


def store(message, activity):
    """The line and what the conversation counts of it, in one statement; nothing if it is there already."""
    line = [getattr(message, name) for name in COLUMNS]
    counted = [getattr(activity, name) for name in COUNTED]
    with planned(STORE, [activity.pk, *line, *counted, activity.pk]) as cursor:
        stored = cursor.fetchone()
    if stored:
        message.pk, message._state.adding = stored[0], False
    return bool(stored)


COLUMNS = ("seq", "uuid", "side", "kind", "text", "author_id", "author_name", "sent_at")
COUNTED = ("last_seq", "unread", "unanswered_since", "agent_seen_seq", "customer_seen_seq")
STORE = """
    WITH stored AS (
        INSERT INTO activities_message (activity_id, seq, uuid, side, kind, text, author_id, author_name, sent_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (activity_id, uuid) DO NOTHING RETURNING id
    )
    UPDATE activities_activity
    SET last_seq = %s, unread = %s, unanswered_since = %s, agent_seen_seq = %s, customer_seen_seq = %s
    WHERE id = %s AND EXISTS (SELECT FROM stored)
    RETURNING (SELECT id FROM stored)
"""


def as_event(message):
    """The channel-layer event of a message; each reader's consumer renders it in their language and zone."""
    return {
        "type": "talk.message",
        "activity": message.activity_id,
        "seq": message.seq,
        "uuid": str(message.uuid),
        "side": message.side,
        "kind": message.kind,
        "text": message.text,
        "file": message.file,
        "author_name": message.author_name,
        "sent_at": message.sent_at.isoformat(),
    }


def seen_by_agent(activity_id, seq):
    """The agent has read up to `seq`; True if that was news. Words that came meanwhile stay unread."""
    with transaction.atomic():
        locked(Activity(pk=activity_id))
        later = Message.objects.filter(
            activity=activity_id, side=Message.CUSTOMER, kind=Message.TEXT, seq__gt=seq
        )
        return seen(activity_id, seq, "agent_seen_seq", Message.AGENT, unread=later.count())


def seen_by_customer(activity_id, seq):
    return seen(activity_id, seq, "customer_seen_seq", Message.CUSTOMER)


def seen(activity_id, seq, field, side, **also):
    """Only forward, and never beyond what was said."""
    news = Activity.objects.filter(pk=activity_id, last_seq__gte=seq, **{f"{field}__lt": seq})
    if not news.update(**{field: seq}, **also):
        return False
    publish(f"talk-{activity_id}", {"type": "talk.seen", "activity": activity_id, "side": side, "seq": seq})
    return True


def here(activity_id):
    """The customer's page answered just now (R42); who has left is not here before they come back."""
    live = Activity.objects.filter(pk=activity_id, customer_left_at=None).exclude(state=Activity.ENDED)
    live.update(customer_seen_at=timezone.now())


def read_in(activity, language):
    """The language in which the customer's page is shown by now: a press there changed it."""
    if language and language != activity.language:
        Activity.objects.filter(pk=activity.pk).update(language=language)


def since(activity, after=0, limit=200):
    """The messages after number `after`, oldest first; at most the last `limit` of them."""
    newest = activity.messages.with_files().filter(seq__gt=after).order_by("-seq")[:limit]
    return list(reversed(newest))


def rate(activity, stars, comment=""):
    """The customer's rating, 1 to 5, once the chat is over; a second rating replaces the first (R88)."""
    if stars not in range(1, 6):
        raise ValidationError({"rating": _("Choose one to five stars.")})
    try:
        comment = limited(comment).strip()
    except ValidationError as error:
        raise ValidationError({"rating_comment": error}) from None
    if (activity.rating, activity.rating_comment) == (stars, comment):
        return
    with transaction.atomic(), acting(None):
        touch_request_of(activity.pk)
        Activity.objects.filter(pk=activity.pk).update(rating=stars, rating_comment=comment)
        announce(activity)
        announce_request_of(activity.pk)
