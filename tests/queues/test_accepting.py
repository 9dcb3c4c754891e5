"""Accept: one agent gets the task, the others are told, and the request is the right one (R21, R22, R41)."""

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from activities import identity, joining
from activities.models import Message
from customers.models import Customer
from queues import chats, closing, transferring
from queues.accepting import NotYours, accept
from queues.desk import in_progress, queues_of, waiting_in
from queues.models import Agent, Queue, Task
from requests_app.models import CareRequest
from tests.cast import agent, ago, call_in, chat_in, chat_of, held
from tests.racing import race
from tests.waiting import eventually


@pytest.mark.rule("R21")
def test_accepted_task_is_in_progress_of_its_agent_only(internet, ana, marko):
    task = accept(chat_in(internet).pk, by=ana)
    assert (task.state, task.agent) == (Task.ACTIVE, ana)
    assert list(in_progress(ana)) == [task]
    assert list(in_progress(marko)) == []
    assert waiting_in(queues_of(marko)) == []


@pytest.mark.rule("R21")
def test_both_lists_count_on(internet, ana):
    task = chat_in(internet)
    desk, queue = Agent.objects.get(pk=ana.pk).desk_seq, Queue.objects.get(pk=internet.pk).seq
    accept(task.pk, by=ana)
    assert Agent.objects.get(pk=ana.pk).desk_seq == desk + 1
    assert Queue.objects.get(pk=internet.pk).seq == queue + 1


def test_customer_sees_who_accepted(internet, ana):
    task = accept(chat_in(internet).pk, by=ana)
    line = task.activity.messages.last()
    assert (line.side, line.kind, line.author_name) == (Message.SYSTEM, Message.ACCEPTED, "Ana Kovač")


@pytest.mark.rule("R22")
def test_late_hand_is_told_who_was_first(internet, ana, marko):
    task = accept(chat_in(internet).pk, by=ana)
    with pytest.raises(NotYours, match="Ana Kovač took it"):
        accept(task.pk, by=marko)


@pytest.mark.rule("R22")
def test_accepting_ones_own_again_changes_nothing(internet, ana):
    task = accept(chat_in(internet).pk, by=ana)
    again = accept(task.pk, by=ana)
    assert (again.accepted_at, again.activity.last_seq) == (task.accepted_at, 3)


@pytest.mark.rule("R42")
def test_customer_who_left_is_not_to_be_had(internet, ana):
    task = chat_in(internet)
    chats.leave(task.activity_id)
    with pytest.raises(NotYours, match="customer has left"):
        accept(task.pk, by=ana)


def test_closed_task_is_not_to_be_had(internet, ana, marko):
    task = held(chat_in(internet), by=ana)
    closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
    with pytest.raises(NotYours, match="closed already"):
        accept(task.pk, by=marko)


@pytest.mark.rule("R40")
def test_call_keeps_the_line_and_a_chat_does_not(internet, ana):
    assert held(call_in(internet), by=ana).line_busy
    assert not held(chat_in(internet), by=ana).line_busy


@pytest.mark.rule("R40")
def test_second_call_is_refused_in_words_and_goes_on_waiting(internet, ana):
    held(call_in(internet), by=ana)
    second = call_in(internet)
    with pytest.raises(NotYours, match="in a call already"):
        accept(second.pk, by=ana)
    assert Task.objects.get(pk=second.pk).is_waiting


# --- which request (R41)


@pytest.mark.rule("R41")
def test_first_contact_makes_a_request(internet, ana, jelena):
    activity = held(chat_of(jelena, internet), by=ana).activity
    assert activity.care_request == CareRequest.objects.get(customer=jelena)
    assert activity.care_request.is_open


@pytest.mark.rule("R41")
def test_newest_open_request_is_joined(internet, ana, jelena):
    newest = CareRequest.objects.create(customer=jelena, created_at=ago(days=1))
    CareRequest.objects.create(customer=jelena, created_at=ago(days=3))
    CareRequest.objects.create(customer=jelena, state="closed", closed_at=ago(minutes=1))
    assert held(chat_of(jelena, internet), by=ana).activity.care_request == newest


@pytest.mark.rule("R41")
def test_closed_request_is_never_reused(internet, ana, jelena):
    closed = CareRequest.objects.create(customer=jelena, state="closed", closed_at=ago(minutes=1))
    assert held(chat_of(jelena, internet), by=ana).activity.care_request != closed


@pytest.mark.rule("R41")
def test_due_request_counts_as_closed_before_it_is_swept(internet, ana, jelena):
    due = CareRequest.objects.create(customer=jelena, touched_at=ago(seconds=settings.AUTO_CLOSE_SECONDS))
    activity = held(chat_of(jelena, internet), by=ana).activity
    assert activity.care_request != due
    due.refresh_from_db()
    assert due.is_open


@pytest.mark.rule("R41", "R90")
def test_joining_starts_the_days_anew(internet, ana, jelena):
    quiet = CareRequest.objects.create(customer=jelena, touched_at=ago(days=4))
    held(chat_of(jelena, internet), by=ana)
    quiet.refresh_from_db()
    assert quiet.touched_at > ago(minutes=1)


@pytest.mark.rule("R41", "R71")
def test_stranger_has_neither_customer_nor_request_yet(internet, ana):
    activity = held(chat_in(internet), by=ana).activity
    assert (activity.customer, activity.care_request) == (None, None)
    assert not Customer.objects.exists()
    assert not CareRequest.objects.exists()


