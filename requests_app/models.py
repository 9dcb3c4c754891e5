"""One issue of a customer. It outlives the chats, calls and e-mails about it and closes by itself (R90)."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Exists, OuterRef, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caredesk.history import tracked
from caredesk.texts import all_at_most
from customers.models import Customer

BUSY = ("waiting", "offered", "active")  # states of tasks, which are defined above this app


class CareRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=CareRequest.OPEN)

    def idle(self):
        """No task on them is waiting, offered or in progress."""
        return self.exclude(activities__tasks__state__in=BUSY)

    def finished(self):
        """Idle, and whoever works in another desktop has closed their customer there, too."""
        return self.idle().filter(~reported())

    def due(self, now=None):
        """Open and idle, and either solved and finished or untouched for so long that the next sweep closes them."""
        limit = (now or timezone.now()) - timedelta(seconds=settings.AUTO_CLOSE_SECONDS)
        return self.open().idle().filter(Q(solved=True) & ~reported() | Q(touched_at__lte=limit))

    def joinable(self, now=None):
        """Open and not due: a due request counts as closed even before it is swept (R41)."""
        due = CareRequest.objects.due(now).filter(pk=OuterRef("pk"))
        return self.open().filter(~Exists(due))


def reported():
    """An interaction that another desktop has reported is not closed. It holds back what is marked solved, but not the
    5 days: those hosts may never tell of the end."""
    unclosed = Q(activities__interactions__isnull=False, activities__interactions__closed_at=None)
    return Exists(CareRequest.objects.filter(unclosed, pk=OuterRef("pk")))


@tracked("touched_at")
class CareRequest(models.Model):
    """`touched_at` is written in the transaction of any change to the request or to its activities."""

    realtime_name = "request"

    OPEN, CLOSED = "open", "closed"
    STATES = {OPEN: pgettext_lazy("request", "Open"), CLOSED: pgettext_lazy("request", "Closed")}

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="care_requests")
    version = models.PositiveIntegerField(_("version"), default=1)
    title = models.TextField(_("title"), blank=True, default="")
    description = models.TextField(_("description"), blank=True, default="")
    state = models.CharField(_("state"), max_length=6, choices=STATES, default=OPEN)
    solved = models.BooleanField(_("marked solved"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    touched_at = models.DateTimeField(_("last change"), default=timezone.now)

    objects = CareRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            UniqueConstraint(fields=["id", "customer"], name="request_and_its_customer_can_be_referred_to"),
            CheckConstraint(condition=Q(state__in=["open", "closed"]), name="request_is_open_or_closed"),
            CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(state="closed", closed_at__isnull=False),
                name="request_has_a_closed_date_only_when_closed",
            ),
            CheckConstraint(condition=Q(version__gte=1), name="request_version_starts_at_1"),
            *all_at_most("request", ["title", "description"]),
        ]
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="request_newest_of_customer"),
            models.Index(
                fields=["touched_at"], condition=Q(state="open"), name="request_open_by_last_change"
            ),
        ]

    def __str__(self):
        return self.shown_title

    @property
    def shown_title(self):
        return self.title or str(_("Untitled request"))

    @property
    def is_open(self):
        return self.state == self.OPEN

    @property
    def closes_at(self):
        """When it closes by itself if nothing more happens and no task on it is live; None once closed."""
        return self.touched_at + timedelta(seconds=settings.AUTO_CLOSE_SECONDS) if self.is_open else None

    @property
    def is_busy(self):
        """A task on it is waiting, offered or in progress, so it does not close by itself (R90)."""
        return self.activities.filter(tasks__state__in=BUSY).exists()

    @property
    def is_finished(self):
        """Mark solved would close it at once (R8)."""
        return CareRequest.objects.finished().filter(pk=self.pk).exists()
