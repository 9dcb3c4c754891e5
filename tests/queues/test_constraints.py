"""What the database itself refuses of queues, agents, tasks and offers."""

import pytest
from django.utils import timezone

from activities.models import Activity
from queues.models import Agent, BlockedNumber, CannedReply, Offer, Queue, QueueMember, Task
from tests.cast import chat_in
from tests.violations import refused, too_long, without


def queue(cast, **values):
    return Queue.objects.create(**{"slug": "new", "name": "New"} | values)


def member(cast):
    return QueueMember.objects.create(queue=cast["internet"], agent=cast["ana"])


def reply(cast, **values):
    return CannedReply.objects.create(**{"shortcut": "hi", "text": "Hello"} | values)


def task(cast, **values):
    given = {"activity": Activity.objects.create(medium="call"), "queue": cast["internet"], "medium": "call"}
    return Task.objects.create(**given | values)


def talking(cast):
    return task(cast, state="active", agent=cast["ana"], line_busy=True)


def offer(cast, **values):
    given = {"task": cast["task"], "agent": cast["ana"], "expires_at": timezone.now()}
    return Offer.objects.create(**given | values)


def twice(make, **again):
    def violate(cast):
        make(cast)
        make(cast, **again)

    return violate


def second_offer_of_the_task(cast):
    offer(cast)
    offer(cast, agent=cast["marko"])


def second_offer_to_the_agent(cast):
    offer(cast)
    offer(cast, task=task(cast))


def agent_as(**values):
    return lambda cast: Agent.objects.filter(pk=cast["ana"].pk).update(**values)


CASES = {
    "queue_is_picked_or_automatic": lambda cast: queue(cast, mode="lottery"),
    "queue_priority_starts_at_1": lambda cast: queue(cast, priority=0),
    "queue_offers_last_a_second_or_more": lambda cast: queue(cast, offer_seconds=0),
    "queue_with_call_control_has_a_secret": lambda cast: queue(cast, control_address="https://pbx.example"),
    "agent_is_a_member_of_a_queue_once": member,
    "canned_reply_shortcut_is_used_once_a_queue": twice(reply),
    **too_long("canned_reply", reply, ["text"]),
    **too_long("blocked_number", lambda cast, note: BlockedNumber.objects.create(note=note), ["note"]),
    "agent_is_ready_or_not": without(
        agent_as(state="away"), ("queues_agent", "agent_has_a_reason_exactly_when_not_ready")
    ),
    "agent_has_a_reason_exactly_when_not_ready": agent_as(state="ready", reason="other"),
    "activity_has_one_live_task": lambda cast: task(cast, activity=cast["task"].activity),
    "agent_has_one_active_call": twice(talking),
    "task_has_a_known_state": without(
        lambda cast: task(cast, state="lost"),
        ("queues_task", "task_has_one_holder_exactly_when_active"),
        ("queues_task", "task_has_an_end_exactly_when_over"),
    ),
    "task_has_one_holder_exactly_when_active": lambda cast: task(cast, state="active"),
    "only_an_active_call_keeps_the_line": lambda cast: task(cast, line_busy=True),
    "task_has_an_end_exactly_when_over": lambda cast: task(cast, state="closed"),
    **too_long("task", task, ["transfer_note"]),
    "task_has_one_live_offer": second_offer_of_the_task,
    "agent_has_one_live_offer": second_offer_to_the_agent,
    "offer_has_an_end_exactly_when_it_has_an_outcome": lambda cast: offer(cast, outcome="declined"),
    "offer_has_a_known_outcome": lambda cast: offer(cast, outcome="lost", ended_at=timezone.now()),
}


@pytest.mark.rule("R22", "R34", "R40", "R50")
@pytest.mark.parametrize("name", CASES)
def test_database_refuses(name, ana, marko, internet):
    cast = {"ana": ana, "marko": marko, "internet": internet, "task": chat_in(internet)}
    assert refused(lambda: CASES[name](cast)) == name


@pytest.mark.rule("R22")
def test_waiting_task_has_no_holder(ana, internet):
    told = refused(lambda: task({"internet": internet}, agent=ana))
    assert told == "task_has_one_holder_exactly_when_active"


@pytest.mark.rule("R40")
def test_chat_does_not_keep_the_line(ana, internet):
    chat = {"state": "active", "agent": ana, "line_busy": True, "medium": "chat"}
    assert refused(lambda: task({"internet": internet}, **chat)) == "only_an_active_call_keeps_the_line"


@pytest.mark.rule("R40")
def test_two_agents_have_a_call_each(ana, marko, internet):
    talking({"ana": ana, "internet": internet})
    assert talking({"ana": marko, "internet": internet}).line_busy


def test_live_offer_has_no_end(ana, internet):
    told = refused(lambda: offer({"ana": ana, "task": chat_in(internet)}, ended_at=timezone.now()))
    assert told == "offer_has_an_end_exactly_when_it_has_an_outcome"


@pytest.mark.rule("R42")
def test_activity_may_have_had_tasks_before(internet):
    first = chat_in(internet)
    Task.objects.filter(pk=first.pk).update(state="abandoned", ended_at=timezone.now())
    assert task({"internet": internet}, activity=first.activity, medium="chat").is_waiting
