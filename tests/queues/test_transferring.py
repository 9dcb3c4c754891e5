"""Passing a task on: to a queue, to an agent who must accept, and by a supervisor (R38, R43)."""

import pytest
from django.core.exceptions import ValidationError

from activities import remarks
from activities.models import Activity, Message
from queues import chats, closing, lines, offers, routing, transferring
from queues.accepting import NotYours
from queues.desk import in_progress
from queues.models import Agent, Offer, Task
from queues.standing import ACTIVE, WAITING, standing_of
from tests.cast import ago, at_work, call_in, chat_in, chat_of, held, offered, sit_down

pytestmark = pytest.mark.django_db
NOTE = "Wants a new adapter."


def now(record):
    return type(record).objects.get(pk=record.pk)


def late(offer):
    Offer.objects.filter(pk=offer.pk).update(offered_at=ago(seconds=16), expires_at=ago(seconds=1))


@pytest.fixture
def task(internet, ana, jelena):
    """Ana talks with Jelena, who had waited for five minutes."""
    waiting = chat_of(jelena, internet)
    Task.objects.filter(pk=waiting.pk).update(waiting_since=ago(minutes=5))
    return held(waiting, ana)


@pytest.fixture
def offer(task, ana, marko):
    """Ana passes it on to Marko, who is Not Ready and at his desk."""
    sit_down(marko)
    return transferring.to_agent(task.pk, marko, note=NOTE, by=ana)


# --- to a queue


@pytest.mark.rule("R43")
def test_to_a_queue_it_waits_there_at_its_first_time(task, billing, ana):
    chat_in(billing)
    transferring.to_queue(task.pk, billing, note=f" {NOTE} ", by=ana)
    moved = Task.objects.waiting().in_line().first()
    assert (moved, moved.queue, moved.waiting_since) == (task, billing, task.waiting_since)
    assert (moved.agent, moved.transfer_note, moved.priority) == (None, NOTE, billing.priority)
    assert list(in_progress(ana)) == []


@pytest.mark.rule("R43")
def test_to_a_queue_it_comes_under_that_queues_rules(task, billing, ana, marko):
    at_work(marko)
    transferring.to_queue(task.pk, billing, note="", by=ana)
    routing.route()
    assert offers.open_offer(marko).task == task


@pytest.mark.rule("R41", "R43")
def test_request_tags_and_words_go_along(task, internet, ana, marko):
    remarks.add_tag(task.activity, "router", by=ana.user)
    transferring.to_queue(task.pk, internet, note="", by=ana)
    again = held(now(task), marko).activity
    assert again.care_request == task.activity.care_request
    assert [tag.name for tag in again.tags.all()] == ["router"]
    assert again.messages.filter(kind=Message.TEXT).exists()


@pytest.mark.rule("R43")
def test_the_customer_waits_and_is_told(task, billing, ana):
    transferring.to_queue(task.pk, billing, note=NOTE, by=ana)
    activity = now(task.activity)
    line = activity.messages.last()
    assert (line.kind, line.author_name) == (Message.PASSED, "Ana Kovač")
    assert (activity.state, standing_of(activity).state) == (Activity.WAITING, WAITING)
    assert not activity.messages.filter(text__contains="adapter").exists()


@pytest.mark.rule("R43", "R50")
def test_a_note_too_long_is_refused_beside_its_field_and_nothing_happens(task, billing, ana):
    with pytest.raises(ValidationError) as refusal:
        transferring.to_queue(task.pk, billing, note="x" * 2001, by=ana)
    assert "note" in refusal.value.message_dict
    assert now(task).is_active


def test_only_its_holder_passes_it_on(task, billing, ana, marko):
    for verb in (
        lambda: transferring.to_queue(task.pk, billing, note="", by=marko),
        lambda: transferring.to_agent(task.pk, ana, note="", by=marko),
        lambda: transferring.cancel(task.pk, by=marko),
    ):
        with pytest.raises(NotYours):
            verb()


# --- to an agent


