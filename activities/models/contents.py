"""What an interaction consists of: messages of a chat, the call, the e-mails, and their attachments."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, OuterRef, Q, Subquery, UniqueConstraint
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.models.activity import Activity
from caredesk.texts import all_at_most


class MessageQuerySet(models.QuerySet):
    def with_files(self):
        """Each with `file`: what Attachment.facts says of the file that it brought, or None."""
        facts = {name: F(name) for name in Attachment.FACTS}
        brought = Attachment.objects.filter(message=OuterRef("pk")).values(facts=JSONObject(**facts))
        return self.annotate(file=Subquery(brought[:1]))


class Message(models.Model):
    """One line of a conversation. `seq` counts from 1 without a gap; `uuid` is made by the sender's client.

    One that brings a file has its name as text.
    """

    CUSTOMER, AGENT, SYSTEM = "customer", "agent", "system"
    SIDES = {CUSTOMER: _("Customer"), AGENT: _("Agent"), SYSTEM: _("System")}
    TEXT, STARTED, ACCEPTED, LEFT, RETURNED = "text", "started", "accepted", "left", "returned"
    PASSED, CLOSED = "passed", "closed"
    KINDS = {
        TEXT: _("text"),
        STARTED: _("started the chat"),
        ACCEPTED: _("accepted"),
        LEFT: _("left"),
        RETURNED: _("came back"),
        PASSED: _("passed it on"),
        CLOSED: _("closed the chat"),
    }

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField(_("number"))
    uuid = models.UUIDField(default=uuid.uuid4)
    side = models.CharField(_("side"), max_length=8, choices=SIDES)
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS, default=TEXT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    author_name = models.TextField(_("shown name"), blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    file = None
    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["activity", "seq"]
        constraints = [
            UniqueConstraint(fields=["activity", "seq"], name="message_number_is_used_once_a_conversation"),
            UniqueConstraint(fields=["activity", "uuid"], name="message_is_stored_once_a_conversation"),
            CheckConstraint(condition=Q(seq__gte=1), name="message_numbers_start_at_1"),
            CheckConstraint(
                condition=Q(side__in=["customer", "agent", "system"]), name="message_has_a_known_side"
            ),
            CheckConstraint(
                condition=Q(kind__in=["text", "started", "accepted", "left", "returned", "passed", "closed"]),
                name="message_has_a_known_kind",
            ),
            CheckConstraint(condition=~Q(kind="text") | ~Q(text=""), name="message_text_is_not_empty"),
            *all_at_most("message", ["text", "author_name"]),
        ]

    def __str__(self):
        return f"{self.seq} {self.text[:50]}"


class CallQuerySet(models.QuerySet):
    def missed(self):
        """Lately, and nobody spoke with the caller, nobody has called them back, and it rang nowhere else."""
        abandoned = {"activity__direction": Activity.IN, "activity__state": Activity.ABANDONED}
        since = timezone.now() - timedelta(days=Call.MISSED_DAYS)
        return self.filter(
            state=Call.ENDED, answered_at=None, called_back_at=None, rang_at__gt=since, **abandoned
        )


class Call(models.Model):
    """What the PBX reported of a call; the state only moves forward: new, answered, ended."""

    NEW, ANSWERED, ENDED = "new", "answered", "ended"
    STATES = {NEW: _("Ringing"), ANSWERED: _("Talking"), ENDED: _("Ended")}
    MISSED_DAYS = 14
    CAUSES = {
        "normalClearing": _("Hung up"),
        "busy": _("Busy"),
        "cancel": _("The caller hung up"),
        "noAnswer": _("No answer"),
        "congestion": _("The network was congested"),
        "notFound": _("No such number"),
        "forwarded": _("Forwarded"),
        "replaced": _("Another call began"),
    }

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="call")
    call_id = models.CharField(_("call id"), max_length=250, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=STATES, default=NEW)
    from_number = models.TextField(_("from"), blank=True, default="")
    to_number = models.TextField(_("to"), blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_elsewhere = models.BooleanField(_("answered elsewhere"), default=False)
    rang_at = models.DateTimeField(_("rang"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    held_since = models.DateTimeField(_("on hold since"), null=True, blank=True)
    held_seconds = models.PositiveIntegerField(_("seconds on hold"), default=0)
    cause = models.TextField(_("cause"), blank=True, default="")
    called_back_at = models.DateTimeField(_("called back"), null=True, blank=True)
    called_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            CheckConstraint(
                condition=Q(state__in=["new", "answered", "ended"]), name="call_is_new_answered_or_ended"
            ),
            CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at=None)),
                name="call_has_an_end_only_when_ended",
            ),
            *all_at_most("call", ["from_number", "to_number", "cause"]),
        ]
        indexes = [
            models.Index(
                fields=["rang_at"],
                condition=Q(state="ended", answered_at=None, called_back_at=None),
                name="call_not_called_back",
            )
        ]

    def __str__(self):
        return f"{self.from_number} → {self.to_number}"

    @property
    def shown_state(self):
        return _("On hold") if self.held_since else self.STATES[self.state]

    @property
    def shown_cause(self):
        """In words; a telephone system may give others than the usual ones."""
        return self.CAUSES.get(self.cause, self.cause)

    @property
    def was_on_hold(self):
        """For how long altogether, as far as it is over."""
        return timedelta(seconds=self.held_seconds)


class Email(models.Model):
    """One e-mail of a thread; threads are found by Message-ID and References."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="emails")
    direction = models.CharField(_("direction"), max_length=3, choices=Activity.DIRECTIONS)
    message_id = models.TextField(_("Message-ID"), unique=True)
    in_reply_to = models.TextField("In-Reply-To", blank=True, default="")
    references = models.TextField("References", blank=True, default="")
    from_address = models.TextField(_("from"))
    to_addresses = models.JSONField(_("to"), default=list, blank=True)
    cc_addresses = models.JSONField(_("copies"), default=list, blank=True)
    subject = models.TextField(_("subject"), blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    html = models.TextField("HTML", blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        constraints = [
            CheckConstraint(condition=Q(direction__in=["in", "out"]), name="email_comes_in_or_goes_out"),
            CheckConstraint(condition=~Q(message_id=""), name="email_has_a_message_id"),
        ]

    def __str__(self):
        return self.subject or self.message_id


class Attachment(models.Model):
    """A file outside the web root under a random name; served only to who may see the conversation."""

    FACTS = ("key", "name", "content_type", "size", "width", "height")

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="attachments")
    email = models.ForeignKey(Email, models.CASCADE, null=True, blank=True, related_name="attachments")
    name = models.TextField(_("name"))
    content_type = models.CharField(_("content type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    width = models.PositiveIntegerField(_("width of a picture"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height of a picture"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            CheckConstraint(
                condition=Q(message=None, email__isnull=False) | Q(message__isnull=False, email=None),
                name="attachment_belongs_to_a_message_or_an_email",
            ),
            CheckConstraint(
                condition=Q(width=None, height=None)
                | Q(width__isnull=False, height__isnull=False, width__gte=1, height__gte=1),
                name="attachment_has_both_measures_of_a_picture",
            ),
            *all_at_most("attachment", ["name"]),
        ]

    def __str__(self):
        return self.name

    @property
    def facts(self):
        return {name: getattr(self, name) for name in self.FACTS} | {"key": str(self.key)}
