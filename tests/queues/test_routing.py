"""Who is offered what, and who is not (R30, R34 to R36)."""

import pytest
from django.db import connection, transaction

from activities.models import Activity, Call
from bench.route import fill
from queues import agents, chats, closing, offers, pbx, presence, room, routing, states, supervising
from queues.clock import clock
from queues.models import Agent, Offer, Presence, Queue, Task
from tests.cast import agent, ago, at_work, call_in, chat_in, held, offered, sit_down

pytestmark = pytest.mark.django_db


def offered_to(agent):
    """The task before the agent, or None."""
    offer = offers.open_offer(agent)
    return offer and offer.task


def email_in(queue):
    return chats.wait_in(
        queue, Activity.objects.create(medium=Activity.EMAIL, source_email="vera@post.example")
    )


@pytest.mark.rule("R30", "R31")
def test_a_ready_agent_is_offered_what_waits(billing, ana):
    task = chat_in(billing)
    at_work(ana)
    assert routing.route() == 1
    assert offered_to(ana) == task
    assert Task.objects.get().state == Task.OFFERED
    assert routing.route() == 0


@pytest.mark.rule("R30")
def test_who_is_not_ready_is_offered_nothing(billing, ana):
    sit_down(ana)
    chat_in(billing)
    assert routing.route() == 0


@pytest.mark.rule("R37")
def test_who_has_no_desk_open_is_offered_nothing(billing, ana):
    at_work(ana)
    presence.leave(Presence.objects.get().connection)
    chat_in(billing)
    assert routing.route() == 0


def test_who_is_disabled_is_offered_nothing(billing, ana, sonja):
    at_work(ana)
    agents.disable(ana.user, by=sonja.user)
    chat_in(billing)
    assert routing.route() == 0


def test_nobody_is_offered_work_of_other_queues(billing, internet):
    at_work(agent("petra", "Petra", "Novak", internet))
    chat_in(billing)
    assert routing.route() == 0


@pytest.mark.rule("R2", "R23")
def test_pick_queues_are_not_routed(internet, ana):
    at_work(ana)
    chat_in(internet)
    assert routing.route() == 0


@pytest.mark.rule("R34")
def test_each_task_goes_to_one_agent_and_each_agent_gets_one(billing, ana, marko):
    at_work(ana, marko)
    tasks = [chat_in(billing) for _ in range(3)]
    assert routing.route() == 2
    assert {offered_to(ana), offered_to(marko)} == set(tasks[:2])
    assert Task.objects.waiting().get() == tasks[2]


@pytest.mark.rule("R35")
def test_priority_goes_before_waiting_time(billing, ana):
    urgent = Queue.objects.create(slug="urgent", name="Urgent", mode=Queue.AUTOMATIC, priority=1)
    agents.add_to([urgent], ana)
    chat_in(billing)
    second = chat_in(urgent)
    at_work(ana)
    routing.route()
    assert offered_to(ana) == second


@pytest.mark.rule("R35")
def test_a_new_priority_counts_for_who_waits_already(billing, ana):
    urgent = Queue.objects.create(slug="urgent", name="Urgent", mode=Queue.AUTOMATIC)
    agents.add_to([urgent], ana)
    chat_in(billing)
    second = chat_in(urgent)
    urgent.priority = 1
    supervising.store(urgent)
    at_work(ana)
    routing.route()
    assert offered_to(ana) == second


@pytest.mark.rule("R35")
def test_the_longest_waiting_goes_first(billing, ana):
    second, first = chat_in(billing), chat_in(billing)
    Task.objects.filter(pk=first.pk).update(waiting_since=ago(minutes=5))
    at_work(ana)
    routing.route()
    assert offered_to(ana) == first
    assert Task.objects.waiting().get() == second


@pytest.mark.rule("R35")
def test_it_is_the_turn_of_who_was_without_an_offer_for_the_longest(billing, ana, marko, sonja):
    at_work(ana, marko, sonja)
    Agent.objects.filter(pk=ana.pk).update(last_offered_at=ago(minutes=1))
    Agent.objects.filter(pk=marko.pk).update(last_offered_at=ago(minutes=9))
    Agent.objects.filter(pk=sonja.pk).update(last_offered_at=ago(minutes=5))
    task = chat_in(billing)
    routing.route()
    assert offered_to(marko) == task


@pytest.mark.rule("R35")
def test_who_declined_it_comes_after_everybody_else(billing, ana, marko):
    task = chat_in(billing)
    at_work(ana)
    offers.decline(offered(task, ana).pk, by=ana)
    at_work(ana, marko)
    Agent.objects.filter(pk=marko.pk).update(last_offered_at=clock())
    routing.route()
    assert offered_to(marko) == task


