"""A customer's chat from the first word to the last: waiting, talking, leaving, coming back (R42, R100)."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from activities import attaching, chat
from activities.joining import leave_if_closed
from activities.models import Activity, Message
from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import locked
from customers.bells import ring_journey
from queues import offering, routing
from queues.bells import ring_queue
from queues.holding import held
from queues.models import Offer, Task
from queues.retrying import retried_after_deadlock
from requests_app.editing import held_request_of, touch
from requests_app.solving import close_if_solved

logger = logging.getLogger(__name__)


def wait_in(queue, activity, waiting_since=None):
    """Put the activity in line; `waiting_since` keeps a place that it had before."""
    task = place_in(queue, activity, waiting_since=waiting_since or timezone.now())
    task.save()
    ring_arrival(queue)
    return task


def place_in(queue, activity, **known):
    """The task of an activity that is to wait there; not stored."""
    return Task(activity=activity, queue=queue, medium=activity.medium, priority=queue.priority, **known)


def ring_arrival(queue):
    """One more waits there. Routed first, so that nobody's look at the queue comes in its way."""
    routing.soon([queue])
    ring_queue(queue.pk)


@retried_after_deadlock
def leave(activity_id, *, unless_seen_since=None):
    """The customer ends the chat or is gone (R42): unaccepted it is kept as abandoned, else the desk is told.

    `unless_seen_since`: their page has been silent since then; nothing is done if it has answered meanwhile.
    """
    with transaction.atomic(), acting(None):
        task = live_task(activity_id)
        offer = offering.hold_live(task)
        ring_holder(activity_id)
        care_request = held_request_of(activity_id)
        activity = locked(Activity(pk=activity_id))
        if activity.is_over or activity.customer_left_at or seen_after(activity, unless_seen_since):
            return
        activity.customer_left_at = timezone.now()
        if not unless_seen_since:
            activity.customer_seen_at = activity.customer_left_at
        if task and task.state == Task.ACTIVE:
            activity.save(update_fields=["customer_left_at", "customer_seen_at"])
        else:
            abandon(activity, task, offer)
        chat.append(activity, side=Message.SYSTEM, kind=Message.LEFT, author_name=activity.source_name)
        touched(care_request)
        announce(activity)
        if task and task.state != Task.ACTIVE:
            ring_queue(task.queue_id)


def seen_after(activity, moment):
    return bool(moment and activity.customer_seen_at and activity.customer_seen_at > moment)


def abandon(activity, task, offer):
    activity.state, activity.ended_at = Activity.ABANDONED, activity.customer_left_at
    activity.save(update_fields=["state", "ended_at", "customer_left_at", "customer_seen_at"])
    if task:
        task.state, task.ended_at = Task.ABANDONED, activity.ended_at
        task.save(update_fields=["state", "ended_at"])
    if offer:
        offering.end(offer, Offer.CUSTOMER_LEFT)
        routing.soon()


def let_go_of(task):
    """Nobody is there on either side of this chat in progress, which the caller holds (R38, R42)."""
    care_request = held_request_of(task.activity_id)
    activity = locked(Activity(pk=task.activity_id))
    abandon(activity, task, None)
    touched(care_request)
    announce(activity)
    ring_journey(activity.customer_id)


def present(activity):
    """Their page answers: they are here. Who was only gone comes back, who ended the chat does not (R42)."""
    if activity.customer_left_at and not activity.went_by_themselves:
        come_back(activity.pk)
    else:
        chat.here(activity.pk)


@retried_after_deadlock
def come_back(activity_id):
    """The customer is here again: an abandoned chat waits at its first time once more; a left one goes on.

    Raises chat.Refused when they have ended it and come back too often.
    """
    with transaction.atomic(), acting(None):
        task = live_task(activity_id)
        ring_holder(activity_id)
        care_request = held_request_of(activity_id)
        activity = locked(Activity(pk=activity_id))
        if not activity.customer_left_at or activity.state == Activity.ENDED:
            return
        if activity.went_by_themselves:
            chat.refuse_if_back_too_often(activity)
        leave_if_closed(activity)
        activity.customer_left_at = None
        activity.customer_seen_at = timezone.now()
        if activity.state == Activity.ABANDONED:
            activity.state, activity.ended_at = Activity.WAITING, None
        activity.save(update_fields=["customer_left_at", "customer_seen_at", "state", "ended_at"])
        chat.append(activity, side=Message.SYSTEM, kind=Message.RETURNED, author_name=activity.source_name)
        touched(care_request if activity.care_request_id else None)
        announce(activity)
        if not task:
            wait_again(activity)
        elif task.state != Task.ACTIVE:
            ring_queue(task.queue_id)


def touched(care_request):
    """The conversation's request, which the caller holds, has changed; a solved one may close now."""
    if care_request:
        touch(care_request.pk)
        close_if_solved(care_request.pk)
        announce(care_request)


def wait_again(activity):
    last = activity.tasks.select_related("queue").order_by("-pk").first()
    first = activity.tasks.aggregate(first=Min("waiting_since"))["first"]
    return wait_in(last.queue, activity, waiting_since=first)


