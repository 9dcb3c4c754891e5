"""Which request an activity belongs to (R10, R41)."""

from django.db import transaction
from django.db.models import F

from activities import drafts
from activities.models import Activity, Draft
from caredesk.history import acting
from caredesk.realtime import announce, name_of
from caredesk.retrying import Overtaken, retried_after_deadlock
from caredesk.stale import locked, refuse_if_stale
from caredesk.texts import limited_fields
from customers.bells import ring_journey
from requests_app.editing import touch, touch_or_refuse
from requests_app.models import CareRequest
from requests_app.solving import close_if_solved

NOTES = ("title", "description")
MINE = "mine_"  # the field of a draft that stands beside a colleague's text


class AlreadyKnown(Exception):
    """The activity has a customer already: a colleague or another tab was first."""


def join(activity, *, by):
    """Put an activity without a request into its customer's newest open one, else into a new one.

    The caller holds the customer's row, so that two at once cannot make two requests; without a customer
    nothing happens. Titles and descriptions already noted on the activity become a new request (R71); those
    that this user typed and could not save go along as drafts.
    """
    leave_if_closed(activity)
    if not activity.customer_id or activity.care_request_id:
        return activity.care_request
    notes, typed = take_notes(activity), details_typed(activity, by)
    joinable = CareRequest.objects.joinable().filter(customer_id=activity.customer_id)
    newest = joinable.select_for_update(no_key=True).order_by("-created_at", "-pk").first()
    target = (
        CareRequest.objects.create(customer_id=activity.customer_id, **notes)
        if notes or typed or not newest
        else newest
    )
    put_into(activity, target)
    if typed:
        drafts.move(by, name_of(activity), name_of(target), typed)
    return target


def leave_if_closed(activity):
    """What goes on anew is no part of what is closed, or due to close: that request is never used again (R41).

    One that stays is held from now on, so that it cannot close in this very moment (R90).
    """
    former = activity.care_request_id
    usable = CareRequest.objects.joinable().select_for_update(no_key=True)
    if former and not usable.filter(pk=former).first():
        activity.care_request = None
        Activity.objects.filter(pk=activity.pk).update(care_request=None)


def details_typed(activity, user):
    """Title and description, and those kept beside a colleague's, that stand in drafts of this user."""
    if not user:
        return []
    mine = drafts.of(user, name_of(activity))[name_of(activity)]
    return [field for field in mine if field.removeprefix(MINE) in NOTES]


@retried_after_deadlock
def add_request(activity, *, version=None, by):
    """Make a new request of the customer and move this activity to it; the old one stays (R10).

    Raises Closed: an activity does not leave a closed request. Raises Stale over an older `version`, and Overtaken
    where it goes from one customer or request to another meanwhile, or is nobody's.
    """
    with transaction.atomic(), acting(by):
        now = Activity.objects.select_related("customer", "care_request").get(pk=activity.pk)
        if not now.customer:
            raise Overtaken
        locked(now.customer)
        former = now.care_request
        if former:
            touch_or_refuse(former.pk)
        current = locked(activity)
        refuse_if_stale(current, version, by=by)
        if (current.customer_id, current.care_request_id) != (now.customer_id, now.care_request_id):
            raise Overtaken
        target = CareRequest.objects.create(customer_id=now.customer_id)
        put_into(current, target)
        left_by_one(former and former.pk)
        announce(*[record for record in (former, target, activity) if record])
    return target


def add_empty_request(customer, *, by):
    """Make a new request of a customer with whom nothing is going on now (gadget, R10)."""
    with transaction.atomic(), acting(by):
        target = CareRequest.objects.create(customer=locked(customer))
        announce(target)
        ring_journey(customer.pk)
    return target


def put_into(activity, care_request):
    activity.care_request = care_request
    activity.version += 1
    Activity.objects.filter(pk=activity.pk).update(care_request=care_request, version=F("version") + 1)
    touch(care_request.pk)
    ring_journey(care_request.customer_id)


def left_by_one(request_id):
    """An activity has gone from this request, which the caller holds: a solved one may close now (R8)."""
    touch(request_id)
    close_if_solved(request_id)


def note(activity, texts):
    """Keep title and description of a customer who is not stored yet, on the activity itself (R41).

    `texts` as {"title": …}; an empty one forgets it. Raises ValidationError by field (too long), and
    AlreadyKnown when there is a request by now, which is where they belong.
    """
    record = f"activity-{activity.pk}"
    texts = limited_fields({field: texts[field] for field in NOTES if field in texts})
    with transaction.atomic():
        if locked(activity).care_request_id:
            raise AlreadyKnown
        for field, text in texts.items():
            if text:
                Draft.objects.update_or_create(
                    agent=None, record=record, field=field, defaults={"text": text}
                )
            else:
                Draft.objects.filter(agent=None, record=record, field=field).delete()
        announce(activity)


def notes_of(activity):
    """The title and description noted so far, e.g. {"title": "Router"}."""
    drafts = Draft.objects.filter(agent=None, record=f"activity-{activity.pk}", field__in=NOTES)
    return dict(drafts.values_list("field", "text"))


def take_notes(activity):
    notes = notes_of(activity)
    Draft.objects.filter(agent=None, record=f"activity-{activity.pk}", field__in=NOTES).delete()
    return notes