@pytest.mark.rule("R33", "R35")
def test_who_declined_it_gets_it_again_when_there_is_nobody_else(billing, ana):
    task = chat_in(billing)
    at_work(ana)
    offers.decline(offered(task, ana).pk, by=ana)
    states.ready(by=ana)
    routing.route()
    assert offered_to(ana) == task


@pytest.mark.rule("R35")
def test_of_two_who_declined_it_the_one_who_did_so_just_now_comes_last(billing, ana, marko):
    task = chat_in(billing)
    at_work(ana, marko)
    for one in (ana, marko):
        offers.decline(offered(task, one).pk, by=one)
    at_work(ana, marko)
    routing.route()
    assert offered_to(ana) == task


# --- capacity (R36)


@pytest.mark.rule("R36")
def test_chats_of_all_queues_fill_the_limit(billing, internet, ana):
    at_work(ana)
    Agent.objects.filter(pk=ana.pk).update(max_chats=2)
    held(chat_in(internet), ana)
    held(chat_in(billing), ana)
    chat_in(billing)
    assert routing.route() == 0
    Agent.objects.filter(pk=ana.pk).update(max_chats=3)
    assert routing.route() == 1


@pytest.mark.rule("R36")
def test_each_medium_has_its_own_room(billing, ana):
    at_work(ana)
    Agent.objects.filter(pk=ana.pk).update(max_chats=0, max_emails=1)
    chat_in(billing)
    mail = email_in(billing)
    routing.route()
    assert offered_to(ana) == mail


@pytest.mark.rule("R36", "R40")
def test_who_is_in_a_call_is_offered_no_other(billing, internet, ana):
    at_work(ana)
    held(call_in(internet), ana)
    call_in(billing)
    chat = chat_in(billing)
    routing.route()
    assert offered_to(ana) == chat


@pytest.mark.rule("R36")
def test_an_agent_may_want_no_chats_during_a_call(billing, internet, ana):
    at_work(ana)
    Agent.objects.filter(pk=ana.pk).update(offers_during_call=False)
    held(call_in(internet), ana)
    chat_in(billing)
    email_in(billing)
    assert routing.route() == 0


@pytest.mark.rule("R35")
def test_a_new_priority_of_the_queue_is_that_of_who_waits_there_or_is_offered(billing, ana):
    waiting, first = chat_in(billing), chat_in(billing)
    Task.objects.filter(pk=first.pk).update(priority=Task.FIRST)
    offer = offered(chat_in(billing), ana)
    billing.priority = 2
    supervising.store(billing)
    offers.withdraw(offer.pk)
    found = dict(Task.objects.values_list("pk", "priority"))
    assert found == {waiting.pk: 2, first.pk: Task.FIRST, offer.task_id: 2}


@pytest.mark.rule("R36")
def test_the_wrap_up_passes_before_the_next_call(billing, ana):
    Queue.objects.filter(pk=billing.pk).update(wrap_up_seconds=30)
    at_work(ana)
    first = held(call_in(billing), ana)
    Task.objects.filter(pk=first.pk).update(line_busy=False)
    Call.objects.update(state=Call.ENDED, ended_at=ago(seconds=29))
    call_in(billing)
    assert routing.route() == 0
    assert routing.next_deadline() > clock()
    Call.objects.filter(activity=first.activity).update(ended_at=ago(seconds=31))
    assert routing.next_deadline() is None
    assert routing.route() == 1


# --- what is taken back


@pytest.mark.parametrize(
    "change",
    [
        lambda ana: Agent.objects.filter(pk=ana.pk).update(state="not_ready", reason="other"),
        lambda ana: agents.remove_from(list(ana.queues.all()), ana),
        lambda ana: agents.disable(ana.user, by=ana.user),
    ],
    ids=["not ready", "no member", "disabled"],
)
def test_what_is_before_somebody_who_may_not_have_it_goes_on(billing, ana, marko, change):
    task = chat_in(billing)
    at_work(ana)
    offer = offered(task, ana)
    change(ana)
    at_work(marko)
    assert routing.route() == 1
    assert Offer.objects.get(pk=offer.pk).outcome == Offer.TAKEN_BACK
    assert offered_to(marko) == task


@pytest.mark.rule("R23")
def test_what_is_to_be_picked_now_is_offered_no_longer(billing, ana, django_capture_on_commit_callbacks):
    at_work(ana)
    offer = offered(chat_in(billing), ana)
    billing.mode = Queue.PICK
    with django_capture_on_commit_callbacks(execute=True):
        supervising.store(billing)
    assert Offer.objects.get(pk=offer.pk).outcome == Offer.TAKEN_BACK
    assert (Task.objects.get().state, Agent.objects.get(pk=ana.pk).is_ready) == (Task.WAITING, True)