@pytest.mark.rule("R41")
def test_activity_that_waits_again_keeps_its_request(internet, ana, jelena):
    task = held(chat_of(jelena, internet), by=ana)
    moved = joining.add_request(task.activity, by=ana.user)
    Task.objects.filter(pk=task.pk).update(state=Task.WAITING, agent=None, accepted_at=None)
    assert held(task, by=ana).activity.care_request == moved


@pytest.mark.rule("R72")
def test_one_match_is_linked_and_not_verified(internet, ana, jelena):
    activity = held(chat_in(internet, email="JELENA@post.example"), by=ana).activity
    assert (activity.customer, activity.verified) == (jelena, False)


@pytest.mark.rule("R72")
def test_who_was_stored_while_the_chat_waited_is_recognised_at_accept(internet, ana, request):
    task = chat_in(internet, email="jelena@post.example")
    assert task.activity.customer is None
    jelena = request.getfixturevalue("jelena")
    assert held(task, by=ana).activity.customer == jelena


@pytest.mark.rule("R72")
def test_caller_is_recognised_by_number_and_believed(internet, ana, jelena):
    activity = held(call_in(internet, number="00381115550134"), by=ana).activity
    assert (activity.customer, activity.verified) == (jelena, True)


@pytest.mark.rule("R72", "R43")
def test_whom_an_agent_has_unlinked_the_next_accept_does_not_link_again(internet, ana, marko, jelena):
    task = held(chat_of(jelena, internet), by=ana)
    identity.unlink(task.activity, by=ana.user)
    transferring.to_queue(task.pk, internet, note="", by=ana)
    assert held(task, by=marko).activity.customer is None


@pytest.mark.rule("R72")
def test_two_matches_leave_the_choice_to_the_agent(internet, ana, jelena):
    twin = Customer.objects.create(first_name="Jela")
    twin.contact_points.create(kind="email", value="jelena@post.example")
    assert held(chat_in(internet, email="jelena@post.example"), by=ana).activity.customer is None


# --- in the same instant

RACE = pytest.mark.django_db(transaction=True)


@RACE
@pytest.mark.rule("R22")
def test_twenty_agents_reach_for_one_task(internet):
    agents = [agent(f"agent{number}", "Agent", str(number), internet) for number in range(20)]
    task = chat_in(internet)
    told = race(*[lambda by=by: accept(task.pk, by=by) for by in agents])
    winners = [answer for answer in told if isinstance(answer, Task)]
    assert len(winners) == 1
    losers = [str(answer) for answer in told if isinstance(answer, NotYours)]
    assert losers == [f"{winners[0].agent.shown_name} took it a moment ago."] * 19
    assert Task.objects.get().agent == winners[0].agent
    assert Message.objects.filter(kind=Message.ACCEPTED).count() == 1


@RACE
@pytest.mark.rule("R22")
def test_two_tabs_of_one_agent_both_have_it(internet, ana):
    task = chat_in(internet)
    told = race(*[lambda: accept(task.pk, by=ana)] * 4)
    assert [answer.agent_id for answer in told] == [ana.pk] * 4
    assert Message.objects.filter(kind=Message.ACCEPTED).count() == 1


@RACE
@pytest.mark.rule("R41")
def test_two_chats_of_one_customer_share_one_new_request(internet, ana, marko, jelena):
    tasks = [chat_of(jelena, internet), chat_of(jelena, internet)]
    told = race(
        *[
            lambda task=task, by=by: accept(task.pk, by=by)
            for task, by in zip(tasks, (ana, marko), strict=True)
        ]
    )
    assert all(isinstance(answer, Task) for answer in told), told
    request = CareRequest.objects.get()
    assert {task.activity.care_request for task in Task.objects.all()} == {request}


@RACE
@pytest.mark.rule("R40")
def test_second_call_in_the_same_instant_is_impossible(internet, ana):
    calls = [call_in(internet), call_in(internet)]
    told = race(*[lambda call=call: accept(call.pk, by=ana) for call in calls])
    assert sorted(type(answer).__name__ for answer in told) == ["NotYours", "Task"]
    assert Task.objects.filter(agent=ana, line_busy=True).count() == 1


@RACE
@pytest.mark.rule("R42")
def test_accept_against_end_chat(internet, ana):
    """Whoever is first: the task is in progress and left, or abandoned and refused."""
    for _ in range(5):
        task = chat_in(internet)
        accepted, _left = race(
            lambda task=task: accept(task.pk, by=ana), lambda task=task: chats.leave(task.activity_id)
        )
        task.refresh_from_db()
        task.activity.refresh_from_db()
        assert task.activity.customer_left_at
        assert task.state == (Task.ABANDONED if isinstance(accepted, NotYours) else Task.ACTIVE)


@RACE
@pytest.mark.rule("R41", "R90")
def test_a_request_that_closes_at_this_moment_is_left(internet, ana, marko, jelena):
    task = held(chat_of(jelena, internet), by=ana)
    former = task.activity.care_request
    transferring.to_queue(task.pk, internet, note="", by=ana)
    waiting = Task.objects.waiting().get()

    def close():
        with transaction.atomic():
            CareRequest.objects.filter(pk=former.pk).update(
                state=CareRequest.CLOSED, closed_at=timezone.now()
            )
            eventually(somebody_waits)

    def take():
        eventually(is_held)
        return accept(waiting.pk, by=marko)

    closed, taken = race(close, take)
    assert closed is None
    assert taken.activity.care_request not in (None, former)


def is_held():
    with transaction.atomic():
        return not list(CareRequest.objects.select_for_update(skip_locked=True))


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() is not None
