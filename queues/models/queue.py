"""Where work waits, who works there, and what supervisors set for it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caredesk.history import tracked
from caredesk.texts import all_at_most
from customers.phones import dialled_phone, normalise_phone


@tracked("seq")
class Queue(models.Model):
    """`seq` is incremented in the transaction of every change to what waits here (resync, see realtime)."""

    realtime_name = "queue"

    PICK, AUTOMATIC = "pick", "automatic"
    MODES = {PICK: _("Agents pick"), AUTOMATIC: _("Offered automatically")}

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    mode = models.CharField(_("mode"), max_length=9, choices=MODES, default=PICK)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5, help_text=_("1 is served first."))
    offer_seconds = models.PositiveSmallIntegerField(
        _("seconds to accept"), null=True, blank=True, help_text=_("Empty: the general setting.")
    )
    wrap_up_seconds = models.PositiveSmallIntegerField(_("wrap-up seconds after a call"), default=0)
    late_seconds = models.PositiveIntegerField(
        _("late after seconds"), default=300, help_text=_("Waiting times beyond this are shown as late.")
    )
    hours = models.JSONField(_("opening hours"), default=dict, blank=True)
    numbers = ArrayField(
        models.CharField(max_length=40), verbose_name=_("phone numbers"), default=list, blank=True
    )
    country = models.CharField(_("default country"), max_length=2, blank=True, default="")
    control_address = models.URLField(_("call-control address"), blank=True, default="")
    control_secret = models.CharField(_("call-control secret"), max_length=200, blank=True, default="")
    seq = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["priority", "name"]
        constraints = [
            CheckConstraint(condition=Q(mode__in=["pick", "automatic"]), name="queue_is_picked_or_automatic"),
            CheckConstraint(condition=Q(priority__gte=1), name="queue_priority_starts_at_1"),
            CheckConstraint(
                condition=Q(offer_seconds=None) | Q(offer_seconds__gte=1),
                name="queue_offers_last_a_second_or_more",
            ),
            CheckConstraint(
                condition=Q(control_address="") | ~Q(control_secret=""),
                name="queue_with_call_control_has_a_secret",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_pick(self):
        return self.mode == self.PICK


@tracked()
class QueueMember(models.Model):
    queue = models.ForeignKey(Queue, models.CASCADE, related_name="memberships")
    agent = models.ForeignKey("queues.Agent", models.CASCADE, related_name="memberships")

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [UniqueConstraint(fields=["queue", "agent"], name="agent_is_a_member_of_a_queue_once")]

    def __str__(self):
        return f"{self.agent} · {self.queue}"


class CannedReply(models.Model):
    """A ready answer, inserted in the composer with a colon and its shortcut."""

    shortcut = models.SlugField(_("shortcut"))
    text = models.TextField(_("text"))
    queue = models.ForeignKey(Queue, models.CASCADE, null=True, blank=True, related_name="canned_replies")

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["shortcut"]
        constraints = [
            UniqueConstraint(
                fields=["queue", "shortcut"],
                nulls_distinct=False,
                name="canned_reply_shortcut_is_used_once_a_queue",
            ),
            *all_at_most("canned_reply", ["text"]),
        ]

    def __str__(self):
        return self.shortcut


class CallLog(models.Model):
    """A request of a PBX and our answer, kept for 30 days."""

    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    call_id = models.CharField(_("call id"), max_length=250, blank=True, default="", db_index=True)
    request = models.JSONField(_("request"), default=dict)
    status = models.PositiveSmallIntegerField(_("status"))
    answer = models.JSONField(_("answer"), default=dict)

    class Meta:
        verbose_name = _("call event")
        verbose_name_plural = _("call events")

    def __str__(self):
        return f"{self.call_id} {self.status}"


class BlockedNumber(models.Model):
    """Its calls are rejected; kept in the form in which numbers are matched, however it was typed."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    note = models.TextField(_("note"), blank=True, default="")
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    blocked_at = models.DateTimeField(_("blocked"), default=timezone.now)

    class Meta:
        verbose_name = _("blocked number")
        verbose_name_plural = _("blocked numbers")
        constraints = [*all_at_most("blocked_number", ["note"])]

    def __str__(self):
        return self.number

    def save(self, *args, **kwargs):
        self.clean()
        super().save(*args, **kwargs)

    def clean(self):
        """Before a form asks whether it is there already, in whatever spelling."""
        self.number = normalise_phone(dialled_phone(self.number) or self.number)


class CallerIdRule(models.Model):
    """Which number is shown to whom: the longest matching prefix of the called number wins."""

    prefix = models.CharField(_("called numbers beginning with"), max_length=20, unique=True)
    caller_id = models.CharField(_("shown number"), max_length=40)

    class Meta:
        verbose_name = _("caller-id rule")
        verbose_name_plural = _("caller-id rules")

    def __str__(self):
        return f"{self.prefix}… {self.caller_id}"