# --- when it happens by itself


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """Do something and all that follows after its commit."""

    def run(verb):
        with django_capture_on_commit_callbacks(execute=True):
            return verb()

    return run


@pytest.mark.rule("R30")
def test_arrival_ready_accept_and_close_route_by_themselves(billing, ana, commit):
    sit_down(ana)
    Agent.objects.filter(pk=ana.pk).update(max_chats=1)
    first = commit(lambda: chat_in(billing))
    assert offered_to(ana) is None
    commit(lambda: states.ready(by=ana))
    assert offered_to(ana) == first
    second = commit(lambda: chat_in(billing))
    commit(lambda: offers.accept(offers.open_offer(ana).pk, by=ana))
    assert offered_to(ana) is None
    commit(lambda: closing.close(first.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana))
    assert offered_to(ana) == second


@pytest.mark.rule("R33")
def test_a_miss_a_leave_and_a_return_route_by_themselves(billing, ana, marko, commit):
    at_work(ana, marko)
    Agent.objects.filter(pk=marko.pk).update(last_offered_at=clock())
    task = commit(lambda: chat_in(billing))
    assert offered_to(ana) == task
    commit(lambda: states.not_ready(by=ana))
    assert offered_to(marko) == task
    second = commit(lambda: chat_in(billing))
    commit(lambda: chats.leave(task.activity_id))
    assert offered_to(marko) == second
    commit(lambda: chats.leave(second.activity_id))
    commit(lambda: chats.come_back(task.activity_id))
    assert offered_to(marko).activity == task.activity


@pytest.mark.rule("R30")
def test_what_was_offered_goes_on_when_its_agent_signs_in_again(billing, ana, marko, commit):
    at_work(ana)
    task = commit(lambda: chat_in(billing))
    presence.leave(Presence.objects.get(agent=ana).connection)
    at_work(marko)
    commit(lambda: states.signed_in(ana))
    assert offered_to(ana) is None
    assert offered_to(marko) == task


@pytest.mark.rule("R36", "R40")
def test_a_call_goes_on_when_its_agent_begins_another_on_the_phone(billing, ana, marko, commit):
    at_work(ana)
    task = commit(lambda: call_in(billing))
    at_work(marko)
    assert offered_to(ana) == task
    told = {"event": "newCall", "direction": "out", "callId": "c", "from": "1", "to": "2", "user": ["ana"]}
    commit(lambda: pbx.heard(told))
    assert offered_to(ana) is None
    assert offered_to(marko) == task


def test_an_open_desk_and_a_membership_route(billing, commit):
    petra = agent("petra", "Petra", "Novak")
    states.ready(by=petra)
    task = chat_in(billing)
    commit(lambda: sit_down(petra))
    assert offered_to(petra) is None
    commit(lambda: agents.add_to([billing], petra))
    assert offered_to(petra) == task


def test_an_arrival_does_not_fail_because_routing_does(billing, commit, monkeypatch, caplog):
    monkeypatch.setattr(routing, "route", lambda _queues: 1 / 0)
    assert commit(lambda: chat_in(billing)).is_waiting
    assert "ZeroDivisionError" in caplog.text


def test_the_cost_does_not_grow_with_the_agents(billing, ana, django_assert_max_num_queries):
    at_work(*[agent(f"agent{number}", "A", str(number), billing) for number in range(8)])
    chat_in(billing)
    with django_assert_max_num_queries(20):
        assert routing.route() == 1


@pytest.mark.rule("R30")
def test_who_is_taken_between_the_look_and_the_lock_is_offered_nothing(billing, ana):
    at_work(ana)
    task = Task(queue=billing, medium=Activity.CHAT)
    (agent,) = room.free_agents([billing.pk])
    with transaction.atomic():
        assert routing.hold_matched([(task, agent)], is_patient=False) == [(task, agent)]
    states.not_ready(by=ana)
    with transaction.atomic():
        assert routing.hold_matched([(task, agent)], is_patient=False) == []


@pytest.mark.rule("R35")
def test_take_next_finds_its_place_by_the_index(billing):
    fill(billing, 1000)
    query = routing.NEXT
    for number in (1, 2, 3):
        query = query.replace("%s", f"${number}", 1)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (GENERIC_PLAN) {query}")
        assert "task_next_of_its_medium" in "".join(row for (row,) in cursor.fetchall())
