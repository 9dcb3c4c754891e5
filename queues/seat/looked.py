"""A seat at a customer who is looked at on the desk."""

from dataclasses import dataclass

from django.http import Http404

from caredesk.places import Looked
from customers.models import Customer
from queues.seat.opened import OpenSeat


@dataclass
class LookSeat(OpenSeat, place=Looked):
    """At a customer who was found by search, of whom the agent has no task: to read."""

    looked: Customer | None = None

    details = "desk/work.html#details"
    is_preview = True

    @classmethod
    def at(cls, agent, place, selected):
        customer = Customer.objects.prefetch_related("contact_points").filter(pk=place).first()
        if not customer:
            raise Http404
        seat = cls(agent, None, None, None, customer)
        seat.selected = seat.find(selected)
        return seat

    @property
    def place(self):
        return Looked(self.looked.pk)

    @property
    def customer(self):
        return self.looked
