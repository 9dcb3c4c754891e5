"""A seat at a task on the desk."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.http import Http404
from django.utils.translation import gettext as _

from activities import drafts
from activities.identity import known_values
from activities.models import Activity
from caredesk.numbers import ROW, number
from caredesk.realtime import name_of
from customers.models import Customer
from queues.lost import Lost, was_here
from queues.models import Agent, Task
from queues.permissions import holds, task_or_404, visible_activities
from requests_app.models import CareRequest


@dataclass
class Seat:
    """What every pane is about (R3, R6). `selected` is the activity or request chosen in the journey, else `home`.

    This one is at a task; its kinds are at the other places there are. `place` is what addresses call it.
    """

    agent: Agent
    task: Task
    selected: Activity | CareRequest | None

    details = "desk/work.html#details"
    kinds: ClassVar[dict[type, type]] = {}

    def __init_subclass__(cls, *, place):
        Seat.kinds[place] = cls

    @classmethod
    def take(cls, agent, place, selected=""):
        """The agent's seat at a place they may see; 404 when it, or what is selected, is not theirs to see.

        Raises Lost, which is a 404 too, of what they could select before at a task.
        """
        return cls.kinds.get(type(place), Seat).at(agent, place, selected)

    @classmethod
    def at(cls, agent, place, selected):
        seat = cls(agent, task_or_404(agent, place), None)
        try:
            seat.selected = seat.find(selected)
        except Http404:
            if lost := was_here(seat.task, selected):
                seat.selected = seat.home
                raise Lost(lost, seat) from None
            raise
        return seat

    @property
    def place(self):
        return self.task.pk

    @property
    def current(self):
        """The task's own activity: Communication and Close stay with it."""
        return self.task.activity

    @property
    def home(self):
        """What the panes show while nothing is selected."""
        return self.current

    @property
    def customer(self):
        return self.current.customer

    @property
    def record(self):
        """Where drafts of the customer's form are kept: with the customer, or the activity of one not stored yet."""
        return name_of(self.customer or self.current)

    @property
    def shown_name(self):
        return self.current.shown_name

    @property
    def known(self):
        """What is said of a customer who is not stored yet, as the form's first values."""
        return known_values(self.current, self.region)

    @property
    def journey(self):
        """The name that rings when this customer's journey shows something new; None of nobody's."""
        return f"journey-{self.customer.pk}" if self.customer else None

    @property
    def anybody(self):
        """An activity of the customer whose journey is shown."""
        return self.current

    @property
    def is_preview(self):
        return not self.task.is_active

    @property
    def is_elsewhere(self):
        """Something other than the task's own activity is selected."""
        return self.selected != self.home

    @property
    def activity(self):
        """The selected activity; None while a request is selected."""
        return self.selected if isinstance(self.selected, Activity) else None

    @cached_property
    def care_request(self):
        """The selected request, or that of the selected activity."""
        return self.activity.care_request if self.activity else self.selected

    @cached_property
    def may_edit_request(self):
        if self.is_preview:
            return False
        return self.may(self.care_request) if self.care_request else self.may_edit_activity

    @cached_property
    def may_edit_activity(self):
        return bool(self.activity) and self.may(self.activity)

    @property
    def may_edit_customer(self):
        return not self.is_preview

    @cached_property
    def standing(self):
        """Drafts of the agent and notes of activities, each as {"activity-9": {"message": "…"}, …}, in one query."""
        own = self.current.care_request if self.current else None
        shown = {self.current, self.selected, self.care_request, self.customer, own}
        return drafts.standing(self.agent.user, *sorted({self.record, *map(name_of, shown - {None})}))

    @property
    def drafts(self):
        """{"activity-9": {"message": "…"}, …}: what the agent typed here and has not saved."""
        return {} if self.is_preview else self.standing[0]

    def draft(self, record, field):
        return self.drafts.get(name_of(record), {}).get(field, "")

    def notes_of(self, activity):
        """Title and description of a customer who is not stored yet (R41)."""
        return self.standing[1].get(name_of(activity), {})

    def may(self, record):
        """Whether the agent may change this request or activity now: what belongs to the customer of the task that
        they hold, and is not closed (R55). Holding it answers this without asking the database."""
        care_request = record if isinstance(record, CareRequest) else record.care_request
        return self.holds(record) and (not care_request or care_request.is_open)

    def holds(self, record):
        """The same, closed or not: verbs refuse what is closed, in words."""
        if self.is_preview:
            return False
        theirs = bool(self.customer) and record.customer_id == self.customer.pk
        return theirs or record == self.current

    @property
    def may_reopen(self):
        """A supervisor, while they hold a task of that customer."""
        holds = bool(self.care_request) and not self.care_request.is_open and self.holds(self.care_request)
        return holds and self.agent.user.is_staff

    @property
    def is_shut(self):
        """The selected activity can only be read, because its request is closed."""
        return bool(self.activity and self.care_request) and not self.care_request.is_open

    @property
    def region(self):
        """Where national phone numbers of this queue's customers are from."""
        return self.task.queue.country

    @property
    def selection(self):
        """The selection as it travels in addresses: "", "activity-55" or "request-42"."""
        return f"{self.selected.realtime_name}-{self.selected.pk}" if self.is_elsewhere else ""

    @property
    def others_open(self):
        """(heading, customers) the agent works for now, to whom something is moved most likely (R81)."""
        theirs = holds(self.agent).values("activity__customer")
        return _("In progress"), Customer.objects.filter(pk__in=theirs)

    def find(self, name):
        """What this name in an address selects; 404 of what is not to be seen from here."""
        kind, _dash, pk = name.partition("-")
        if not name or (self.home and name == name_of(self.home)):
            return self.home
        found, pk = None, number(pk, digits=ROW)
        if kind == "activity":
            found = self.seen.select_related("customer", "care_request").filter(pk=pk).first()
        elif kind == "request" and self.customer:
            found = CareRequest.objects.filter(customer=self.customer, pk=pk).first()
        if not found:
            raise Http404
        return found

    @property
    def seen(self):
        """The activities that may be looked at from here."""
        return visible_activities(self.agent, self.task)
