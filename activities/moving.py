"""An activity finds its place: in another request of its customer (R80), or with another customer (R81)."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from activities import drafts, opening
from activities.joining import MINE, NOTES, join, left_by_one, put_into, take_notes
from activities.models import Activity, Draft
from caredesk.history import acting
from caredesk.realtime import announce, name_of
from caredesk.retrying import Overtaken, retried_after_deadlock
from caredesk.stale import locked, refuse_if_stale
from customers import editing
from customers.bells import ring_journey
from customers.models import Customer
from requests_app.editing import Closed
from requests_app.models import CareRequest
from requests_app.solving import open_again


class Elsewhere(Exception):
    """That request is not one of this customer's, or the customer is no more."""


@dataclass(frozen=True)
class Moved:
    """What a move did, in numbers of rows: enough to take it back. `made_…` did not exist before it.

    `closed_version` is that of the request it came from, if that was solved and so closed when it was left (R8).
    """

    activity: int
    version: int
    from_customer: int | None
    from_request: int | None
    was_verified: bool
    to_request: int
    made_request: int | None = None
    made_customer: int | None = None
    closed_version: int | None = None


@retried_after_deadlock
def to_request(activity, target, *, version, by):
    """Move it into this open request of its customer, or with None into a new one (R80). The emptied one stays.

    Returns Moved, or None when it is there already. `version` is the activity as the page showed it. Raises Stale,
    Closed (either request is closed, or due to close), Elsewhere.
    """
    with transaction.atomic(), acting(by):
        before = Activity.objects.get(pk=activity.pk)
        held(Customer, before.customer_id)
        requests = held(CareRequest, before.care_request_id, target and target.pk)
        current = unchanged(before, version=version, by=by)
        refuse_strange(current, target, requests)
        if target and target.pk == current.care_request_id:
            return None
        refuse_closed(requests)
        found = requests[target.pk] if target else new_request(current)
        put_into(current, found)
        left_by_one(before.care_request_id)
        announce(current, found, *requests.values())
        return moved(before, current, made_request=None if target else found.pk)


@retried_after_deadlock
def to_customer(activity, customer, *, version, by):
    """Move it to another customer, into their newest open request or a new one (R81); a task on it goes along.

    Returns Moved, or None when it is theirs already. Raises Stale, Closed, Elsewhere (the customer is gone).
    """
    with transaction.atomic(), acting(by):
        before = Activity.objects.get(pk=activity.pk)
        customers = held(Customer, before.customer_id, customer.pk)
        if customer.pk not in customers:
            raise Elsewhere
        return carry(before, customers[customer.pk], version=version, by=by)


@retried_after_deadlock
def to_new_customer(activity, values, *, version, by, region=None):
    """The same to a customer who is made of these values, as customers.editing takes them; ValidationError by field."""
    with transaction.atomic(), acting(by):
        before = Activity.objects.get(pk=activity.pk)
        held(Customer, before.customer_id)
        customer = editing.create(values, by=by, region=region)
        return carry(before, customer, version=version, by=by, made_customer=customer.pk)


@retried_after_deadlock
def back(done, *, by):
    """Take a move back; what it made goes, if nobody has used it since.

    Raises Stale, Closed, and Elsewhere when the activity, or the place it came from, has gone on meanwhile.
    """
    with transaction.atomic(), acting(by):
        before = Activity.objects.get(pk=done.activity)
        customers = held(Customer, before.customer_id, done.from_customer)
        requests = held(CareRequest, before.care_request_id, done.from_request)
        current = unchanged(before, version=done.version, by=by)
        refuse_gone(done, current, customers, requests)
        refuse_closed(requests.keys() - closed_by(done, requests))
        place(current, done)
        opening.follow(current)
        for pk in requests:
            left_by_one(pk)
        unmake(done, current, by)
        announce(current, *requests.values(), *customers.values())
        for pk in customers:
            ring_journey(pk)
    return current


# --- the steps


def held(model, *numbers):
    """{number: row} of those that are there, locked in the order of their numbers until the transaction ends."""
    rows = model._base_manager.select_for_update(no_key=True).filter(pk__in={*numbers} - {None})
    return {row.pk: row for row in rows.order_by("pk")}


