"""An agent's desk is gone: first the offer, then Ready, then the chats (R37, R38)."""

from datetime import timedelta

import pytest

from activities.models import Activity, Message
from queues import absence, chats, offers, presence, states
from queues.models import Agent, Offer, Presence, Task
from queues.standing import WAITING, standing_of
from tests.cast import ago, at_work, call_in, chat_in, held, offered, sit_down

pytestmark = [pytest.mark.django_db]
LONG_AGO = ago(hours=1)


def gone(agent, **time):
    presence.leave(f"desk-of-{agent.pk}")
    Agent.objects.filter(pk=agent.pk).update(gone_since=ago(**time))


def sweep(since=LONG_AGO):
    absence.sweep(listening_since=since)


def now(record):
    return type(record).objects.get(pk=record.pk)


@pytest.fixture
def offer(ana, billing):
    at_work(ana)
    return offered(chat_in(billing), ana)


@pytest.mark.rule("R37")
def test_after_10_seconds_the_offer_is_taken_back_and_nothing_else(offer, ana):
    gone(ana, seconds=9)
    sweep()
    assert not now(offer).outcome
    gone(ana, seconds=10)
    sweep()
    assert now(offer).outcome == Offer.CONNECTION_LOST
    assert (now(offer.task).state, now(ana).is_ready) == (Task.WAITING, True)


@pytest.mark.rule("R37")
def test_back_within_45_seconds_all_is_as_before(ana):
    at_work(ana)
    gone(ana, seconds=44)
    sweep()
    sit_down(ana)
    sweep()
    assert now(ana).is_ready


@pytest.mark.rule("R37")
def test_after_45_seconds_they_are_not_ready(ana):
    at_work(ana)
    gone(ana, seconds=45)
    sweep()
    assert (now(ana).state, now(ana).reason) == (Agent.NOT_READY, Agent.CONNECTION_LOST)


@pytest.fixture
def missed(offer):
    """Booked as no answer three seconds ago, for at the deadline Ana's line seemed to be there."""
    Offer.objects.filter(pk=offer.pk).update(offered_at=ago(seconds=18), expires_at=ago(seconds=3))
    offers.expire_due()
    assert now(offer).outcome == Offer.NO_ANSWER
    return offer


def cut(agent):
    absence.begin(f"desk-of-{agent.pk}")


@pytest.mark.rule("R32", "R37")
def test_what_was_missed_on_a_line_that_was_cut_is_no_missed_offer(missed, ana):
    cut(ana)
    assert now(missed).outcome == Offer.CONNECTION_LOST
    assert (now(ana).is_ready, now(ana).gone_since < ago(seconds=5)) == (True, True)
    gone(ana, seconds=45)
    sweep()
    assert now(ana).reason == Agent.CONNECTION_LOST


@pytest.mark.rule("R32", "R37")
def test_what_was_missed_before_the_line_was_cut_is(missed, ana):
    Offer.objects.filter(pk=missed.pk).update(expires_at=ago(seconds=11))
    cut(ana)
    assert (now(missed).outcome, now(ana).reason) == (Offer.NO_ANSWER, Agent.NO_ANSWER)


@pytest.mark.rule("R32", "R37")
def test_nor_is_it_forgiven_who_saw_it_at_another_desk(missed, ana):
    presence.renew(ana.pk, "another")
    Presence.objects.update(since=ago(minutes=1), lease_until=ago(minutes=-1))
    cut(ana)
    assert (now(missed).outcome, now(ana).reason) == (Offer.NO_ANSWER, Agent.NO_ANSWER)


@pytest.mark.rule("R37")
def test_who_is_back_by_then_is_offered_the_next(missed, ana, django_capture_on_commit_callbacks):
    presence.renew(ana.pk, "another")
    with django_capture_on_commit_callbacks(execute=True):
        cut(ana)
    assert Offer.objects.live().get().agent == ana


@pytest.mark.rule("R37")
def test_what_they_have_chosen_meanwhile_stays(missed, ana):
    states.not_ready(by=ana)
    cut(ana)
    assert (now(missed).outcome, now(ana).reason) == (Offer.CONNECTION_LOST, Agent.OTHER)


@pytest.mark.rule("R37")
def test_and_so_does_what_they_missed_after_it(missed, ana, billing):
    states.ready(by=ana)
    later = offered(chat_in(billing), ana)
    Offer.objects.filter(pk=later.pk).update(outcome=Offer.NO_ANSWER, ended_at=ago(seconds=11))
    Offer.objects.filter(pk=later.pk).update(expires_at=ago(seconds=11))
    Agent.objects.filter(pk=ana.pk).update(state=Agent.NOT_READY, reason=Agent.NO_ANSWER)
    cut(ana)
    assert (now(missed).outcome, now(ana).reason) == (Offer.CONNECTION_LOST, Agent.NO_ANSWER)


