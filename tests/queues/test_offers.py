"""An offer: accepted, declined or missed, and what becomes of its task and its agent (R31 to R34, R37)."""

import pytest
from django.test import override_settings

from activities.models import Message
from queues import chats, offers, routing, states
from queues.accepting import NotYours
from queues.clock import clock
from queues.desk import in_progress
from queues.models import Agent, Offer, Presence, Queue, Task
from tests.cast import agent, ago, at_work, call_in, chat_in, held, offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(ana, billing):
    """A chat in an automatic queue is before Ana, who is Ready."""
    at_work(ana)
    return offered(chat_in(billing), ana)


def late(offer):
    """Its time was over a second ago."""
    Offer.objects.filter(pk=offer.pk).update(offered_at=ago(seconds=16), expires_at=ago(seconds=1))
    return offer


def now(record):
    return type(record).objects.get(pk=record.pk)


@pytest.mark.rule("R31")
def test_an_accepted_offer_is_a_task_in_progress(offer, ana):
    task = offers.accept(offer.pk, by=ana)
    assert (task.state, task.agent) == (Task.ACTIVE, ana)
    assert list(in_progress(ana)) == [task]
    assert now(offer).outcome == Offer.ACCEPTED
    assert now(ana).is_ready
    assert task.activity.messages.last().kind == Message.ACCEPTED


@pytest.mark.rule("R31")
def test_accepting_twice_is_accepting_once(offer, ana):
    first = offers.accept(offer.pk, by=ana)
    again = offers.accept(offer.pk, by=ana)
    assert again == first
    assert again.activity.messages.filter(kind=Message.ACCEPTED).count() == 1


@pytest.mark.rule("R31")
def test_declining_sets_not_ready_and_the_task_waits_at_its_old_place(offer, ana):
    before = now(offer.task).waiting_since
    offers.decline(offer.pk, by=ana)
    assert (now(ana).state, now(ana).reason) == (Agent.NOT_READY, Agent.DECLINED)
    assert now(offer).outcome == Offer.DECLINED
    assert (now(offer.task).state, now(offer.task).waiting_since) == (Task.WAITING, before)


@pytest.mark.rule("R31")
def test_not_ready_during_an_offer_declines_it(offer, ana):
    states.not_ready(by=ana)
    assert now(offer).outcome == Offer.DECLINED
    assert (now(ana).state, now(ana).reason) == (Agent.NOT_READY, Agent.DECLINED)


def test_an_offer_is_nobody_elses(offer, marko):
    with pytest.raises(Offer.DoesNotExist):
        offers.accept(offer.pk, by=marko)
    with pytest.raises(Offer.DoesNotExist):
        offers.decline(offer.pk, by=marko)


@pytest.mark.rule("R32")
def test_a_missed_offer_sets_not_ready_and_harms_no_task_in_progress(offer, ana, internet):
    task = held(chat_in(internet), ana)
    assert offers.expire_due() == 0
    late(offer)
    assert offers.expire_due() == 1
    assert now(offer).outcome == Offer.NO_ANSWER
    assert (now(ana).state, now(ana).reason) == (Agent.NOT_READY, Agent.NO_ANSWER)
    assert now(task).is_active


@pytest.mark.rule("R32")
@pytest.mark.parametrize(("own", "seconds"), [(None, 20), (3, 3)])
@override_settings(OFFER_SECONDS=20)
def test_the_seconds_are_the_queues_else_the_settings(billing, ana, own, seconds):
    Queue.objects.filter(pk=billing.pk).update(offer_seconds=own)
    offer = offered(chat_in(billing), ana)
    assert (offer.expires_at - offer.offered_at).total_seconds() == seconds


@pytest.mark.rule("R33")
def test_a_missed_task_waits_at_its_old_place(offer, billing):
    chat_in(billing)
    before = now(offer.task).waiting_since
    late(offer)
    offers.expire_due()
    first = Task.objects.waiting().in_line().first()
    assert (first, first.waiting_since) == (offer.task, before)


@pytest.mark.rule("R33")
def test_a_missed_task_goes_to_another_ready_agent(offer, ana, marko):
    at_work(marko)
    late(offer)
    offers.expire_due()
    assert routing.route() == 1
    assert offers.open_offer(marko).task == offer.task


@pytest.mark.rule("R34")
def test_accepting_after_the_deadline_is_refused_in_words(offer, ana):
    late(offer)
    with pytest.raises(NotYours, match="Too late"):
        offers.accept(offer.pk, by=ana)
    offers.expire_due()
    with pytest.raises(NotYours, match="Too late"):
        offers.accept(offer.pk, by=ana)


