"""What another agent desktop reports: a chat accepted, a call answered, an e-mail opened, and their end (R110)."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import identity, opening
from activities.joining import join
from activities.models import Activity, Interaction, OpenCustomer
from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.retrying import retried_after_deadlock
from caredesk.stale import locked
from caredesk.texts import clean, limited_fields
from customers.bells import ring_journey
from customers.matching import the_one
from requests_app.editing import touch

STARTED, ENDED = "started", "ended"
LONGEST_ID = 250
TEXTS = ("name", "email", "phone", "customer", "subject")


@dataclass(frozen=True)
class Told:
    """What the other desktop said; `customer` is who that is to it."""

    id: str
    event: str
    medium: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    customer: str = ""
    subject: str = ""


def read(given) -> Told:
    """From the words of a message. Raises ValidationError when it is none that we know."""
    given = given if isinstance(given, dict) else {}
    name, event = given.get("id"), given.get("event")
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not 1 <= len(clean(name).strip()) <= LONGEST_ID:
        raise ValidationError(_("The message of the other desktop has no id of 1 to 250 characters."))
    if event not in (STARTED, ENDED):
        raise ValidationError(_("The message of the other desktop is neither “started” nor “ended”."))
    if event == ENDED:
        return Told(clean(name).strip(), event)
    if given.get("medium") not in [*Activity.MEDIA]:
        raise ValidationError(_("The message of the other desktop names no medium: chat, call or email."))
    return Told(clean(name).strip(), event, given["medium"], **texts_of(given))


def texts_of(given):
    texts = {field: given.get(field) or "" for field in TEXTS}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValidationError(_("A field in the message of the other desktop is no text."))
    try:
        return limited_fields(texts)
    except ValidationError as error:
        raise ValidationError(error.messages[0]) from None


@retried_after_deadlock
def started(told: Told, *, by):
    """Record it, find whose it is (R72) and which request it joins (R41), and open that. An id that is known already
    changes nothing. Returns the OpenCustomer, or None when the agent has closed it since."""
    with transaction.atomic(), acting(by):
        opening.hold(by)
        known = Interaction.objects.filter(agent=by, name=told.id).select_related("activity").first()
        if known:
            return entry_of(known)
        activity = recorded(told)
        Interaction.objects.create(agent=by, name=told.id, activity=activity, external_id=told.customer)
        joined = join(activity, by=by)
        announce(*[record for record in (activity, joined, activity.customer) if record])
        ring_journey(activity.customer_id)
        return opening.put(by, activity.customer, activity)


def is_known(told: Told, *, by):
    """It has been reported before."""
    return Interaction.objects.filter(agent=by, name=told.id).exists()


def recorded(told):
    customer = the_one(emails=[told.email], phones=[told.phone], external_id=told.customer)
    return Activity.objects.create(
        medium=told.medium,
        state=Activity.ACTIVE,
        subject=told.subject,
        source_name=told.name,
        source_email=told.email,
        source_phone=told.phone,
        customer=customer and locked(customer),
        verified=told.medium != Activity.CHAT,
    )


def entry_of(interaction):
    """Where this interaction is open."""
    activity = interaction.activity
    same = Q(activity=activity)
    if activity.customer_id:
        same |= Q(customer=activity.customer_id)
    return OpenCustomer.objects.filter(same, agent=interaction.agent_id).first()


@retried_after_deadlock
def create_customer(activity, values, *, by, region=None):
    """Store the customer, who is open and stands first in Recent (R113); the interaction, if there is one, is theirs,
    with a request from its notes (R115). Returns the OpenCustomer. Raises as `identity.create_customer`."""
    if not activity:
        return opening.create(values, by=by, region=region)
    with transaction.atomic(), acting(by):
        opening.hold(by)
        customer = identity.create_customer(activity, values, by=by, region=region)
        opening.remember(customer, by=by)
        return opening.put(by, customer, activity)


@retried_after_deadlock
def ended(told: Told, *, by):
    """The other desktop has ended it; the customer stays open. What is unknown, or over already, changes nothing.

    Returns the activity, or None.
    """
    found = Activity.objects.filter(interactions__agent=by, interactions__name=told.id).first()
    if not found or found.is_over:
        return found
    with transaction.atomic(), acting(by):
        end([found])
    opening.ring(by.pk)
    return found


def end(activities):
    """These are over from now on. Their requests first, each kind by its number, as everywhere."""
    for request_id in sorted({activity.care_request_id for activity in activities} - {None}):
        touch(request_id)
        announce(f"request-{request_id}")
    for activity in sorted(activities, key=lambda activity: activity.pk):
        current = locked(activity)
        if not current.is_over:
            current.state, current.ended_at = Activity.ENDED, max(timezone.now(), current.started_at)
            current.save(update_fields=["state", "ended_at"])
            announce(current)
            ring_journey(current.customer_id)
