"""Where an agent sits: the task they look at, and what they selected in its journey (R3, R6)."""

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404

from activities import drafts
from activities.models import Activity
from caredesk.realtime import name_of
from queues.models import Agent, Task
from queues.permissions import task_or_404, visible_activities
from requests_app.models import CareRequest


class Lost(Http404):
    """What is selected was this customer's and is not any more, or the task has another customer by now.

    `record` has no more than its number, `seat` is that at the task's own activity.
    """

    def __init__(self, record, seat):
        self.record, self.seat = record, seat
        super().__init__()


@dataclass
class Seat:
    """What every pane is about. `selected` is the activity or request chosen in the journey, else the task's own."""

    agent: Agent
    task: Task
    selected: Activity | CareRequest

    @classmethod
    def take(cls, agent, task_id, selected=""):
        """The agent's seat at a task they may see; 404 when it, or what is selected, is not theirs to see.

        Raises Lost, which is a 404 too, of what they could select before.
        """
        task = task_or_404(agent, task_id)
        try:
            return cls(agent, task, find_selected(agent, task, selected))
        except Http404:
            if lost := was_here(task, selected):
                raise Lost(lost, cls(agent, task, task.activity)) from None
            raise

    @property
    def current(self):
        """The task's own activity: Communication and Close stay with it."""
        return self.task.activity

    @property
    def customer(self):
        return self.current.customer

    @property
    def journey(self):
        """The name that rings when this customer's journey shows something new; None of nobody's."""
        return f"journey-{self.customer.pk}" if self.customer else None

    @property
    def is_preview(self):
        return not self.task.is_active

    @property
    def is_elsewhere(self):
        """Something other than the task's own activity is selected."""
        return self.selected != self.current

    @property
    def activity(self):
        """The selected activity; None while a request is selected."""
        return self.selected if isinstance(self.selected, Activity) else None

    @cached_property
    def care_request(self):
        """The selected request, or that of the selected activity."""
        return self.selected if isinstance(self.selected, CareRequest) else self.selected.care_request

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
        shown = {self.current, self.selected, self.care_request, self.customer, self.current.care_request}
        return drafts.standing(self.agent.user, *sorted(map(name_of, shown - {None})))

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
        theirs = bool(record.customer_id) and record.customer_id == self.current.customer_id
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


def find_selected(agent, task, name):
    kind, _dash, number = name.partition("-")
    if not name or (kind == "activity" and number == str(task.activity_id)):
        return task.activity
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    if kind == "activity":
        found = (
            visible_activities(agent, task)
            .select_related("customer", "care_request")
            .filter(pk=number)
            .first()
        )
    elif kind == "request" and task.activity.customer_id:
        found = CareRequest.objects.filter(customer_id=task.activity.customer_id, pk=number).first()
    else:
        found = None
    if not found:
        raise Http404
    return found


def was_here(task, name):
    """The record of this name if it and the task had the same customer once, else None."""
    kind, _dash, number = name.partition("-")
    model = {"activity": Activity, "request": CareRequest}.get(kind)
    if not model or not number.isdecimal() or len(number) > 18:
        return None
    customers = Activity.pgh_event_model.objects.filter(pgh_obj_id=task.activity_id, customer__isnull=False)
    events = model.pgh_event_model.objects.filter(pgh_obj_id=number)
    theirs = events.filter(customer_id__in=customers.values("customer_id"))
    return model(pk=int(number)) if theirs.exists() else None
