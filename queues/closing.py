"""Close ends the interaction, not the request: everything is stored first, or nothing closes (R85 to R88)."""

from contextlib import suppress
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import chat, drafts, remarks
from activities.identity import create_customer, use_customer
from activities.joining import MINE, NOTES, note, notes_of, take_notes
from activities.models import Activity, Comment, Draft, Message
from caredesk.history import acting
from caredesk.realtime import announce, name_of
from caredesk.stale import locked
from customers import editing
from customers.bells import ring_journey
from customers.models import Customer
from queues import lines, offers, routing
from queues.bells import ring_desk
from queues.models import Task
from queues.retrying import retried_after_deadlock
from requests_app.editing import save_details, touch
from requests_app.models import CareRequest
from requests_app.solving import close_if_solved

SAVE, CREATE, USE, DISCARD = "save", "create", "use", "discard"
NEVER_SEEN = 0


class Question(Exception):
    """Close must ask first: "create" or "save", or else to discard; a choice answers it."""

    def __init__(self, kind):
        self.kind = kind
        super().__init__(kind)


@dataclass
class Edit:
    """Unsaved texts of one record: "title" and "description" of a request, typed over `version` of it; or of an
    activity "tag" and "comment" ("call_comment" below a call), the agent's own comments being edited as "comment-12",
    and the "title" and "description" noted before its customer is created."""

    record: CareRequest | Activity
    texts: dict[str, str]
    version: int = NEVER_SEEN


@dataclass
class Leftovers:
    """What stands in the panes when Close is pressed: edits, an unsent message, and the values of the customer's
    form where they differ from what is stored, over `customer_version`. `use`: the customer it turned out to be."""

    edits: list[Edit] = field(default_factory=list)
    message: str = ""
    customer: dict = field(default_factory=dict)
    customer_version: int | None = None
    use: Customer | None = None


@retried_after_deadlock
def close(task_id, left, *, choice="", by):
    """Store what is left over and end the interaction; closing twice changes nothing.

    Raises Question when the customer's form is unsaved and no choice was made, and whatever the stores
    raise (ValidationError by field, Stale, Closed, AlreadyKnown): then nothing of it has happened.
    """
    if left.message.strip():
        raise ValidationError({"message": _("Not sent yet. Send it or empty the field, then close.")})
    with transaction.atomic(), acting(by.user):
        held = Task.objects.select_for_update(no_key=True, of=["self"])
        task = held.select_related("queue").get(pk=task_id, agent=by)
        if task.state != Task.ACTIVE:
            return task
        offers.take_back(task)
        ring_desk(by.pk, by.user_id)
        activity = Activity.objects.select_related("customer", "care_request").get(pk=task.activity_id)
        refuse_unsettled(activity, left.edits, by.user)
        settle_customer(activity, left, choice, task.queue.country, by=by.user)
        store_edits(activity, left.edits, by=by.user)
        end(task, activity, by)
        forget_drafts(activity, left.edits, by.user)
        routing.soon()
    return task


def settle_customer(activity, left, choice, region, *, by):
    """One question at most (R85): a customer never created, or changes never saved."""
    if activity.customer_id:
        locked(activity.customer)
        settle_changes(activity.customer, left, choice, region, by=by)
        left.edits += noted_late(activity, left.edits)
        return
    if choice == USE:
        locked(left.use)
    note(activity, noted(activity, left.edits))
    if choice == CREATE:
        create_customer(activity, left.customer, by=by, region=region)
    elif choice == USE:
        use_customer(activity, left.use, by=by)
    elif choice == DISCARD:
        write_notes(activity)
    else:
        raise Question(CREATE)


def settle_changes(customer, left, choice, region, *, by):
    if not left.customer or choice == DISCARD:
        return
    if choice != SAVE:
        raise Question(SAVE)
    editing.save(customer, left.customer, version=left.customer_version, by=by, region=region)


def noted(activity, edits):
    texts = {}
    for edit in edits:
        texts |= details_of(edit) if edit.record == activity else {}
    return texts


def noted_late(activity, edits):
    """What was noted here while another tab created the customer belongs to the request made then."""
    texts = {name: text for name, text in noted(activity, edits).items() if text.strip()}
    return [Edit(activity.care_request, texts)] if texts and activity.care_request else []


def write_notes(activity):
    """Without a customer the noted title and description stay with the activity (R86)."""
    notes = notes_of(activity)
    take_notes(activity)
    Activity.objects.filter(pk=activity.pk).update(
        title_note=notes.get("title", ""), description_note=notes.get("description", "")
    )


def store_edits(activity, edits, *, by):
    """Requests first, then activities, each by id: the order in which everybody locks them."""
    for edit in sorted(edits, key=lambda edit: (isinstance(edit.record, Activity), edit.record.pk)):
        if isinstance(edit.record, CareRequest):
            save_details(edit.record, details_of(edit), version=edit.version, by=by)
        else:
            store_remarks(activity if edit.record == activity else edit.record, edit.texts, by=by)


def details_of(edit):
    return {name: text for name, text in edit.texts.items() if name in NOTES}


def store_remarks(activity, texts, *, by):
    """A half-typed tag and comments; errors stand beside their field."""
    for name, text in texts.items():
        if name in NOTES or not text.strip():
            continue
        try:
            with suppress(remarks.Twin):
                store_remark(activity, name, text, by=by)
        except ValidationError as error:
            raise ValidationError({name: error}) from None


def store_remark(activity, name, text, *, by):
    kind, _dash, edited = name.partition("-")
    if kind == "tag":
        remarks.add_tag(activity, text, by=by)
    elif not edited:
        remarks.comment(activity, text, by=by)
    elif written := Comment.objects.filter(activity=activity, pk=edited).first():
        remarks.edit_comment(written, text, by=by)


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
    if task.line_busy:
        lines.wrap_up(task)
    task.state, task.ended_at, task.line_busy = Task.CLOSED, now, False
    task.save(update_fields=["state", "ended_at", "line_busy"])
    close_if_solved(activity.care_request_id)
    announce(*[record for record in (activity, activity.care_request) if record])
    ring_journey(activity.customer_id)


def refuse_unsettled(activity, edits, user):
    """What stands beside a colleague's text, to be used or dropped, is neither stored nor lost at Close (R52)."""
    names, fields = names_of(activity, edits), [f"{MINE}{name}" for name in NOTES]
    unsettled = Draft.objects.filter(agent=user, record__in=names, field__in=fields)
    if found := unsettled.values_list("field", flat=True):
        words = _("Your text beside it is not saved yet. Use or drop it, then close.")
        raise ValidationError({name.removeprefix(MINE): words for name in found})


def forget_drafts(activity, edits, user):
    drafts.forget_all(user, names_of(activity, edits))


def names_of(activity, edits):
    records = [activity, activity.care_request, activity.customer, *(edit.record for edit in edits)]
    return sorted({name_of(record) for record in records if record and record.pk})


def question_text(kind, name):
    if kind == CREATE:
        return _("Create the customer %(name)s before closing?") % {"name": name}
    return _("Save your changes to %(name)s before closing?") % {"name": name}