@pytest.mark.rule("R34")
def test_declining_what_is_over_changes_nothing(offer, ana):
    late(offer)
    offers.expire_due()
    states.ready(by=ana)
    offers.decline(offer.pk, by=ana)
    assert now(ana).is_ready
    assert now(offer).outcome == Offer.NO_ANSWER


@pytest.mark.rule("R42")
def test_a_customer_who_leaves_takes_the_offer_along(offer, ana):
    chats.leave(offer.task.activity_id)
    assert now(offer).outcome == Offer.CUSTOMER_LEFT
    assert (now(offer.task).state, now(ana).is_ready) == (Task.ABANDONED, True)
    with pytest.raises(NotYours, match="customer has left"):
        offers.accept(offer.pk, by=ana)


@pytest.mark.rule("R42")
def test_who_comes_back_waits_at_their_first_time(offer):
    before = now(offer.task).waiting_since
    chats.leave(offer.task.activity_id)
    chats.come_back(offer.task.activity_id)
    again = Task.objects.waiting().get()
    assert (again.activity_id, again.waiting_since) == (offer.task.activity_id, before)


@pytest.mark.rule("R42")
def test_the_place_in_line_is_kept_while_offered(offer, billing):
    behind = chat_in(billing)
    assert chats.place_in_line(offer.task.activity_id) == 1
    assert chats.place_in_line(behind.activity_id) == 2


@pytest.mark.rule("R40")
def test_a_second_call_is_refused_in_words_and_taken_back(billing, internet, ana):
    at_work(ana)
    offer = offered(call_in(billing), ana)
    held(call_in(internet), ana)
    with pytest.raises(NotYours, match="in a call already"):
        offers.accept(offer.pk, by=ana)
    routing.take_back_unfit()
    assert now(offer).outcome == Offer.TAKEN_BACK
    assert now(ana).is_ready


# --- whom nobody blames (R37)


def desk_closed():
    Presence.objects.all().delete()


def desk_just_back():
    Presence.objects.update(since=clock())


def web_process_died():
    Presence.objects.update(lease_until=ago(seconds=-2))


def nothing():
    pass


@pytest.mark.rule("R37")
@pytest.mark.parametrize(
    ("happened", "listening", "outcome"),
    [
        (desk_closed, None, Offer.CONNECTION_LOST),
        (desk_just_back, None, Offer.TAKEN_BACK),
        (web_process_died, None, Offer.TAKEN_BACK),
        (nothing, 3, Offer.TAKEN_BACK),
    ],
)
def test_who_did_not_see_it_is_not_blamed(offer, ana, happened, listening, outcome):
    happened()
    late(offer)
    offers.expire_due(listening_since=listening and ago(seconds=listening))
    assert now(offer).outcome == outcome
    assert now(ana).is_ready


def test_one_that_fails_does_not_keep_the_others(offer, marko, billing, monkeypatch, caplog):
    other = late(offered(chat_in(billing), marko))
    late(offer)
    expire = offers.expire

    def fail_for_one(*offer_ids, listening_since):
        if offer.pk in offer_ids:
            raise RuntimeError("broken")
        return expire(*offer_ids, listening_since=listening_since)

    monkeypatch.setattr(offers, "expire", fail_for_one)
    assert offers.expire_due() == 1
    assert now(other).outcome
    assert "could not be ended" in caplog.text


def test_the_open_offer_brings_all_that_is_shown(offer, ana, marko, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = offers.open_offer(ana)
        assert (found.task.queue.name, found.task.activity.shown_name) == ("Billing", "Vera Check")
    assert offers.open_offer(marko) is None
    assert offers.next_deadline() == offer.expires_at


@pytest.mark.rule("R32", "R33")
def test_all_that_are_due_end_in_as_many_queries_as_one(billing, django_assert_max_num_queries):
    people = [agent(f"agent{number}", "Agent", str(number), billing) for number in range(12)]
    at_work(*people)
    for one in people[:6]:
        late(offered(chat_in(billing), one))
    with django_assert_max_num_queries(18):
        assert offers.expire_due() == 6
    with django_assert_max_num_queries(20):
        assert routing.route() == 6
    assert {offer.agent for offer in Offer.objects.live()} == set(people[6:])


def test_what_is_due_in_several_ways_ends_in_each_of_them(billing, ana, marko, sonja):
    at_work(ana, marko, sonja)
    missed, lost, taken = (late(offered(chat_in(billing), one)) for one in (ana, marko, sonja))
    Presence.objects.filter(agent=marko).delete()
    Presence.objects.filter(agent=sonja).update(since=clock())
    offers.expire_due()
    ends = [now(offer).outcome for offer in (missed, lost, taken)]
    assert ends == [Offer.NO_ANSWER, Offer.CONNECTION_LOST, Offer.TAKEN_BACK]
    assert [now(one).is_ready for one in (ana, marko, sonja)] == [False, True, True]
