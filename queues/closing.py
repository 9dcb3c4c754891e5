"""Close ends the interaction, not the request: everything is stored first, or nothing closes (R85 to R88)."""

from contextlib import suppress
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import chat, drafts, remarks
from activities.identity import create_customer
from activities.joining import note, notes_of, take_notes
from activities.models import Activity, Message
from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import locked
from customers import editing
from queues.bells import ring_desk
from queues.models import Task
from queues.retrying import retried_after_deadlock
from requests_app.editing import save_details, touch

SAVE, CREATE, DISCARD = "save", "create", "discard"


class Question(Exception):
    """Close must ask first: "create" or "save", or else to discard; a choice answers it."""

    def __init__(self, kind):
        self.kind = kind
        super().__init__(kind)


@dataclass
class Leftovers:
    """What stands in the panes when Close is pressed.

    `details`: {"title": …, "description": …} as typed, `request_version` what they were typed over;
    `tag`, `comment`: half-typed; `customer`: the form's values if they differ from what is stored, over
    `customer_version`.
    """

    details: dict = field(default_factory=dict)
    request_version: int | None = None
    tag: str = ""
    comment: str = ""
    customer: dict = field(default_factory=dict)
    customer_version: int | None = None


@retried_after_deadlock
def close(task_id, left, *, choice="", by):
    """Store what is left over and end the interaction; closing twice changes nothing.

    Raises Question when the customer's form is unsaved and no choice was made, and whatever the stores
    raise (ValidationError, Stale, Closed): then nothing of it has happened.
    """
    with transaction.atomic(), acting(by.user):
        task = Task.objects.select_for_update(no_key=True).select_related("queue").get(pk=task_id, agent=by)
        if task.state != Task.ACTIVE:
            return task
        ring_desk(by.pk, by.user_id)
        activity = Activity.objects.select_related("customer", "care_request").get(pk=task.activity_id)
        store_details(activity, left, by=by.user)
        settle_customer(activity, left, choice, task.queue.country, by=by.user)
        store_remarks(activity, left, by=by.user)
        end(task, activity, by)
    return task


def store_details(activity, left, *, by):
    if activity.care_request and activity.care_request.is_open:
        save_details(activity.care_request, left.details, version=left.request_version, by=by)
    elif not activity.care_request:
        for name, text in left.details.items():
            note(activity, name, text)


def settle_customer(activity, left, choice, region, *, by):
    """One question at most (R85): a customer never created, or changes never saved."""
    if not activity.customer_id:
        if choice == CREATE:
            create_customer(activity, left.customer, by=by, region=region)
        elif choice == DISCARD:
            write_notes(activity)
        else:
            raise Question(CREATE)
    elif left.customer:
        if choice == SAVE:
            editing.save(
                activity.customer, left.customer, version=left.customer_version, by=by, region=region
            )
        elif choice != DISCARD:
            raise Question(SAVE)


def write_notes(activity):
    """Without a customer the noted title and description stay with the activity (R86)."""
    notes = notes_of(activity)
    take_notes(activity)
    Activity.objects.filter(pk=activity.pk).update(
        title_note=notes.get("title", ""), description_note=notes.get("description", "")
    )


def store_remarks(activity, left, *, by):
    if left.tag.strip():
        with suppress(remarks.Twin):
            remarks.add_tag(activity, left.tag, by=by)
    if left.comment.strip():
        remarks.comment(activity, left.comment, by=by)


def end(task, activity, agent):
    now = timezone.now()
    touch(activity.care_request_id)
    current = locked(activity)
    current.state, current.ended_at = Activity.ENDED, current.ended_at or now
    current.unread, current.unanswered_since = 0, None
    current.save(update_fields=["state", "ended_at", "unread", "unanswered_since"])
    if current.medium == Activity.CHAT:
        chat.append(
            current, side=Message.SYSTEM, kind=Message.CLOSED, author=agent.user, author_name=agent.shown_name
        )
    task.state, task.ended_at, task.line_busy = Task.CLOSED, now, False
    task.save(update_fields=["state", "ended_at", "line_busy"])
    forget_drafts(activity, agent)
    announce(*[record for record in (activity, activity.care_request, activity.customer) if record])


def forget_drafts(activity, agent):
    names = [f"activity-{activity.pk}"]
    names += [f"request-{activity.care_request_id}"] if activity.care_request_id else []
    names += [f"customer-{activity.customer_id}"] if activity.customer_id else []
    for name in names:
        drafts.forget(agent.user, name)


def question_text(kind, name):
    if kind == CREATE:
        return _("Create the customer %(name)s before closing?") % {"name": name}
    return _("Save your changes to %(name)s before closing?") % {"name": name}