@pytest.mark.rule("R37", "R43")
def test_a_transfer_that_was_not_seen_changes_no_state(missed, ana, marko):
    Offer.objects.filter(pk=missed.pk).update(returns_to=marko)
    cut(ana)
    assert (now(missed).outcome, now(ana).reason) == (Offer.CONNECTION_LOST, Agent.NO_ANSWER)


@pytest.mark.rule("R37")
def test_a_reason_that_stands_already_stays(ana):
    sit_down(ana)
    gone(ana, seconds=45)
    sweep()
    assert now(ana).reason == Agent.SIGNED_IN


@pytest.mark.rule("R37")
def test_who_is_ready_without_a_desk_has_45_seconds_to_open_one(ana):
    states.ready(by=ana)
    sweep()
    assert now(ana).is_ready
    Agent.objects.update(gone_since=ago(seconds=45))
    sweep()
    assert now(ana).reason == Agent.CONNECTION_LOST


@pytest.mark.rule("R37", "R38")
def test_an_outage_of_ours_gives_everybody_their_full_time(offer, ana, internet):
    task = held(chat_in(internet), ana)
    gone(ana, minutes=20)
    since = ago(seconds=9)
    sweep(since)
    assert (now(offer).outcome, now(ana).is_ready, now(task).is_active) == ("", True, True)
    assert absence.next_deadline(listening_since=since) == since + timedelta(seconds=10)


@pytest.mark.rule("R38")
def test_after_300_seconds_chats_go_back_first_in_line_and_customers_are_told(internet, ana):
    task = held(chat_in(internet), ana)
    first = chat_in(internet)
    Task.objects.filter(pk=first.pk).update(waiting_since=ago(hours=1))
    sit_down(ana)
    gone(ana, seconds=299)
    sweep()
    assert now(task).is_active
    gone(ana, seconds=300)
    sweep()
    assert list(Task.objects.waiting().in_line()) == [task, first]
    assert (now(task).waiting_since, now(task).agent) == (task.waiting_since, None)
    activity = now(task.activity)
    assert (activity.state, activity.messages.last().kind) == (Activity.WAITING, Message.PASSED)
    assert (standing_of(activity).state, standing_of(activity).place) == (WAITING, 1)


@pytest.mark.rule("R38")
def test_calls_stay_until_a_supervisor_moves_them(internet, ana):
    call = held(call_in(internet), ana)
    sit_down(ana)
    gone(ana, seconds=400)
    sweep()
    assert now(call).agent == ana


@pytest.mark.rule("R38", "R42")
@pytest.mark.parametrize("by_themselves", [True, False])
def test_a_chat_that_both_have_left_is_over_until_the_customer_comes_back(internet, ana, by_themselves):
    task = held(chat_in(internet), ana)
    Activity.objects.update(customer_seen_at=ago(minutes=9))
    chats.leave(task.activity_id, unless_seen_since=None if by_themselves else ago(minutes=3))
    sit_down(ana)
    gone(ana, seconds=299)
    sweep()
    assert now(task).is_active
    gone(ana, seconds=300)
    sweep()
    assert (now(task).state, now(task.activity).state) == (Task.ABANDONED, Activity.ABANDONED)
    assert absence.next_deadline(listening_since=LONG_AGO) is None
    chats.come_back(task.activity_id)
    again = Task.objects.waiting().get()
    assert (again.activity, again.waiting_since) == (task.activity, task.waiting_since)
    assert standing_of(now(task.activity)).place == 1


def test_the_next_step_is_known(offer, ana, internet):
    assert absence.next_deadline(listening_since=LONG_AGO) is None
    held(chat_in(internet), ana)
    gone(ana, seconds=3)
    left = now(ana).gone_since
    for seconds in (10, 45, 300):
        assert (absence.next_deadline(listening_since=LONG_AGO) - left).total_seconds() == seconds
        Agent.objects.filter(pk=ana.pk).update(gone_since=ago(seconds=seconds))
        sweep()
        Agent.objects.filter(pk=ana.pk).update(gone_since=left)
    assert absence.next_deadline(listening_since=LONG_AGO) is None


def test_one_that_fails_does_not_keep_the_others(offer, ana, marko, monkeypatch, caplog):
    at_work(marko)
    gone(ana, minutes=1)
    gone(marko, minutes=1)

    def broken(*_offer):
        raise RuntimeError("broken")

    monkeypatch.setattr(offers, "withdraw", broken)
    sweep()
    assert "failed" in caplog.text
    assert not now(marko).is_ready
