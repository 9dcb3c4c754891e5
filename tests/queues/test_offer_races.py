"""Offers in the same instant, on real threads: never two of accepted, missed and left; never two for one (R34, R40)."""

import time
from datetime import timedelta

import pytest
from django.db import transaction

from queues import chats, closing, offers, presence, room, routing, states, transferring
from queues.accepting import NotYours, accept
from queues.clock import clock
from queues.models import Agent, Offer, Task
from tests.cast import agent, ago, at_work, call_in, chat_in, held, sit_down
from tests.racing import race
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def now(record):
    return type(record).objects.get(pk=record.pk)


def offer_to(agent, task):
    offer = offers.open_offer(agent)
    assert offer.task == task
    return offer


def due_in(offer, seconds):
    Offer.objects.filter(pk=offer.pk).update(
        offered_at=ago(seconds=15), expires_at=clock() + timedelta(seconds=seconds)
    )


def team(queue, count):
    people = [agent(f"agent{number}", "Agent", str(number), queue) for number in range(count)]
    at_work(*people)
    return people


def sound():
    """What holds after every race: one live offer a task and an agent, and states that fit to each other."""
    live = list(Offer.objects.live())
    assert len({offer.task_id for offer in live}) == len({offer.agent_id for offer in live}) == len(live)
    routed = {offer.task_id for offer in live if not offer.is_transfer}
    assert set(Task.objects.filter(state=Task.OFFERED).values_list("pk", flat=True)) == routed
    for offer in live:
        assert offer.is_transfer or now(offer.agent).is_ready
    return True


@pytest.mark.rule("R34")
@pytest.mark.parametrize("milliseconds", [-10, -3, 0, 3, 10, 30])
def test_accepted_or_missed_and_never_both(billing, ana, milliseconds):
    at_work(ana)
    offer = offer_to(ana, chat_in(billing))
    due_in(offer, 0.05)

    def at_the_deadline(verb, shift):
        deadline = time.monotonic() + max(0, (now(offer).expires_at - clock()).total_seconds()) + shift / 1000

        def run():
            while time.monotonic() < deadline:
                pass
            return verb()

        return run

    accepted, *_missed = race(
        at_the_deadline(lambda: offers.accept(offer.pk, by=ana), milliseconds),
        at_the_deadline(lambda: offers.expire_due(), -milliseconds),
        at_the_deadline(lambda: offers.expire_due(), 0),
    )
    offers.expire_due()
    task, agent_now, outcome = now(offer.task), now(ana), now(offer).outcome
    if isinstance(accepted, Task):
        assert (task.agent, task.state, outcome, agent_now.is_ready) == (ana, "active", Offer.ACCEPTED, True)
    else:
        assert isinstance(accepted, NotYours), accepted
        assert (task.agent, outcome, agent_now.reason) == (None, Offer.NO_ANSWER, Agent.NO_ANSWER)
    assert sound()


@pytest.mark.rule("R34")
def test_accept_that_waits_for_a_lock_past_the_deadline_is_late(billing, ana):
    """Asked for in one statement the time would be that of before the wait."""
    at_work(ana)
    offer = offer_to(ana, chat_in(billing))
    due_in(offer, 0.4)

    def hold():
        with transaction.atomic():
            Task.objects.select_for_update().get(pk=offer.task_id)
            while clock() < now(offer).expires_at:
                time.sleep(0.01)

    def accept_then():
        eventually(lambda: is_held(offer.task_id))
        return offers.accept(offer.pk, by=ana)

    _held, accepted = race(hold, accept_then)
    assert isinstance(accepted, NotYours)
    assert now(offer.task).agent is None


def is_held(task_id):
    with transaction.atomic():
        return not Task.objects.select_for_update(skip_locked=True).filter(pk=task_id).exists()


@pytest.mark.rule("R34", "R35")
def test_many_routers_make_one_offer_for_each(billing):
    people = team(billing, 6)
    tasks = [chat_in(billing) for _ in range(4)]
    Offer.objects.all().delete()
    Task.objects.update(state=Task.WAITING)
    race(*[routing.route] * 8)
    routing.route()
    assert Offer.objects.live().count() == 4
    assert {offer.task for offer in Offer.objects.live()} == set(tasks)
    assert len({offer.agent_id for offer in Offer.objects.live()}) == 4
    assert len(people) == 6
    assert sound()


@pytest.mark.rule("R34")
def test_arrivals_and_ready_in_the_same_instant_all_meet(billing):
    people = [agent(f"agent{number}", "Agent", str(number), billing) for number in range(5)]
    for one in people:
        sit_down(one)
    race(
        *[lambda one=one: states.ready(by=one) for one in people],
        *[lambda: chat_in(billing) for _ in range(5)],
    )
    routing.route()  # as the dispatcher does
    assert Offer.objects.live().count() == 5
    assert sound()


