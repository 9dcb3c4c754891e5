"""Drafts, what is open where, merges that can be undone, and work that must not be lost."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.models.activity import Activity
from caredesk.texts import all_at_most
from customers.models import Customer


class Draft(models.Model):
    """What somebody typed and has not saved. Without an agent it belongs to the activity itself (R41):
    its title and description until the customer is created. `record` is a name like "request-42"."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="drafts"
    )
    record = models.CharField(_("record"), max_length=60)
    field = models.CharField(_("field"), max_length=40)
    text = models.TextField(_("text"))
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            UniqueConstraint(
                fields=["agent", "record", "field"],
                nulls_distinct=False,
                name="draft_is_kept_once_an_agent_record_and_field",
            ),
        ]
        indexes = [models.Index(fields=["record"], name="draft_by_record")]

    def __str__(self):
        return f"{self.record} {self.field}"


class OpenCustomerQuerySet(models.QuerySet):
    def whole(self):
        """With what the panes show of them, in one query and one more for the customer's addresses."""
        found = self.select_related("customer", "activity__customer", "activity__care_request")
        return found.prefetch_related("customer__contact_points")


class OpenCustomer(models.Model):
    """A customer whom an agent of another desktop has open in the gadget, with the newest interaction reported of them;
    or an interaction of somebody who is not stored yet."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="open_customers")
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="+")
    activity = models.ForeignKey(Activity, models.CASCADE, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)

    objects = OpenCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("open customer")
        verbose_name_plural = _("open customers")
        constraints = [
            UniqueConstraint(fields=["agent", "customer"], name="customer_is_open_once_an_agent"),
            UniqueConstraint(fields=["agent", "activity"], name="activity_is_open_once_an_agent"),
            CheckConstraint(
                condition=Q(customer__isnull=False) | Q(activity__isnull=False),
                name="open_customer_is_somebody_or_something",
            ),
        ]

    def __str__(self):
        return str(self.customer or self.activity)


class RecentCustomer(models.Model):
    """One of the last customers an agent closed or created (R112)."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recent_customers")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("recent customer")
        verbose_name_plural = _("recent customers")
        constraints = [
            UniqueConstraint(fields=["agent", "customer"], name="customer_is_recent_once_an_agent")
        ]
        indexes = [models.Index(fields=["agent", "-at"], name="recent_customers_newest")]

    def __str__(self):
        return str(self.customer)


class Interaction(models.Model):
    """What another desktop has reported by this id (R110): reported again by the same agent, it is the same activity.

    `external_id`: who the customer is to that desktop. `closed_at`: when the agent closed it in the gadget."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="interactions")
    name = models.CharField(_("id"), max_length=250)
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="interactions")
    external_id = models.TextField(_("external id"), blank=True, default="")
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("interaction of another desktop")
        verbose_name_plural = _("interactions of other desktops")
        constraints = [
            UniqueConstraint(fields=["agent", "name"], name="interaction_is_reported_once_an_agent"),
            *all_at_most("interaction", ["external_id"]),
        ]

    def __str__(self):
        return self.name


class Merge(models.Model):
    """Two customers made one; `undo` holds what the other was and what moved, for 7 days (R73)."""

    kept = models.ForeignKey(Customer, models.CASCADE, related_name="merges")
    undo = models.JSONField(_("how to undo"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(_("merged"), default=timezone.now)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self):
        return str(self.kept)


class Outbox(models.Model):
    """What must go out and must not be lost: a row written with the change, swept until it is done."""

    kind = models.CharField(_("kind"), max_length=40)
    payload = models.JSONField(_("payload"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True, default="")

    class Meta:
        verbose_name = _("outgoing work")
        verbose_name_plural = _("outgoing work")
        constraints = [*all_at_most("outbox", ["error"])]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="outbox_by_due_time")]

    def __str__(self):
        return f"{self.kind} {self.pk}"
