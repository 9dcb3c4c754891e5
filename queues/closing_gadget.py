"""Close in the gadget: what stands in the panes is stored, then the customer goes from Open to Recent (R85 to R87)."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from activities import interactions, opening
from activities.models import Activity, Interaction, OpenCustomer
from caredesk.history import acting
from queues.closing import forget_drafts, refuse_unsettled, settle_customer, store_edits
from queues.retrying import retried_after_deadlock
from requests_app.editing import touch
from requests_app.solving import close_if_solved


@retried_after_deadlock
def close(opened_id, left, *, choice="", by):
    """Store what is left over and end what other desktops reported of the customer; return their ids of it.

    Closing twice changes nothing. Raises as `queues.closing.close`: then nothing of it has happened.
    """
    with transaction.atomic(), acting(by.user):
        opened = OpenCustomer.objects.whole().filter(pk=opened_id, agent=by.user).first()
        if not opened:
            return []
        activity = opened.activity or Activity(customer=opened.customer)
        refuse_unsettled(activity, left.edits, by.user)
        settle_customer(activity, left, choice, None, by=by.user)
        store_edits(activity, left.edits, by=by.user)
        ended = end(activity, by.user)
        forget_drafts(activity, left.edits, by.user)
        OpenCustomer.objects.filter(pk=opened.pk).delete()
        if activity.customer_id:
            opening.remember(activity.customer, by=by.user)
        opening.ring(by.user_id)
    return ended


def end(activity, user):
    """Every interaction that this agent's other desktop has reported of them is over (R85), and with the
    last of them what is marked solved closes (R8)."""
    theirs = Q(activity=activity.pk)
    if activity.customer_id:
        theirs |= Q(activity__customer=activity.customer_id)
    told = Interaction.objects.filter(theirs, agent=user, closed_at=None).select_related("activity")
    told = list(told.order_by("reported_at", "pk"))
    requests = sorted({each.activity.care_request_id for each in told} - {None})
    for request_id in requests:
        touch(request_id)
    interactions.end([each.activity for each in told if not each.activity.is_over])
    Interaction.objects.filter(pk__in=[each.pk for each in told]).update(closed_at=timezone.now())
    for request_id in requests:
        close_if_solved(request_id)
    return [each.name for each in told]