def live_task(activity_id):
    return Task.objects.select_for_update(no_key=True).live().filter(activity_id=activity_id).first()


def place_in_line(activity_id):
    """1 for who is next in their queue, also while they are offered to somebody; None when not waiting."""
    task = in_line().filter(activity_id=activity_id).first()
    if not task:
        return None
    sooner = Q(priority__lt=task.priority) | Q(priority=task.priority, waiting_since__lt=task.waiting_since)
    return in_line().filter(sooner, queue_id=task.queue_id).count() + 1


def in_line():
    return Task.objects.filter(state__in=[Task.WAITING, Task.OFFERED])


def sweep_gone(now=None, *, listening_since=None):
    """Let go the chats whose customer's page has been silent too long (R42); return how many.

    `listening_since`: silence before that moment says nothing, for nobody could have heard the page.
    """
    now = now or timezone.now()
    gone = []
    for state, seconds in patience().items():
        silent_since = now - timedelta(seconds=seconds)
        if not listening_since or listening_since <= silent_since:
            silent = present_in(state).filter(customer_seen_at__lte=silent_since)
            gone += [(pk, silent_since) for pk in silent.values_list("pk", flat=True)]
    for pk, silent_since in gone:
        let_go(pk, silent_since)
    return len(gone)


def let_go(activity_id, silent_since):
    """One that fails must not keep the others waiting: it is logged and tried again in the next round."""
    try:
        leave(activity_id, unless_seen_since=silent_since)
    except Exception:
        logger.exception("Chat %s could not be let go", activity_id)


def next_gone(*, listening_since):
    """When the next chat is let go if its page stays silent, or None; as `sweep_gone` counts it."""
    moments = [
        max(seen_at, listening_since) + timedelta(seconds=seconds)
        for state, seconds in patience().items()
        for seen_at in present_in(state)
        .order_by("customer_seen_at")
        .values_list("customer_seen_at", flat=True)[:1]
    ]
    return min(moments, default=None)


def patience():
    """How many seconds a customer's page may be silent, by the state of the chat."""
    return {
        Activity.WAITING: settings.CHAT_WAITING_GONE_SECONDS,
        Activity.ACTIVE: settings.CHAT_ACTIVE_GONE_SECONDS,
    }


def present_in(state):
    chats = Activity.objects.filter(medium=Activity.CHAT, state=state, customer_left_at=None)
    return chats.filter(customer_seen_at__isnull=False)


def hear(activity, *, text, uuid, file=None):
    """The customer says something; in a chat they had left, or that nobody took, this brings them back."""
    try:
        return heard(activity, text, uuid, file)
    except chat.Left:
        come_back(activity.pk)
        return heard(activity, text, uuid, file)


def hear_file(activity, *, upload, uuid):
    """The customer sends a file (R100); raises chat.Refused in words."""
    if message := chat.said_before(activity, uuid):
        return message
    with attaching.written(upload) as file:
        return hear(activity, text=file.name, uuid=uuid, file=file)


@retried_after_deadlock
def heard(activity, text, uuid, file):
    says = {"side": Message.CUSTOMER, "author_name": activity.source_name}
    with transaction.atomic():
        conversation = held(activity)
        message = chat.say(conversation, text=text, uuid=uuid, file=file, **says)
        ring(conversation.holder_id)
    return message


@retried_after_deadlock
def answer(task_id, *, text, uuid, by, file=None):
    """The agent says something in a task they hold. Raises Task.DoesNotExist when it is not theirs."""
    task = Task.objects.active().select_related("activity").get(pk=task_id, agent=by)
    says = {"side": Message.AGENT, "author": by.user, "author_name": by.shown_name}
    with transaction.atomic():
        message = chat.say(held(task.activity), text=text, uuid=uuid, file=file, **says)
        ring(by.user_id)
    return message


def answer_file(task_id, *, upload, uuid, by):
    """The agent sends a file. Raises chat.Refused in words, Task.DoesNotExist when the task is not theirs."""
    task = Task.objects.active().get(pk=task_id, agent=by)
    if message := chat.said_before(task.activity_id, uuid):
        return message
    with attaching.written(upload) as file:
        return answer(task_id, text=file.name, uuid=uuid, by=by, file=file)


@retried_after_deadlock
def read(task_id, seq, *, by):
    """The agent has this conversation before their eyes up to `seq`; only of a task they hold (R20)."""
    held = Task.objects.active().filter(pk=task_id, agent=by, activity__agent_seen_seq__lt=seq)
    activity_id = held.values_list("activity_id", flat=True).first()
    if activity_id and chat.seen_by_agent(activity_id, seq):
        ring(by.user_id)


def ring_holder(activity_id):
    holders = Task.objects.active().filter(activity=activity_id)
    for user_id in holders.values_list("agent__user", flat=True):
        ring(user_id)


def ring(user_id):
    """The list that shows a chat's last words changes, and knows it by the conversation's own numbers."""
    if user_id:
        announce(f"desk-{user_id}")
