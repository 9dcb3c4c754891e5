"""Which request an activity belongs to (R10, R41)."""

from django.db import transaction

from activities.models import Activity, Draft
from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import locked
from caredesk.texts import limited_fields
from customers.bells import ring_journey
from requests_app.editing import touch, touch_or_refuse
from requests_app.models import CareRequest

NOTES = ("title", "description")


def join(activity, *, by):
    """Put an activity without a request into its customer's newest open one, else into a new one.

    The caller holds the customer's row, so that two at once cannot make two requests; without a customer
    nothing happens. Titles and descriptions already noted on the activity become a new request (R71).
    """
    if not activity.customer_id or activity.care_request_id:
        return activity.care_request
    notes = take_notes(activity)
    joinable = CareRequest.objects.joinable().filter(customer_id=activity.customer_id)
    newest = joinable.select_for_update(no_key=True).order_by("-created_at", "-pk").first()
    target = (
        CareRequest.objects.create(customer_id=activity.customer_id, **notes)
        if notes or not newest
        else newest
    )
    put_into(activity, target)
    return target


def add_request(activity, *, by):
    """Make a new request of the customer and move this activity to it; the old one stays (R10).

    Raises Closed: an activity does not leave a closed request.
    """
    with transaction.atomic(), acting(by):
        former = activity.care_request
        if former:
            touch_or_refuse(former.pk)
        target = CareRequest.objects.create(customer_id=activity.customer_id)
        put_into(locked(activity), target)
        announce(*[record for record in (former, target, activity) if record])
    return target


def put_into(activity, care_request):
    activity.care_request = care_request
    activity.version += 1
    Activity.objects.filter(pk=activity.pk).update(care_request=care_request, version=activity.version)
    touch(care_request.pk)
    ring_journey(care_request.customer_id)


def note(activity, texts):
    """Keep title and description of a customer who is not stored yet, on the activity itself (R41).

    `texts` as {"title": …}; an empty one forgets it. Raises ValidationError by field (too long).
    """
    record = f"activity-{activity.pk}"
    texts = limited_fields({field: texts[field] for field in NOTES if field in texts})
    with transaction.atomic():
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