@pytest.mark.rule("R43")
def test_an_offer_changes_nothing_until_it_is_accepted(task, offer, ana, marko):
    assert (now(task).agent, now(task).state, now(task).transfer_note) == (ana, Task.ACTIVE, NOTE)
    assert offers.open_offer(marko) == offer
    assert standing_of(now(task.activity)).state == ACTIVE
    offers.accept(offer.pk, by=marko)
    assert (now(task).agent, now(offer).outcome) == (marko, Offer.ACCEPTED)
    assert (list(in_progress(ana)), list(in_progress(marko))) == ([], [task])
    assert (now(marko).state, now(marko).reason) == (Agent.NOT_READY, Agent.SIGNED_IN)
    assert now(task.activity).messages.last().author_name == "Marko Babić"


@pytest.mark.rule("R43")
def test_declined_it_stays_with_its_sender_and_no_state_changes(task, offer, ana, marko):
    offers.decline(offer.pk, by=marko)
    assert (now(task).agent, now(task).state) == (ana, Task.ACTIVE)
    assert now(marko).reason == Agent.SIGNED_IN
    assert transferring.answer_to(task).outcome == Offer.DECLINED


@pytest.mark.rule("R43")
def test_missed_it_stays_with_its_sender_and_no_state_changes(task, offer, ana, marko):
    Agent.objects.filter(pk=marko.pk).update(state=Agent.READY, reason="")
    late(offer)
    offers.expire_due()
    assert (now(task).agent, now(task).state) == (ana, Task.ACTIVE)
    assert now(marko).is_ready
    assert transferring.answer_to(task).outcome == Offer.NO_ANSWER


@pytest.mark.rule("R43")
def test_a_transfer_stands_whatever_the_state_of_its_target(offer):
    routing.take_back_unfit()
    assert not now(offer).outcome


@pytest.mark.rule("R43")
def test_the_sender_may_take_it_back(task, offer, ana, marko):
    transferring.cancel(task.pk, by=ana)
    assert now(offer).outcome == Offer.TAKEN_BACK
    with pytest.raises(NotYours, match="taken back"):
        offers.accept(offer.pk, by=marko)
    assert now(task).agent == ana


@pytest.mark.rule("R43")
def test_what_its_sender_closes_is_not_offered_any_more(task, offer, ana):
    closing.close(task.pk, closing.Leftovers(), by=ana)
    assert now(offer).outcome == Offer.TAKEN_BACK


@pytest.mark.rule("R42", "R43")
def test_a_customer_who_leaves_meanwhile_is_still_passed_on(task, offer, marko):
    chats.leave(task.activity_id)
    assert offers.accept(offer.pk, by=marko).agent == marko


@pytest.mark.rule("R43")
def test_who_cannot_be_asked(task, internet, ana, marko):
    refused = transferring.Refused
    with pytest.raises(refused, match="yours already"):
        transferring.to_agent(task.pk, ana, note="", by=ana)
    with pytest.raises(refused, match="Marko Babić is not at their desk"):
        transferring.to_agent(task.pk, marko, note="", by=ana)
    sit_down(marko)
    Agent.objects.filter(pk=marko.pk).update(max_chats=0)
    with pytest.raises(refused, match="no room"):
        transferring.to_agent(task.pk, marko, note="", by=ana)
    assert not Offer.objects.exists()


@pytest.mark.rule("R34", "R43")
def test_one_thing_at_a_time(task, offer, billing, ana, marko, sonja):
    sit_down(sonja)
    with pytest.raises(transferring.Refused, match="offered to Marko"):
        transferring.to_agent(task.pk, sonja, note="", by=ana)
    other = held(chat_in(billing), sonja)
    with pytest.raises(transferring.Refused, match="something else"):
        transferring.to_agent(other.pk, marko, note="", by=sonja)


@pytest.mark.rule("R40", "R43")
def test_who_is_in_a_call_is_given_no_other(internet, ana, marko):
    call = held(call_in(internet), ana)
    sit_down(marko)
    held(call_in(internet), marko)
    with pytest.raises(transferring.Refused, match="in a call"):
        transferring.to_agent(call.pk, marko, note="", by=ana)


