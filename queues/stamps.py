"""A stamp is one word for everything the panes of a task show but its messages; another word: look again.

The desk compares it after each connect, selection and tick, so that no lost push does harm and no pane looks in vain.
"""

import hashlib

from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat

from activities.models import Activity, Comment, Draft
from requests_app.models import CareRequest


def stamped(tasks):
    """With what a stamp is made of besides versions, in the same query."""
    return tasks.annotate(**{f"stamp_{name}": Subquery(rows()) for name, rows in MARKS.items()})


def stamp_of(task):
    """Of a task from `stamped()`, with its activity, customer and request."""
    activity = task.activity
    shown = [task.state, activity.version, activity.state, activity.verified, activity.customer_left_at]
    shown += [getattr(record, "version", 0) for record in (activity.customer, activity.care_request)]
    shown += [getattr(task, f"stamp_{name}") for name in MARKS]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def commented():
    return remarks().order_by("-id").values("id")[:1]


def reworded():
    return remarks().exclude(edited_at=None).order_by("-edited_at").values("edited_at")[:1]


def remarks():
    return Comment.objects.filter(activity=OuterRef("activity_id"))


def noted():
    record = Concat(Value("activity-"), Cast(OuterRef("activity_id"), TextField()), output_field=TextField())
    notes = Draft.objects.filter(agent=None, record=record)
    return notes.order_by("-updated_at").values("updated_at")[:1]


def touched():
    """Any change to a request or to what belongs to it."""
    requests = CareRequest.objects.filter(customer=OuterRef("activity__customer_id"))
    return requests.order_by("-touched_at").values("touched_at")[:1]


def newest():
    journey = Activity.objects.filter(customer=OuterRef("activity__customer_id"))
    return journey.order_by("-started_at", "-id").values("id")[:1]


MARKS = {"commented": commented, "reworded": reworded, "noted": noted, "touched": touched, "newest": newest}