def unchanged(before, *, version, by):
    """The activity, locked after its customers and requests; what was locked for it must still be its own."""
    current = locked(before)
    refuse_if_stale(current, version, by=by)
    if (current.customer_id, current.care_request_id) != (before.customer_id, before.care_request_id):
        raise Overtaken
    return current


def refuse_strange(activity, target, requests):
    strange = target and getattr(requests.get(target.pk), "customer_id", None) != activity.customer_id
    if strange or not activity.customer_id:
        raise Elsewhere


def refuse_closed(requests):
    """A request that is due to close counts as closed, though no sweep has come by yet."""
    if CareRequest.objects.joinable().filter(pk__in=requests).count() < len(requests):
        raise Closed


def closed_by(done, requests):
    """The solved request that closed with this very move, open again: {its number}, or nothing."""
    former = requests.get(done.from_request)
    if not former or former.is_open or former.version != done.closed_version:
        return set()
    open_again(former)
    return {former.pk}


def new_request(activity):
    return CareRequest.objects.create(customer_id=activity.customer_id, **take_notes(activity))


def carry(before, customer, *, version, by, made_customer=None):
    newest = CareRequest.objects.joinable().filter(customer=customer).order_by("-created_at", "-pk")
    requests = held(CareRequest, before.care_request_id, newest.values_list("pk", flat=True).first())
    current = unchanged(before, version=version, by=by)
    if current.customer_id == customer.pk:
        return None
    refuse_closed({pk for pk in requests if pk == before.care_request_id})
    current.customer, current.care_request, current.verified = customer, None, True
    current.version += 1
    current.save(update_fields=["customer", "care_request", "verified", "version"])
    found = join(current, by=by)
    opening.follow(current)
    left_by_one(before.care_request_id)
    former = Customer.objects.filter(pk=before.customer_id).first()
    announce(current, found, *requests.values(), customer, *filter(None, [former]))
    ring_journey(before.customer_id)
    made = None if found.pk in requests else found.pk
    return moved(before, current, made_request=made, made_customer=made_customer)


def moved(before, current, **made):
    closed = CareRequest.objects.filter(pk=before.care_request_id, state=CareRequest.CLOSED)
    return Moved(
        activity=current.pk,
        version=current.version,
        from_customer=before.customer_id,
        from_request=before.care_request_id,
        was_verified=before.verified,
        to_request=current.care_request_id,
        closed_version=closed.values_list("version", flat=True).first(),
        **made,
    )


def refuse_gone(done, current, customers, requests):
    there = current.care_request_id == done.to_request
    came_from = done.from_customer is None or done.from_customer in customers
    former = requests.get(done.from_request)
    fits = done.from_request is None or (former and former.customer_id == done.from_customer)
    if not (there and came_from and fits):
        raise Elsewhere


def place(activity, done):
    activity.customer_id, activity.care_request_id = done.from_customer, done.from_request
    activity.verified = done.was_verified
    Activity.objects.filter(pk=activity.pk).update(
        customer=done.from_customer,
        care_request=done.from_request,
        verified=done.was_verified,
        version=F("version") + 1,
    )
    activity.version += 1


def unmake(done, activity, user):
    """A request, and a customer, that the move made and nobody used are not left behind; its notes return."""
    made = CareRequest.objects.filter(pk=done.made_request, version=1, activities=None).first()
    if made:
        give_back(made, activity, user)
        if not Draft.objects.filter(record=name_of(made)).exists():
            made.delete()
            announce(f"request-{done.made_request}")
    alone = Customer.objects.filter(pk=done.made_customer, version=1, activities=None, care_requests=None)
    alone.delete()


def give_back(made, activity, user):
    """What was noted on an activity of nobody, or typed there, had become the request's (R41)."""
    drafts.move(user, name_of(made), name_of(activity), [*NOTES, *(f"{MINE}{name}" for name in NOTES)])
    if not activity.customer_id:
        notes = {name: getattr(made, name) for name in NOTES if getattr(made, name)}
        Draft.objects.bulk_create(
            Draft(record=name_of(activity), field=name, text=text) for name, text in notes.items()
        )
