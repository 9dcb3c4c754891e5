"""The agent at the desk: their state, limits, and the connections that prove they are there."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caredesk.history import tracked


class AgentQuerySet(models.QuerySet):
    def working(self):
        return self.filter(user__is_active=True)

    def ready(self):
        return self.filter(state=Agent.READY)

    def become(self, state, reason):
        """All these locked rows, which are in another state, at once. The caller rings the desks."""
        return self.update(state=state, reason=reason, chosen_reason=None, since=timezone.now())


@tracked("desk_seq", "last_offered_at", "gone_since")
class Agent(models.Model):
    """`desk_seq` is incremented in the transaction of every change to this agent's own lists, but what is said in
    their chats, which those count themselves (queues/desk.py). `gone_since`: the last of their desks was closed or cut
    then (R37); empty while one is open."""

    realtime_name = "agent"

    READY, NOT_READY = "ready", "not_ready"
    STATES = {READY: _("Ready"), NOT_READY: _("Not Ready")}
    SIGNED_IN, NO_ANSWER, DECLINED = "signed_in", "no_answer", "declined"
    CONNECTION_LOST, BY_SUPERVISOR, OTHER = "connection_lost", "by_supervisor", "other"
    REASONS = {
        "": "",
        SIGNED_IN: _("Signed in"),
        NO_ANSWER: _("No answer"),
        DECLINED: _("Declined"),
        CONNECTION_LOST: _("Connection lost"),
        BY_SUPERVISOR: _("By supervisor"),
        OTHER: _("Other"),
    }

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="agent")
    queues = models.ManyToManyField("queues.Queue", through="queues.QueueMember", related_name="agents")
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=NOT_READY)
    reason = models.CharField(_("reason"), max_length=15, choices=REASONS, blank=True, default=SIGNED_IN)
    chosen_reason = models.ForeignKey(
        "queues.NotReadyReason",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chosen reason"),
    )
    since = models.DateTimeField(_("in state since"), default=timezone.now)
    max_chats = models.PositiveSmallIntegerField(_("chats at once"), default=3)
    max_emails = models.PositiveSmallIntegerField(_("e-mails at once"), default=5)
    offers_during_call = models.BooleanField(_("offers during a call"), default=True)
    extension = models.CharField(_("extension"), max_length=40, blank=True, default="")
    language = models.CharField(
        _("language"), max_length=10, blank=True, default="", choices=settings.LANGUAGES
    )
    last_offered_at = models.DateTimeField(_("last offered"), null=True, blank=True)
    gone_since = models.DateTimeField(_("gone since"), null=True, blank=True, editable=False)
    desk_seq = models.PositiveBigIntegerField(default=0, editable=False)

    objects = AgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = [
            CheckConstraint(condition=Q(state__in=["ready", "not_ready"]), name="agent_is_ready_or_not"),
            CheckConstraint(
                condition=Q(state="ready", reason="") | (Q(state="not_ready") & ~Q(reason="")),
                name="agent_has_a_reason_exactly_when_not_ready",
            ),
        ]

    def __str__(self):
        return self.shown_name

    @property
    def shown_name(self):
        return self.user.get_full_name() or self.user.get_username()

    @property
    def is_ready(self):
        return self.state == self.READY

    @property
    def shown_reason(self):
        """Why they are Not Ready: the reason they chose, else the system's; "" when Ready."""
        return self.chosen_reason.name if self.chosen_reason_id else str(self.REASONS[self.reason])

    def become(self, state, reason="", chosen=None):
        """Change the state of this locked row; False when it is that already. The caller rings the desk."""
        if (self.state, self.reason, self.chosen_reason_id) == (state, reason, chosen and chosen.pk):
            return False
        self.state, self.reason, self.chosen_reason, self.since = state, reason, chosen, timezone.now()
        self.save(update_fields=["state", "reason", "chosen_reason", "since"])
        return True


class NotReadyReason(models.Model):
    """A reason that agents may choose for being Not Ready; the system's own reasons are not in this list."""

    name = models.CharField(_("reason"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("Not Ready reason")
        verbose_name_plural = _("Not Ready reasons")
        ordering = ["position", "name"]

    def __str__(self):
        return self.name


class Presence(models.Model):
    """One open desk: a lease that its web process renews while the line answers, and that expires with both."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="presences")
    connection = models.CharField(_("connection"), max_length=100, unique=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    lease_until = models.DateTimeField(_("lease until"))

    class Meta:
        verbose_name = _("open desk")
        verbose_name_plural = _("open desks")

    def __str__(self):
        return f"{self.agent} {self.connection}"
