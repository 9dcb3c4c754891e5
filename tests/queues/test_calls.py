"""What becomes of a call and its task, event by event (R40, R41, R42, R90, R101)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import Activity, Call
from customers.models import ContactPoint
from queues import calls, closing, lines
from queues.accepting import NotYours, accept
from queues.desk import capacity, in_progress, queues_of, waiting_in
from queues.models import Agent, Offer, Queue, Task
from queues.offering import make
from queues.room import of
from requests_app.models import CareRequest
from tests.calling import CALLER, Pbx
from tests.cast import ago, at_work, chat_in, held, offered
from tests.racing import race

pytestmark = pytest.mark.rule("R101")


def close(task, by):
    closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=by)


@pytest.fixture
def talking(pbx, ana):
    """Ana talks with a caller."""
    pbx.new_call()
    pbx.answer("ana")
    return pbx


# --- newCall


def test_an_incoming_call_waits_in_its_queue(pbx, ana):
    pbx.new_call()
    task = waiting_in(queues_of(ana))[0]
    assert (task.medium, task.activity.direction, task.activity.shown_name) == (
        "call",
        "in",
        "+49 30 1234567",
    )
    assert pbx.call.state == Call.NEW


def test_a_repeated_newcall_changes_nothing(pbx):
    pbx.new_call()
    before = pbx.task.waiting_since
    pbx.say("newCall", **{"from": "999", "queue": "billing"})
    assert (Task.objects.count(), pbx.task.waiting_since, pbx.task.queue.slug) == (1, before, "internet")


@pytest.mark.rule("R40", "R41")
def test_an_outgoing_call_is_a_task_in_progress_of_its_agent(pbx, ana, jelena):
    ContactPoint.objects.create(customer=jelena, kind="phone", value=f"+{CALLER}")
    pbx.new_call(direction="out", user="ana")
    task = in_progress(ana)[0]
    assert task.line_busy
    assert task.activity.customer == jelena
    assert Activity.objects.get(pk=task.activity_id).care_request == CareRequest.objects.get(customer=jelena)


def test_an_outgoing_call_of_nobody_known_is_only_recorded(pbx):
    pbx.new_call(direction="out", user=["nobody"])
    assert pbx.task is None
    pbx.answer()
    pbx.hang_up()
    assert (pbx.call.state, pbx.call.activity.state) == (Call.ENDED, Activity.ENDED)


@pytest.mark.rule("R40")
def test_dialling_ends_the_earlier_call(talking, ana):
    first = talking.call
    talking.new_call(direction="out", user="ana")
    first.refresh_from_db()
    assert (first.state, first.cause) == (Call.ENDED, "replaced")
    assert [(task.activity.call.call_id, task.line_busy) for task in in_progress(ana)] == [
        (first.call_id, False),
        (talking.call_id, True),
    ]


# --- answer


def test_who_answers_has_the_task(pbx, ana, marko):
    pbx.new_call()
    pbx.answer("ana", user=["marko"])
    assert (pbx.task.agent, pbx.task.state, pbx.task.line_busy) == (ana, Task.ACTIVE, True)
    assert (pbx.call.state, pbx.call.answered_by) == (Call.ANSWERED, ana.user)
    assert waiting_in(queues_of(marko)) == []


def test_without_an_answering_number_the_user_has_answered(pbx, ana):
    pbx.new_call()
    pbx.answer(user="Ana Kovač")
    assert pbx.task.agent == ana


def test_who_answers_takes_it_from_who_accepted_it(pbx, ana, marko):
    pbx.new_call()
    accept(pbx.task.pk, by=marko)
    pbx.answer("ana")
    assert pbx.task.agent == ana
    assert list(in_progress(marko)) == []
    assert not Task.objects.filter(agent=marko, line_busy=True).exists()


@pytest.mark.parametrize(("who", "outcome"), [("ana", Offer.ACCEPTED), ("marko", Offer.TAKEN_BACK)])
def test_who_answers_has_it_whoever_it_was_offered_to(pbx, ana, marko, who, outcome):
    pbx.new_call(queue="billing")
    offer = make(Task.objects.select_related("queue").get(pk=pbx.task.pk), ana)
    pbx.answer(who)
    offer.refresh_from_db()
    assert (offer.outcome, pbx.task.agent.user.username, pbx.task.state) == (outcome, who, Task.ACTIVE)


def test_answered_by_nobody_of_ours_it_leaves_the_queue(pbx, ana):
    pbx.new_call()
    pbx.answer("4940123")
    assert (pbx.call.state, pbx.call.answered_elsewhere, pbx.task.state) == (Call.ANSWERED, True, Task.CLOSED)
    assert waiting_in(queues_of(ana)) == []
    pbx.hang_up()
    assert pbx.call.activity.state == Activity.ENDED
    assert not Call.objects.missed().exists()


def test_an_agent_named_later_has_it_all_the_same(pbx, ana):
    pbx.new_call()
    pbx.answer("an announcement")
    pbx.answer("ana")
    assert (pbx.task.agent, pbx.call.answered_elsewhere, pbx.call.activity.state) == (
        ana,
        False,
        Activity.ACTIVE,
    )


def test_an_unknown_number_of_who_accepted_it_is_theirs(pbx, ana):
    pbx.new_call()
    accept(pbx.task.pk, by=ana)
    pbx.answer("her mobile")
    assert (pbx.task.agent, pbx.call.answered_by, pbx.call.answered_elsewhere) == (ana, ana.user, False)


def test_of_an_outgoing_call_the_customer_answers(pbx, ana):
    pbx.new_call(direction="out", user="ana")
    pbx.answer(CALLER)
    assert (pbx.call.state, pbx.call.answered_by, pbx.task.agent) == (Call.ANSWERED, ana.user, ana)


def test_an_answer_of_an_unknown_call_makes_the_record(pbx, ana):
    pbx.new_call()
    Activity.objects.all().delete()
    pbx.answer("ana")
    assert (pbx.task.agent, pbx.call.state) == (ana, Call.ANSWERED)
    pbx.say("newCall")
    assert Call.objects.count() == Task.objects.count() == 1


def test_a_repeated_or_second_answer_changes_nothing(talking, ana, marko):
    at = talking.call.answered_at
    talking.answer("ana")
    talking.answer("marko")
    talking.answer("unknown")
    assert (talking.task.agent, talking.call.answered_at, talking.call.answered_elsewhere) == (ana, at, False)


@pytest.mark.rule("R40")
def test_answering_ends_the_earlier_call_whose_task_stays(talking, ana):
    first = talking.task
    talking.new_call()
    talking.answer("ana")
    first.refresh_from_db()
    call = first.activity.call
    assert (first.state, first.line_busy, call.state, call.cause) == (
        Task.ACTIVE,
        False,
        Call.ENDED,
        "replaced",
    )
    assert talking.task.line_busy


@pytest.mark.rule("R40")
def test_a_late_answer_of_who_closed_it_gives_it_to_nobody(pbx, ana):
    pbx.new_call()
    accept(pbx.task.pk, by=ana)
    close(pbx.task, ana)
    pbx.answer("ana")
    assert (pbx.task.state, pbx.call.state) == (Task.CLOSED, Call.ANSWERED)
    pbx.hang_up()
    assert (pbx.call.activity.state, pbx.call.state) == (Activity.ENDED, Call.ENDED)


# --- hold, resume, transfer


@pytest.mark.rule("R4")
def test_on_hold_and_on_again_is_counted(talking):
    talking.say("hold")
    talking.say("hold")
    Call.objects.update(held_since=ago(seconds=65))
    talking.say("resume", direction="")
    talking.say("resume")
    assert (talking.call.held_since, talking.call.held_seconds) == (None, 65)
    talking.say("hold")
    assert talking.task.line_busy
    talking.hang_up()
    assert talking.call.held_since is None


@pytest.mark.parametrize("event", ["hold", "resume"])
def test_of_a_call_that_is_not_talked_in_nothing_is_held(pbx, event):
    pbx.new_call()
    pbx.say(event)
    assert (pbx.call.held_since, pbx.call.state) == (None, Call.NEW)
    pbx.call_id = "never heard of"
    pbx.say(event)
    assert not Call.objects.filter(call_id=pbx.call_id).exists()


@pytest.mark.parametrize("name", ["marko", "204", "id"])
def test_a_transfer_makes_it_the_other_agents(talking, ana, marko, name):
    Agent.objects.filter(pk=marko.pk).update(extension="204")
    at = talking.call.answered_at
    talking.say("hold")
    talking.say("transfer", agent=str(marko.pk) if name == "id" else name)
    talking.answer("ana")
    assert (talking.task.agent, talking.task.line_busy) == (marko, True)
    assert (talking.call.answered_by, talking.call.answered_at, talking.call.held_since) == (
        marko.user,
        at,
        None,
    )
    assert not Task.objects.filter(agent=ana, state=Task.ACTIVE).exists()


def test_a_transfer_to_nobody_of_ours_frees_the_line(talking, ana):
    talking.say("transfer", agent="0900 8844")
    assert (talking.task.agent, talking.task.state, talking.task.line_busy) == (ana, Task.ACTIVE, False)
    assert talking.call.answered_elsewhere


def test_a_transfer_after_close_is_a_task_again(talking, ana, marko):
    close(talking.task, ana)
    talking.say("transfer", agent="marko")
    assert (talking.task.agent, talking.task.state) == (marko, Task.ACTIVE)
    assert (talking.call.activity.state, talking.call.activity.ended_at) == (Activity.ACTIVE, None)


# --- hangup


@pytest.mark.rule("R42")
@pytest.mark.parametrize("cause", ["normalClearing", "cancel", "noAnswer", "busy", "Gone fishing"])
def test_hung_up_before_the_answer_it_vanishes_and_was_missed(pbx, ana, cause):
    pbx.new_call(queue="billing")
    offer = make(Task.objects.select_related("queue").get(pk=pbx.task.pk), ana)
    pbx.hang_up(cause)
    offer.refresh_from_db()
    assert (pbx.task.state, offer.outcome) == (Task.ABANDONED, Offer.CUSTOMER_LEFT)
    assert (pbx.call.activity.state, pbx.call.cause) == (Activity.ABANDONED, cause)
    assert list(Call.objects.missed()) == [pbx.call]


@pytest.mark.rule("R30", "R42")
@pytest.mark.parametrize("cause", ["normalClearing", "forwarded"])
def test_whom_a_call_was_offered_that_is_over_gets_what_waits(
    pbx, billing, ana, cause, django_capture_on_commit_callbacks
):
    pbx.new_call(queue="billing")
    offered(pbx.task, ana)
    at_work(ana)
    task = chat_in(billing)
    with django_capture_on_commit_callbacks(execute=True):
        pbx.hang_up(cause)
    assert Offer.objects.live().get().task == task


def test_a_forwarded_call_is_not_missed(pbx, ana):
    pbx.new_call()
    pbx.hang_up("forwarded")
    assert (pbx.task.state, pbx.call.activity.state) == (Task.CLOSED, Activity.ENDED)
    assert not Call.objects.missed().exists()


def test_after_the_answer_the_task_stays_until_close(talking, ana):
    talking.hang_up()
    assert (talking.task.state, talking.task.line_busy) == (Task.ACTIVE, False)
    assert (talking.call.state, talking.call.activity.state) == (Call.ENDED, Activity.ACTIVE)
    close(talking.task, ana)
    assert talking.call.activity.state == Activity.ENDED


@pytest.mark.rule("R42")
def test_hung_up_after_accept_the_task_shows_that_the_customer_left(pbx, ana):
    pbx.new_call()
    accept(pbx.task.pk, by=ana)
    pbx.hang_up("cancel")
    assert (pbx.task.state, pbx.task.line_busy) == (Task.ACTIVE, False)
    assert pbx.call.activity.customer_left_at


@pytest.mark.rule("R40")
def test_a_late_hang_up_only_fills_in_end_and_cause(talking, ana):
    close(talking.task, ana)
    over = talking.call.activity.ended_at
    talking.hang_up("normalClearing")
    assert (talking.call.state, talking.call.cause) == (Call.ENDED, "normalClearing")
    assert talking.call.activity.ended_at == over


def test_after_the_hang_up_nothing_changes_any_more(pbx, ana):
    pbx.new_call()
    pbx.hang_up("cancel")
    for event in ("newCall", "answer", "hold", "resume", "transfer", "hangup"):
        assert pbx.say(event, cause="later", answeringNumber="ana", agent="ana") == {}
    assert (pbx.call.state, pbx.call.cause, pbx.task.state) == (Call.ENDED, "cancel", Task.ABANDONED)


def test_a_hang_up_of_an_unknown_call_makes_the_record(pbx):
    pbx.new_call()
    Activity.objects.all().delete()
    pbx.hang_up()
    assert (pbx.task.state, list(Call.objects.missed())) == (Task.ABANDONED, [pbx.call])


@pytest.mark.rule("R42")
def test_a_call_that_waits_again_is_over_with_its_hang_up(talking):
    Task.objects.update(state=Task.WAITING, agent=None, line_busy=False)
    talking.hang_up()
    assert (talking.task.state, talking.call.activity.state) == (Task.ABANDONED, Activity.ABANDONED)
    assert not Call.objects.missed().exists(), "somebody spoke with them"


@pytest.mark.rule("R8")
def test_a_solved_request_closes_with_the_call_that_waited(talking, jelena):
    solved = CareRequest.objects.create(customer=jelena, solved=True)
    Activity.objects.update(customer=jelena, care_request=solved)
    Task.objects.update(state=Task.WAITING, agent=None, line_busy=False)
    talking.hang_up()
    solved.refresh_from_db()
    assert not solved.is_open


# --- one call at a time


@pytest.mark.rule("R40")
def test_in_a_call_no_second_is_accepted_and_a_chat_is(talking, ana, internet):
    talking.say("hold")
    talking.new_call()
    with pytest.raises(NotYours, match="in a call already"):
        accept(talking.task.pk, by=ana)
    assert held(chat_in(internet), ana).agent == ana


@pytest.mark.rule("R36", "R40")
def test_the_bar_counts_the_call_that_keeps_the_line(talking, ana):
    def room():
        return next(room.count for room in capacity(of(ana.pk)) if room.medium == "call")

    assert room() == 1
    talking.hang_up()
    assert room() == 0


@pytest.mark.rule("R40")
@pytest.mark.parametrize("end", ["hang up", "close"])
def test_hang_up_and_close_free_the_line(talking, ana, end):
    if end == "close":
        close(talking.task, ana)
    else:
        talking.hang_up()
    talking.new_call()
    assert accept(talking.task.pk, by=ana).line_busy


@pytest.mark.rule("R40")
def test_a_call_that_is_over_keeps_no_line_of_who_accepts_it_later(talking, ana):
    talking.hang_up()
    Task.objects.update(state=Task.WAITING, agent=None)
    assert not accept(talking.task.pk, by=ana).line_busy


@pytest.mark.rule("R40")
def test_accepted_and_never_answered_the_line_is_free_after_a_minute(pbx, ana):
    pbx.new_call()
    accept(pbx.task.pk, by=ana)
    at = pbx.task.accepted_at
    assert lines.next_deadline() == at + timedelta(seconds=60)
    assert lines.sweep(at + timedelta(seconds=59)) == 0
    assert lines.sweep(at + timedelta(seconds=60)) == 1
    assert (pbx.task.line_busy, pbx.task.state, lines.next_deadline()) == (False, Task.ACTIVE, None)
    pbx.answer("ana")
    assert pbx.task.line_busy, "answered after all"


@pytest.mark.rule("R40")
def test_what_is_talked_in_or_dialled_keeps_the_line(talking, ana, marko):
    talking.new_call(direction="out", user="marko")
    assert lines.sweep(timezone.now() + timedelta(hours=2)) == 0
    assert Task.objects.filter(line_busy=True).count() == 2


@pytest.mark.rule("R40")
@pytest.mark.django_db(transaction=True)
def test_of_fifty_calls_accepted_at_once_one_is_the_agents(pbx, ana):
    for _number in range(50):
        pbx.new_call()
    results = race(*[lambda pk=pk: accept(pk, by=ana) for pk in Task.objects.values_list("pk", flat=True)])
    assert len([result for result in results if isinstance(result, Task)]) == 1
    assert {type(result) for result in results} == {Task, NotYours}
    assert Task.objects.filter(agent=ana, line_busy=True).count() == 1


@pytest.mark.rule("R40")
@pytest.mark.django_db(transaction=True)
def test_accept_answer_hang_up_and_dialling_at_once_leave_one_call(pbx, ana):
    phones = [Pbx() for _number in range(8)]
    for phone in phones:
        phone.new_call()
    picked = [lambda phone=phone: accept(phone.task.pk, by=ana) for phone in phones[:2]]
    answered = [lambda phone=phone: phone.answer("ana") for phone in phones[1:6]]
    dialled = [lambda phone=phone: phone.new_call(direction="out", user="ana") for phone in phones[6:]]
    results = race(*picked, *answered, *dialled, phones[2].hang_up)
    assert not [
        problem for problem in results if isinstance(problem, Exception) and not isinstance(problem, NotYours)
    ]
    assert Task.objects.filter(agent=ana, line_busy=True).count() == 1
    running = Call.objects.filter(activity__tasks__agent=ana).exclude(state=Call.ENDED)
    assert running.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_event_ten_times_at_once_is_one(pbx, ana):
    pbx.new_call()
    pbx.call_id = "at once"
    assert race(*[lambda: pbx.say("newCall") for _time in range(10)]) == [{}] * 10
    assert race(*[lambda: pbx.answer("ana") for _time in range(10)]) == [{}] * 10
    assert (Call.objects.filter(call_id="at once").count(), pbx.task.agent) == (1, ana)
    assert Task.objects.filter(activity__call__call_id="at once").count() == 1


# --- clocks and bells


@pytest.mark.rule("R90")
def test_each_event_starts_the_days_of_the_request_anew(pbx, ana, jelena):
    ContactPoint.objects.create(customer=jelena, kind="phone", value=f"+{CALLER}")
    pbx.new_call()
    for event in ("answer", "hold", "resume", "hangup"):
        CareRequest.objects.update(touched_at=ago(days=4))
        pbx.say(event, answeringNumber="ana")
        if event != "answer":
            assert CareRequest.objects.get().touched_at > ago(minutes=1), event
        pbx.say(event, answeringNumber="ana")
    CareRequest.objects.update(touched_at=ago(days=4))
    pbx.say("hangup")
    assert CareRequest.objects.get().touched_at < ago(days=3), "nothing was stored"


def test_the_lists_of_desk_and_queue_count_on(pbx, ana):
    def counts():
        return Queue.objects.get(slug="internet").seq, Agent.objects.get(pk=ana.pk).desk_seq

    before = counts()
    pbx.new_call()
    rung = counts()
    assert (rung[0] > before[0], rung[1]) == (True, before[1])
    accept(pbx.task.pk, by=ana)
    for step in (lambda: pbx.answer("ana"), lambda: pbx.say("hold"), lambda: pbx.say("resume"), pbx.hang_up):
        before = counts()
        step()
        assert counts()[1] > before[1]


@pytest.mark.rule("R53")
def test_call_events_are_nobodys_edit(pbx, ana):
    pbx.new_call()
    pbx.answer("ana")
    version = pbx.call.activity.version
    for event in ("hold", "resume", "hangup"):
        pbx.say(event)
    assert pbx.call.activity.version == version


def test_told_without_a_queue_has_no_region():
    assert calls.Told("c").region is None
