"""A task is an activity waiting for, offered to or accepted by an agent; an offer shows it to one of them."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.models import Activity
from caredesk.history import tracked
from caredesk.texts import all_at_most
from queues.models.agent import Agent
from queues.models.queue import Queue


class TaskQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Task.WAITING)

    def active(self):
        return self.filter(state=Task.ACTIVE)

    def live(self):
        return self.filter(state__in=Task.LIVE)

    def in_line(self):
        """Served in this order: queue priority first, then the longest waiting (R35)."""
        return self.order_by("priority", "waiting_since", "id")

    def whole(self):
        """With what the panes show of it, in one query and one more for the customer's addresses."""
        return self.select_related("queue", "activity__customer", "activity__care_request").prefetch_related(
            "activity__customer__contact_points"
        )


@tracked()
class Task(models.Model):
    """`waiting_since` is the first waiting time, kept through misses, transfers and coming back; `priority` the
    queue's, or FIRST of a customer whose agent is gone.
    `line_busy` marks the one call that keeps the agent's line (R40)."""

    WAITING, OFFERED, ACTIVE, CLOSED, ABANDONED = "waiting", "offered", "active", "closed", "abandoned"
    LIVE = (WAITING, OFFERED, ACTIVE)
    FIRST = 0  # before every queue's own priority, which starts at 1
    STATES = {
        WAITING: _("Waiting"),
        OFFERED: _("Offered"),
        ACTIVE: _("In progress"),
        CLOSED: _("Closed"),
        ABANDONED: _("Abandoned"),
    }

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="tasks")
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="tasks")
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="tasks")
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=WAITING)
    medium = models.CharField(_("medium"), max_length=5, choices=Activity.MEDIA)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5)
    line_busy = models.BooleanField(_("keeps the line"), default=False)
    transfer_note = models.TextField(_("transfer note"), blank=True, default="")
    waiting_since = models.DateTimeField(_("waiting since"), default=timezone.now)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            UniqueConstraint(
                fields=["activity"],
                condition=Q(state__in=["waiting", "offered", "active"]),
                name="activity_has_one_live_task",
            ),
            UniqueConstraint(fields=["agent"], condition=Q(line_busy=True), name="agent_has_one_active_call"),
            CheckConstraint(
                condition=Q(state__in=["waiting", "offered", "active", "closed", "abandoned"]),
                name="task_has_a_known_state",
            ),
            CheckConstraint(
                condition=Q(state__in=["closed", "abandoned"])
                | Q(state="active", agent__isnull=False)
                | Q(state__in=["waiting", "offered"], agent=None),
                name="task_has_one_holder_exactly_when_active",
            ),
            CheckConstraint(
                condition=Q(line_busy=False) | Q(state="active", medium="call"),
                name="only_an_active_call_keeps_the_line",
            ),
            CheckConstraint(
                condition=Q(state__in=["closed", "abandoned"], ended_at__isnull=False)
                | Q(state__in=["waiting", "offered", "active"], ended_at=None),
                name="task_has_an_end_exactly_when_over",
            ),
            *all_at_most("task", ["transfer_note"]),
        ]
        indexes = [
            models.Index(
                fields=["queue", "priority", "waiting_since", "id"],
                condition=Q(state="waiting"),
                name="task_next_in_line",
            ),
            models.Index(
                fields=["queue", "medium", "priority", "waiting_since", "id"],
                condition=Q(state="waiting"),
                name="task_next_of_its_medium",
            ),
            models.Index(
                fields=["agent", "accepted_at"], condition=Q(state="active"), name="task_in_progress_of_agent"
            ),
            models.Index(
                fields=["agent", "-accepted_at"], condition=Q(medium="call"), name="task_last_call_of_agent"
            ),
        ]

    def __str__(self):
        return f"{self.activity} · {self.queue}"

    @property
    def shown_medium(self):
        """As get_medium_display(), which is slow in long lists."""
        return Activity.MEDIA[self.medium]

    @property
    def is_waiting(self):
        return self.state == self.WAITING

    @property
    def is_active(self):
        return self.state == self.ACTIVE


class OfferQuerySet(models.QuerySet):
    def live(self):
        return self.filter(outcome="")

    def routed(self):
        """Made by routing; the others are transfers, which change nothing of their target's state (R43)."""
        return self.filter(returns_to=None)


@tracked()
class Offer(models.Model):
    """A task shown to one agent until `expires_at`; its outcome is empty while it lives (R37). Of a transfer,
    `returns_to` holds the task until the offer is accepted."""

    ACCEPTED, DECLINED, NO_ANSWER = "accepted", "declined", "no_answer"
    CUSTOMER_LEFT, TAKEN_BACK, CONNECTION_LOST = "customer_left", "taken_back", "connection_lost"
    OUTCOMES = {
        "": "",
        ACCEPTED: _("accepted"),
        DECLINED: _("declined"),
        NO_ANSWER: _("no answer"),
        CUSTOMER_LEFT: _("customer left"),
        TAKEN_BACK: _("taken back"),
        CONNECTION_LOST: _("connection lost"),
    }

    task = models.ForeignKey(Task, models.CASCADE, related_name="offers")
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="offers")
    returns_to = models.ForeignKey(Agent, models.SET_NULL, null=True, blank=True, related_name="+")
    offered_at = models.DateTimeField(_("offered"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=15, choices=OUTCOMES, blank=True, default="")

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            UniqueConstraint(fields=["task"], condition=Q(outcome=""), name="task_has_one_live_offer"),
            UniqueConstraint(fields=["agent"], condition=Q(outcome=""), name="agent_has_one_live_offer"),
            CheckConstraint(
                condition=Q(outcome="", ended_at=None) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="offer_has_an_end_exactly_when_it_has_an_outcome",
            ),
            CheckConstraint(
                condition=Q(
                    outcome__in=[
                        "",
                        "accepted",
                        "declined",
                        "no_answer",
                        "customer_left",
                        "taken_back",
                        "connection_lost",
                    ]
                ),
                name="offer_has_a_known_outcome",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(outcome=""), name="offer_by_deadline")]

    def __str__(self):
        return f"{self.task} → {self.agent}"

    @property
    def is_transfer(self):
        return self.returns_to_id is not None