@pytest.mark.rule("R40", "R43")
def test_a_call_takes_the_line_along(internet, ana, marko):
    call = held(call_in(internet), ana)
    sit_down(marko)
    offers.accept(transferring.to_agent(call.pk, marko, note="", by=ana).pk, by=marko)
    assert Task.objects.get(line_busy=True).agent == marko


def test_those_at_their_desks_can_be_asked(task, ana, marko, sonja):
    sit_down(ana)
    sit_down(marko)
    assert list(transferring.targets(task)) == [marko]


# --- supervisors


@pytest.mark.rule("R38")
def test_a_whole_desk_goes_to_another_agent(internet, ana, marko, sonja):
    tasks = [held(chat_in(internet), ana) for _ in range(2)]
    assert transferring.hand_over(ana, to=marko, by=sonja.user) == (tasks, [])
    assert list(in_progress(marko)) == tasks


@pytest.mark.rule("R38")
def test_a_whole_desk_goes_back_to_the_queues(internet, ana, sonja):
    tasks = [held(call_in(internet), ana), held(chat_in(internet), ana)]
    assert transferring.hand_over(ana, by=sonja)[0] == tasks
    assert list(Task.objects.waiting().in_line()) == tasks
    assert not Task.objects.filter(line_busy=True).exists()


@pytest.mark.rule("R30", "R36")
def test_a_chat_that_ends_by_it_makes_room_for_the_next(
    billing, internet, ana, sonja, django_capture_on_commit_callbacks
):
    at_work(ana)
    Agent.objects.update(max_chats=1)
    left = held(chat_in(internet), ana)
    chats.leave(left.activity_id)
    waiting = chat_in(billing)
    with django_capture_on_commit_callbacks(execute=True):
        transferring.hand_over(ana, by=sonja)
    assert now(left).state == Task.ABANDONED
    assert waiting.offers.live().get().agent == ana


@pytest.mark.rule("R40")
def test_a_second_call_is_not_handed_over_and_said_why(internet, ana, marko, sonja):
    call, chat = held(call_in(internet), ana), held(chat_in(internet), ana)
    held(call_in(internet), marko)
    moved, refusals = transferring.hand_over(ana, to=marko, by=sonja.user)
    assert moved == [chat]
    assert refusals == ["Marko Babić is in a call."]
    assert now(call).agent == ana


@pytest.mark.rule("R40")
def test_a_call_that_nobody_answered_in_time_is_handed_over_without_the_line(internet, ana, marko, sonja):
    call = held(call_in(internet), ana)
    lines.sweep(ago(seconds=-61))
    held(call_in(internet), marko)
    assert transferring.reassign(call.pk, marko, by=sonja.user).agent == marko
    assert not now(call).line_busy


def test_a_waiting_or_offered_task_is_given_to_an_agent(billing, ana, marko, sonja):
    at_work(ana)
    offer = offered(chat_in(billing), ana)
    assert transferring.reassign(offer.task_id, marko, by=sonja.user).agent == marko
    assert (now(offer).outcome, now(ana).is_ready) == (Offer.TAKEN_BACK, True)


def test_a_task_is_put_back_in_line(billing, ana, sonja):
    offer = offered(chat_in(billing), ana)
    assert transferring.requeue(offer.task_id, by=sonja.user).is_waiting
    assert now(offer).outcome == Offer.TAKEN_BACK
    task = held(now(offer.task), ana)
    assert transferring.requeue(task.pk, by=sonja.user).priority == Task.FIRST


def test_what_is_over_is_not_moved(internet, ana, sonja):
    task = chat_in(internet)
    chats.leave(task.activity_id)
    with pytest.raises(NotYours, match="over"):
        transferring.reassign(task.pk, ana, by=sonja.user)
    with pytest.raises(NotYours, match="over"):
        transferring.requeue(task.pk, by=sonja.user)


def test_history_says_who_moved_it(task, billing, ana):
    transferring.to_queue(task.pk, billing, note="", by=ana)
    event = Task.pgh_event_model.objects.filter(pgh_obj_id=task.pk).latest("pgh_id")
    assert (event.state, event.pgh_context["by"]) == ("waiting", ana.user_id)
