"""A seat at a customer who is open in the gadget."""

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404
from django.utils.translation import gettext as _

from activities.models import Activity, OpenCustomer
from caredesk.places import Opened
from caredesk.realtime import name_of
from customers.models import Customer
from queues.permissions import NOBODY
from queues.seat.task import Seat


@dataclass
class OpenSeat(Seat, place=Opened):
    """At a customer who is open in the gadget (R110 to R115): editable as long as they are (R55).

    Without an interaction of the host's the newest one of the journey is shown; without a customer either, somebody new
    is being created.
    """

    opened: OpenCustomer | None = None

    details = "gadget/work.html#details"
    is_preview = False
    region = None

    @classmethod
    def at(cls, agent, place, selected):
        opened = OpenCustomer.objects.whole().filter(pk=place, agent=agent.user).first() if place else None
        if place and not opened:
            raise Http404
        seat = cls(agent, None, None, opened)
        seat.selected = seat.find(selected)
        return seat

    @property
    def place(self):
        return Opened(self.opened.pk if self.opened else 0)

    @property
    def current(self):
        return self.opened.activity if self.opened else None

    @property
    def customer(self):
        return self.opened.customer if self.opened else None

    @cached_property
    def home(self):
        if self.current or not self.customer:
            return self.current
        rows = Activity.objects.select_related("customer", "care_request").filter(customer=self.customer)
        newest = rows.order_by("-started_at", "-pk").first()
        return newest or self.customer.care_requests.order_by("-created_at", "-pk").first()

    @property
    def record(self):
        return name_of(self.customer or self.current or NOBODY)

    @property
    def shown_name(self):
        somebody = self.customer or self.current
        return somebody.shown_name if somebody else _("New customer")

    @property
    def known(self):
        return super().known if self.current else {}

    @property
    def anybody(self):
        return self.current or Activity(customer=self.customer)

    @property
    def seen(self):
        if self.customer:
            return Activity.objects.filter(customer=self.customer)
        return Activity.objects.filter(pk=self.current.pk if self.current else None)

    @property
    def others_open(self):
        theirs = OpenCustomer.objects.filter(agent=self.agent.user).values("customer")
        return _("Open"), Customer.objects.filter(pk__in=theirs)
