"""Customers open in the gadget, and the last twenty that an agent closed or created (R111 to R113)."""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from activities.models import OpenCustomer, RecentCustomer
from caredesk.history import acting
from caredesk.realtime import announce
from customers import editing

KEPT = 20


def hold(user):
    """One thing after another for each agent: two tabs that are told the same make it once."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)


def reopen(customer, *, by):
    """Open the customer for this agent, if that is not so already (R113)."""
    with transaction.atomic():
        hold(by)
        return put(by, customer, None)


def create(values, *, by, region=None):
    """A customer of whom there is no interaction: made, open, and first in Recent (R113)."""
    with transaction.atomic(), acting(by):
        hold(by)
        customer = editing.create(values, by=by, region=region)
        remember(customer, by=by)
        return put(by, customer, None)


def put(user, customer, activity):
    """The one entry of this customer, or of an interaction of nobody's yet; the newest interaction is what it shows."""
    known = {"customer": customer} if customer else {"activity": activity}
    opened, made = OpenCustomer.objects.get_or_create(agent=user, **known, defaults={"activity": activity})
    if not made and activity and opened.activity_id != activity.pk:
        opened.activity = activity
        opened.save(update_fields=["activity"])
    ring(user.pk)
    return opened


def remember(customer, *, by):
    """First in Recent, which keeps the last twenty, each once (R112)."""
    RecentCustomer.objects.update_or_create(
        agent=by, customer=customer, defaults={"at": timezone.now()}, create_defaults={"at": timezone.now()}
    )
    kept = RecentCustomer.objects.filter(agent=by).order_by("-at", "-pk").values("pk")[:KEPT]
    RecentCustomer.objects.filter(agent=by).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    ring(by.pk)


def follow(activity):
    """Whoever has this interaction open has its customer open from now on. Called in the transaction that changed whose
    it is; two entries of one customer become one."""
    for opened in (
        OpenCustomer.objects.select_for_update(no_key=True).filter(activity=activity.pk).order_by("pk")
    ):
        if activity.customer_id:
            twins = OpenCustomer.objects.filter(agent=opened.agent_id, customer=activity.customer_id)
            twins.exclude(pk=opened.pk).delete()
        opened.customer_id = activity.customer_id
        opened.save(update_fields=["customer"])
        ring(opened.agent_id)


def ring(user_id):
    """What this agent has in Open or Recent is not what it was."""
    announce(f"gadget-{user_id}")