@pytest.mark.rule("R31", "R34")
def test_two_desks_of_one_agent_accept_and_decline(billing, ana):
    at_work(ana)
    for _ in range(5):
        task = chat_in(billing)
        offer = offers.open_offer(ana)
        accepted, _declined = race(
            lambda: offers.accept(offers.open_offer(ana).pk, by=ana), lambda: states.not_ready(by=ana)
        )
        if isinstance(accepted, Task):
            assert (now(task).agent, now(offer).outcome) == (ana, Offer.ACCEPTED)
            closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
        else:
            assert (now(task).state, now(offer).outcome) == (Task.WAITING, Offer.DECLINED)
            chats.leave(task.activity_id)
        assert sound()
        at_work(ana)


@pytest.mark.rule("R42")
def test_accept_against_the_customer_who_leaves(billing, ana):
    at_work(ana)
    for _ in range(5):
        task = chat_in(billing)
        offer = offers.open_offer(ana)
        accepted, _left = race(
            lambda offer=offer: offers.accept(offer.pk, by=ana),
            lambda task=task: chats.leave(task.activity_id),
        )
        outcome = Offer.CUSTOMER_LEFT if isinstance(accepted, NotYours) else Offer.ACCEPTED
        state = Task.ABANDONED if isinstance(accepted, NotYours) else Task.ACTIVE
        assert (now(offer).outcome, now(task).state) == (outcome, state)
        if now(task).is_active:
            closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
        assert sound()


@pytest.mark.rule("R40")
def test_an_offered_call_against_one_that_is_picked(billing, internet, ana):
    at_work(ana)
    for _ in range(5):
        offered_call, picked = call_in(billing), call_in(internet)
        offer = offers.open_offer(ana)
        told = race(
            lambda offer=offer: offers.accept(offer.pk, by=ana),
            lambda picked=picked: accept(picked.pk, by=ana),
        )
        assert sorted(type(answer).__name__ for answer in told) == ["NotYours", "Task"]
        mine = Task.objects.get(line_busy=True)
        assert mine in (offered_call, picked)
        assert sound()
        Task.objects.exclude(state=Task.ABANDONED).update(
            state=Task.ABANDONED, agent=None, line_busy=False, ended_at=clock()
        )
        Offer.objects.live().update(outcome=Offer.TAKEN_BACK, ended_at=clock())


@pytest.mark.rule("R37", "R38")
def test_a_desk_that_comes_back_while_it_is_given_up(internet, ana):
    """Back or gone: the chat is the agent's or waits, and one of both."""
    task = held(chat_in(internet), ana)
    for _ in range(5):
        connection = sit_down(ana)
        presence.leave(connection)
        Agent.objects.update(gone_since=ago(seconds=400))
        race(
            lambda task=task: transferring.give_back(task.pk, ana, unless_here=True),
            lambda: presence.renew(ana.pk, "new"),
            lambda task=task: closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana),
        )
        assert now(task).state in (Task.WAITING, Task.CLOSED, Task.ACTIVE)
        assert (now(task).state == Task.WAITING) == (now(task).agent is None)
        presence.leave("new")
        if now(task).state != Task.ACTIVE:
            task = held(chat_in(internet), ana)


@pytest.mark.rule("R22", "R34")
def test_agents_reach_for_tasks_until_all_are_taken(billing):
    """Whoever is Ready takes what is offered until nothing is left: each task once, nobody beyond their limit."""
    people = team(billing, 4)
    Agent.objects.update(max_chats=100)
    tasks = [chat_in(billing) for _ in range(20)]

    def work(one):
        taken = []
        for _ in range(200):
            offer = offers.open_offer(one)
            if offer:
                taken.append(offers.accept(offer.pk, by=one).pk)
            elif not Task.objects.filter(state__in=[Task.WAITING, Task.OFFERED]).exists():
                break
            else:
                time.sleep(0.01)
        return taken

    taken = race(*[lambda one=one: work(one) for one in people])
    assert sorted(pk for hand in taken for pk in hand) == sorted(task.pk for task in tasks)
    assert Offer.objects.filter(outcome=Offer.ACCEPTED).count() == len(tasks)
    assert sound()


@pytest.mark.rule("R35")
def test_routers_that_find_agents_changed_do_not_wait_for_each_other(billing, monkeypatch, caplog):
    """Each holds one agent at a time: what is found of the others is old, and no reason to wait for them in turn."""
    people = team(billing, 6)
    old = room.free_agents()
    for one in people[:5]:
        states.not_ready(by=one)
    monkeypatch.setattr(room, "free_agents", lambda _queues: list(old))
    tasks = [chat_in(billing) for _ in range(3)]
    race(*[routing.route] * 6)
    assert Offer.objects.live().get().agent == people[5]
    assert len(tasks) == 3
    assert "deadlock" not in caplog.text
