"""A customer starts a chat: what they must say, how often one address may, and the token that opens it (R100)."""

import hashlib
import hmac
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import chat
from activities.identity import recognise
from activities.models import Activity, Message
from caredesk.history import acting
from caredesk.planned import insert, planned
from caredesk.texts import clean, limited
from customers.bells import ring_journey
from queues.chats import place_in, ring_arrival
from queues.retrying import retried_after_deadlock


class TooMany(Exception):
    """This address started CHAT_STARTS_PER_MINUTE chats within the last minute."""


@retried_after_deadlock
def start(queue, *, name, email, text, address, language="", page="", once=None):
    """Begin a waiting chat; return (activity, token). The token is 256 random bits of which only the hash is kept.

    `once`, a UUID of the form, makes the second press of its button find the chat of the first, which then gets
    a new token. Raises ValidationError by field ("name", "email", "text") or TooMany.
    """
    given = checked(name=name, email=email, text=text)
    token = secrets.token_urlsafe(32)
    with transaction.atomic(), acting(None):
        address_hash = hashed_address(address)
        count, begun = started_lately(address_hash, once)
        if begun:
            Activity.objects.filter(pk=begun).update(chat_token_hash=hashed(token))
            return Activity.objects.get(pk=begun), token
        if count >= settings.CHAT_STARTS_PER_MINUTE:
            raise TooMany
        origin = {"address_hash": address_hash, "language": language, "source_page": clean(page)[:2000]}
        activity = arrival(given, queue, chat_token_hash=hashed(token), **origin)
        insert(activity, *first_words(activity, given["text"], once), place_in(queue, activity))
        ring_journey(activity.customer_id)
        ring_arrival(queue)
    return activity, token


def arrival(given, queue, **known):
    """A customer who has just arrived; like all that comes with them not yet stored."""
    activity = Activity(
        medium=Activity.CHAT,
        source_name=given["name"],
        source_email=given["email"],
        customer_seen_at=timezone.now(),
        **known,
    )
    recognise(activity, queue.country)
    return activity


def first_words(activity, text, uuid):
    """Its first lines, which nobody can be listening to yet."""
    started = {"side": Message.SYSTEM, "kind": Message.STARTED}
    words = {"side": Message.CUSTOMER, "text": text, "uuid": uuid}
    return [chat.next_line(activity, author_name=activity.source_name, **line) for line in (started, words)]


def checked(*, name, email, text):
    """Trimmed values, or all errors at once, each beside its field."""
    errors, clean = {}, {}
    for field, given in (("name", name), ("email", email), ("text", text)):
        try:
            clean[field] = limited(given).strip()
            if not clean[field]:
                raise ValidationError(MISSING[field]())
            if field == "email":
                EmailValidator(_("This e-mail address is not complete."))(clean[field])
        except ValidationError as error:
            errors[field] = error
    if errors:
        raise ValidationError(errors)
    return clean


MISSING = {
    "name": lambda: _("Please tell us your name."),
    "email": lambda: _("Please give your e-mail address."),
    "text": lambda: _("Please write what we can help you with."),
}


def hashed_address(address):
    """Under this installation's key. One address begins one chat at a time, until the transaction ends."""
    key = hmac.new(settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(key[:15], 16)])
    return key


def started_lately(address_hash, once):
    """(how many chats this address began within the last minute, the id of that which this very form began or None)."""
    with planned(LATELY, {"address": address_hash, "once": once}) as cursor:
        return cursor.fetchone()


LATELY = """
    SELECT count(*), max(activity.id) FILTER (WHERE EXISTS (
        SELECT FROM activities_message WHERE activity_id = activity.id AND uuid = %(once)s
    ))
    FROM activities_activity activity
    WHERE address_hash = %(address)s AND address_hash <> ''
        AND started_at > statement_timestamp() - interval '1 minute'
"""


def hashed(token):
    return hashlib.sha256(token.encode()).hexdigest()


def of_token(token, queue_slug):
    """The conversation this token opens, or None."""
    if not token:
        return None
    chats = Activity.objects.filter(medium=Activity.CHAT, chat_token_hash=hashed(token))
    return chats.filter(tasks__queue__slug=queue_slug).distinct().first()
