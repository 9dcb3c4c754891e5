"""One interaction of a customer with the organisation: a chat, a call or an e-mail thread."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caredesk.history import tracked
from caredesk.texts import all_at_most
from customers.models import Customer
from requests_app.models import CareRequest

UNTRACKED = (
    "last_seq",
    "chat_token_hash",
    "address_hash",
    "agent_seen_seq",
    "customer_seen_seq",
    "customer_seen_at",
    "unread",
    "unanswered_since",
)


@tracked(*UNTRACKED)
class Activity(models.Model):
    """`last_seq` numbers its messages without a gap; `customer_seen_at` is when their page last answered."""

    realtime_name = "activity"

    CHAT, CALL, EMAIL = "chat", "call", "email"
    MEDIA = {CHAT: _("Chat"), CALL: _("Call"), EMAIL: _("E-mail")}
    IN, OUT = "in", "out"
    DIRECTIONS = {IN: _("Incoming"), OUT: _("Outgoing")}
    WAITING, ACTIVE, ENDED, ABANDONED = "waiting", "active", "ended", "abandoned"
    STATES = {
        WAITING: _("Waiting"),
        ACTIVE: _("In progress"),
        ENDED: _("Ended"),
        ABANDONED: _("Abandoned"),
    }

    medium = models.CharField(_("medium"), max_length=5, choices=MEDIA)
    direction = models.CharField(_("direction"), max_length=3, choices=DIRECTIONS, default=IN)
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=WAITING)
    version = models.PositiveIntegerField(_("version"), default=1)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="activities")
    verified = models.BooleanField(_("customer verified"), default=True)
    care_request = models.ForeignKey(
        CareRequest,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("request"),
    )
    subject = models.TextField(_("subject"), blank=True, default="")
    source_name = models.TextField(_("name given"), blank=True, default="")
    source_email = models.TextField(_("e-mail given"), blank=True, default="")
    source_phone = models.TextField(_("phone given"), blank=True, default="")
    source_page = models.TextField(_("page"), blank=True, default="")
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    title_note = models.TextField(_("title note"), blank=True, default="")
    description_note = models.TextField(_("description note"), blank=True, default="")
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    last_seq = models.PositiveIntegerField(_("last message number"), default=0)
    chat_token_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    address_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    agent_seen_seq = models.PositiveIntegerField(default=0, editable=False)
    customer_seen_seq = models.PositiveIntegerField(default=0, editable=False)
    customer_seen_at = models.DateTimeField(_("customer last here"), null=True, blank=True)
    customer_left_at = models.DateTimeField(_("customer left"), null=True, blank=True)
    unread = models.PositiveIntegerField(_("unread messages"), default=0)
    unanswered_since = models.DateTimeField(_("unanswered since"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    rating_comment = models.TextField(_("rating comment"), blank=True, default="")

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            CheckConstraint(
                condition=Q(medium__in=["chat", "call", "email"]), name="activity_is_a_chat_call_or_email"
            ),
            CheckConstraint(condition=Q(direction__in=["in", "out"]), name="activity_comes_in_or_goes_out"),
            CheckConstraint(
                condition=Q(state__in=["waiting", "active", "ended", "abandoned"]),
                name="activity_has_a_known_state",
            ),
            CheckConstraint(
                condition=Q(care_request=None) | Q(customer__isnull=False),
                name="activity_with_a_request_has_a_customer",
            ),
            CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5), name="activity_rating_is_1_to_5"
            ),
            CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="activity_ends_after_it_started",
            ),
            CheckConstraint(
                condition=Q(state__in=["ended", "abandoned"], ended_at__isnull=False)
                | Q(state__in=["waiting", "active"], ended_at=None),
                name="activity_has_an_end_exactly_when_over",
            ),
            CheckConstraint(condition=Q(version__gte=1), name="activity_version_starts_at_1"),
            UniqueConstraint(
                fields=["chat_token_hash"],
                condition=~Q(chat_token_hash=""),
                name="activity_has_its_own_chat_token",
            ),
            *all_at_most(
                "activity",
                [
                    "subject",
                    "source_name",
                    "source_email",
                    "source_phone",
                    "source_page",
                    "title_note",
                    "description_note",
                    "rating_comment",
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-started_at", "-id"], name="activity_newest_of_customer"),
            models.Index(fields=["care_request", "-started_at"], name="activity_newest_of_request"),
            models.Index(
                fields=["customer_seen_at"],
                condition=Q(medium="chat", state__in=["waiting", "active"]),
                name="activity_chat_by_last_sign",
            ),
            models.Index(
                fields=["address_hash", "started_at"],
                condition=~Q(address_hash=""),
                name="activity_starts_of_address",
            ),
        ]

    def __str__(self):
        return f"{self.get_medium_display()} {self.shown_name}"

    @property
    def shown_name(self):
        """The customer's shown name, else what they said of themselves (R7)."""
        if self.customer:
            return self.customer.shown_name
        given = self.source_name or self.source_email or self.source_phone
        return given or str(_("Unknown customer"))

    @property
    def is_over(self):
        return self.state in (self.ENDED, self.ABANDONED)

    @property
    def went_by_themselves(self):
        """Whether the customer ended the chat; one who is only gone was last seen before that was noticed."""
        return bool(self.customer_left_at) and self.customer_left_at == self.customer_seen_at
