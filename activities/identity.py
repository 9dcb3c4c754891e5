"""Whose activity this is: creating, choosing and unlinking its customer (R71, R72)."""

from django.db import transaction

from activities import opening
from activities.joining import AlreadyKnown, join
from activities.models import Activity
from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import locked, refuse_if_stale
from customers import editing
from customers.bells import ring_journey
from customers.matching import matches, the_one
from customers.phones import shown_phone
from requests_app.editing import touch_or_refuse, touch_or_refuse_for
from requests_app.solving import close_if_solved


class Verified(Exception):
    """Somebody has made sure of the customer."""


def create_customer(activity, values, *, by, region=None):
    """Store the customer and then the request from the activity's notes, in one transaction (R41)."""
    with transaction.atomic(), acting(by):
        customer = editing.create(values, by=by, region=region)
        link(activity, customer, verified=True, by=by)
    return customer


def use_customer(activity, customer, *, by):
    """The agent says who this is: link and apply R41 (notes already typed become a new request)."""
    with transaction.atomic(), acting(by):
        link(activity, locked(customer), verified=True, by=by)
    return customer


def link(activity, customer, *, verified, by):
    current = locked(activity)
    if current.customer_id not in (None, customer.pk):
        raise AlreadyKnown
    current.customer, current.verified = customer, verified
    Activity.objects.filter(pk=current.pk).update(
        customer=customer, verified=verified, version=current.version + 1
    )
    current.version += 1
    join(current, by=by)
    activity.refresh_from_db()
    opening.follow(activity)
    announce(activity, customer)
    ring_journey(customer.pk)


def confirm(activity, *, version=None, by):
    """The agent has made sure that this is the customer (R72). Raises Stale over an older `version`, and Closed."""
    with transaction.atomic(), acting(by):
        touch_or_refuse_for(activity.pk)
        refuse_if_stale(locked(activity), version, by=by)
        Activity.objects.filter(pk=activity.pk).update(verified=True)
        announce(activity)


def unlink(activity, *, version=None, by):
    """ "Not this customer": the activity is nobody's again, and leaves their request (R72).

    Raises Stale over an older `version`, Verified, Closed, and AlreadyKnown when it has just got another request.
    """
    with transaction.atomic(), acting(by):
        now = Activity.objects.select_related("customer", "care_request").get(pk=activity.pk)
        touch_or_refuse(now.care_request_id)
        current = locked(activity)
        refuse_if_stale(current, version, by=by)
        if current.verified:
            raise Verified
        if current.care_request_id != now.care_request_id:
            raise AlreadyKnown
        former = [record for record in (now.customer, now.care_request) if record]
        Activity.objects.filter(pk=activity.pk).update(
            customer=None, care_request=None, verified=True, version=current.version + 1
        )
        close_if_solved(now.care_request_id)
        current.customer = None
        opening.follow(current)
        announce(activity, *former)
        ring_journey(now.customer_id)
    activity.refresh_from_db()


def known_values(activity, region=None):
    """What the activity says of a new customer, as the form's first values; last word = last name (R70)."""
    first, _space, last = activity.source_name.strip().rpartition(" ")
    return {
        "first_name": first or last,
        "last_name": last if first else "",
        "emails": [activity.source_email] if activity.source_email else [],
        "phones": [shown_phone(activity.source_phone, region)] if activity.source_phone else [],
        "language": activity.language,
    }


def likely(activity, region=None):
    """Stored customers with the activity's e-mail or phone."""
    return matches(emails=[activity.source_email], phones=[activity.source_phone], region=region)


def recognise(activity, region=None):
    """Link the only customer that matches; a chat's own claim is not verified (R72).

    Not to an activity that an agent has taken from its customer: whose it is, they say.
    """
    if activity.customer_id or was_unlinked(activity):
        return
    customer = the_one(emails=[activity.source_email], phones=[activity.source_phone], region=region)
    if customer:
        activity.customer, activity.verified = customer, activity.medium != Activity.CHAT


def was_unlinked(activity):
    """Whether this activity of nobody was somebody's once."""
    if activity.pk is None:
        return False
    return Activity.pgh_event_model.objects.filter(pgh_obj_id=activity.pk, customer__isnull=False).exists()
