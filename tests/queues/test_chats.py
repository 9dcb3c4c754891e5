"""A customer's chat: starting, waiting, leaving, coming back, talking (R42, R100)."""

import hashlib
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activities import autoclose, chat
from activities.models import Activity, Message
from queues import chats, closing, starting, transferring
from queues.accepting import accept
from queues.desk import state_of
from queues.models import Agent, Queue, Task
from requests_app import solving
from requests_app.models import CareRequest
from tests.cast import ago, chat_in, chat_of, held
from tests.racing import race

RACE = pytest.mark.django_db(transaction=True)


def lines(activity):
    return list(activity.messages.values_list("side", "kind"))


def silent_for(activity, seconds):
    Activity.objects.filter(pk=activity.pk).update(customer_seen_at=ago(seconds=seconds))


def start(queue, **changes):
    given = {"name": "Vera", "email": "vera@post.example", "text": "Hello", "address": "10.1.1.1"}
    return starting.start(queue, **given | changes)


# --- starting


@pytest.mark.rule("R100")
def test_start_waits_with_the_first_words(internet):
    activity, _token = start(internet, text="  My router\r\nis dark  ")
    assert lines(activity) == [("system", "started"), ("customer", "text")]
    assert activity.messages.last().text == "My router\nis dark"
    assert (activity.state, activity.unread, activity.last_seq) == (Activity.WAITING, 1, 2)
    assert activity.tasks.get().is_waiting


@pytest.mark.rule("R100")
def test_only_the_hash_of_the_token_is_stored(internet):
    activity, token = start(internet)
    stored = Activity.objects.get(pk=activity.pk)
    assert len(token) >= 43
    assert stored.chat_token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert starting.of_token(token, "internet") == stored


@pytest.mark.parametrize("token", ["", "x", "0" * 43])
def test_wrong_token_opens_nothing(internet, token):
    start(internet)
    assert starting.of_token(token, "internet") is None


def test_token_opens_its_own_queue_only(internet, billing):
    _activity, token = start(internet)
    assert starting.of_token(token, "billing") is None


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", "  "),
        ("email", ""),
        ("email", "vera@"),
        ("text", "\n"),
        ("text", "x" * 2001),
        ("name", "x" * 2001),
    ],
)
@pytest.mark.rule("R50", "R100")
def test_wrong_fields_are_told_and_nothing_begins(internet, field, given):
    with pytest.raises(ValidationError) as refused:
        start(internet, **{field: given})
    assert list(refused.value.message_dict) == [field]
    assert not Activity.objects.exists()


def test_all_wrong_fields_are_told_at_once(internet):
    with pytest.raises(ValidationError) as refused:
        start(internet, name="", email="", text="")
    assert set(refused.value.message_dict) == {"name", "email", "text"}


@pytest.mark.rule("R100")
def test_starts_are_limited_per_address(internet, settings):
    settings.CHAT_STARTS_PER_MINUTE = 2
    start(internet)
    start(internet)
    with pytest.raises(starting.TooMany):
        start(internet)
    assert start(internet, address="10.1.1.2")
    Activity.objects.update(started_at=ago(seconds=61))
    assert start(internet)


def test_address_itself_is_not_stored(internet):
    activity, _token = start(internet, address="203.0.113.7")
    assert activity.address_hash
    assert "203.0.113.7" not in activity.address_hash


def test_second_press_of_the_button_finds_the_first_chat(internet):
    once = uuid.uuid4()
    (first, old), (second, new) = start(internet, once=once), start(internet, once=once)
    assert first == second
    assert starting.of_token(old, "internet") is None
    assert starting.of_token(new, "internet") == first


@RACE
def test_starts_in_the_same_instant_keep_the_limit(internet, settings):
    settings.CHAT_STARTS_PER_MINUTE = 3
    told = race(*[lambda: start(internet)] * 8)
    assert sum(isinstance(answer, starting.TooMany) for answer in told) == 5
    assert Activity.objects.count() == 3


def test_place_in_line_is_by_first_waiting_time(internet):
    first, second = chat_in(internet), chat_in(internet)
    assert [chats.place_in_line(task.activity_id) for task in (first, second)] == [1, 2]
    chats.leave(first.activity_id)
    assert chats.place_in_line(second.activity_id) == 1
    assert chats.place_in_line(first.activity_id) is None


# --- leaving and coming back


@pytest.mark.rule("R42")
def test_who_leaves_before_accept_is_kept_as_abandoned(internet):
    task = chat_in(internet)
    seq = Queue.objects.get().seq
    chats.leave(task.activity_id)
    task.refresh_from_db()
    task.activity.refresh_from_db()
    assert (task.state, task.activity.state) == (Task.ABANDONED, Activity.ABANDONED)
    assert task.activity.ended_at == task.ended_at == task.activity.customer_left_at
    assert lines(task.activity)[-1] == ("system", "left")
    assert Queue.objects.get().seq == seq + 1


@pytest.mark.rule("R42")
def test_who_leaves_after_accept_stays_a_task(internet, ana):
    task = held(chat_in(internet), by=ana)
    before = state_of(ana.pk)
    chats.leave(task.activity_id)
    task.refresh_from_db()
    task.activity.refresh_from_db()
    assert (task.state, task.activity.state) == (Task.ACTIVE, Activity.ACTIVE)
    assert task.activity.customer_left_at
    assert state_of(ana.pk) != before


@pytest.mark.rule("R42")
def test_leaving_twice_is_leaving_once(internet):
    task = chat_in(internet)
    chats.leave(task.activity_id)
    chats.leave(task.activity_id)
    assert lines(task.activity).count(("system", "left")) == 1


@pytest.mark.rule("R42")
def test_who_comes_back_waits_at_the_first_time(internet):
    task = chat_in(internet)
    Task.objects.update(waiting_since=ago(minutes=3))
    first = Task.objects.get().waiting_since
    chats.leave(task.activity_id)
    chats.come_back(task.activity_id)
    again = Task.objects.live().get()
    assert again != task
    assert (again.waiting_since, again.activity_id) == (first, task.activity_id)
    assert again.activity.state == Activity.WAITING
    assert again.activity.ended_at is None


@pytest.mark.rule("R42")
def test_who_comes_back_into_a_task_goes_on(internet, ana):
    task = held(chat_in(internet), by=ana)
    chats.leave(task.activity_id)
    chats.come_back(task.activity_id)
    assert Task.objects.get() == task
    assert Activity.objects.get().customer_left_at is None


@pytest.mark.rule("R88")
def test_nobody_comes_back_into_a_closed_chat(internet, ana):
    task = held(chat_in(internet), by=ana)
    closing.close(task.pk, closing.Leftovers(), choice="discard", by=ana)
    chats.come_back(task.activity_id)
    assert not Task.objects.live().exists()


@pytest.mark.rule("R42")
def test_page_of_who_ended_the_chat_does_not_bring_them_back(internet):
    task = chat_in(internet)
    chats.leave(task.activity_id)
    chats.present(Activity.objects.get())
    assert not Task.objects.live().exists()


@pytest.mark.rule("R42")
def test_page_of_who_was_only_gone_brings_them_back(internet):
    silent_for(chat_in(internet).activity, 61)
    assert chats.sweep_gone() == 1
    chats.present(Activity.objects.get())
    assert Task.objects.live().count() == 1


@pytest.mark.rule("R42")
@pytest.mark.parametrize(("seconds", "gone"), [(59, 0), (61, 1)])
def test_waiting_customer_is_gone_after_sixty_seconds(internet, seconds, gone):
    task = chat_in(internet)
    silent_for(task.activity, seconds)
    assert chats.sweep_gone() == gone
    assert Task.objects.live().exists() != bool(gone)


@pytest.mark.rule("R42")
@pytest.mark.parametrize(("seconds", "gone"), [(179, 0), (181, 1)])
def test_talking_customer_is_gone_after_three_minutes(internet, ana, seconds, gone):
    task = held(chat_in(internet), by=ana)
    silent_for(task.activity, seconds)
    assert chats.sweep_gone() == gone
    assert Task.objects.get().is_active
    assert bool(Activity.objects.get().customer_left_at) == bool(gone)


def test_sweep_lets_go_nobody_twice(internet):
    silent_for(chat_in(internet).activity, 61)
    assert (chats.sweep_gone(), chats.sweep_gone()) == (1, 0)


def test_who_never_had_a_page_is_not_missed(internet):
    task = chat_in(internet)
    Activity.objects.update(customer_seen_at=None)
    assert chats.sweep_gone(timezone.now() + timedelta(days=1)) == 0
    assert Task.objects.get() == task


def test_sign_of_life_between_sweep_and_leave_counts(internet):
    task = chat_in(internet)
    chats.leave(task.activity_id, unless_seen_since=ago(seconds=60))
    assert Task.objects.get().is_waiting


@RACE
@pytest.mark.rule("R42")
def test_sweeps_in_the_same_instant_let_go_once(internet):
    silent_for(chat_in(internet).activity, 61)
    race(*[chats.sweep_gone] * 4)
    assert Message.objects.filter(kind=Message.LEFT).count() == 1


@RACE
@pytest.mark.rule("R42")
def test_sweep_against_coming_back(internet):
    """Whoever is first, a customer whose page answers waits in the end, once."""
    for _ in range(5):
        task = chat_in(internet)
        silent_for(task.activity, 61)
        race(chats.sweep_gone, lambda task=task: chats.present(Activity.objects.get(pk=task.activity_id)))
        chats.present(Activity.objects.get(pk=task.activity_id))
        assert Task.objects.live().filter(activity=task.activity_id).count() == 1
        assert Activity.objects.get(pk=task.activity_id).customer_left_at is None


@pytest.mark.rule("R41", "R42")
def test_who_comes_back_to_a_closed_request_gets_another(internet, ana, marko, jelena):
    task = held(chat_of(jelena, internet), ana)
    former = task.activity.care_request
    transferring.to_queue(task.pk, internet, note="", by=ana)
    solving.mark_solved(former, by=ana.user)
    chats.leave(task.activity_id)
    chats.come_back(task.activity_id)
    waiting = Task.objects.waiting().select_related("activity").get()
    assert waiting.activity.care_request is None
    accept(waiting.pk, by=marko)
    found = Activity.objects.get(pk=task.activity_id).care_request
    assert found.is_open
    assert found != former
    assert not CareRequest.objects.get(pk=former.pk).is_open


@pytest.mark.rule("R41", "R42", "R90")
def test_who_comes_back_to_a_request_that_is_due_to_close_gets_another(internet, ana, jelena):
    task = held(chat_of(jelena, internet), ana)
    former = task.activity.care_request
    transferring.to_queue(task.pk, internet, note="", by=ana)
    chats.leave(task.activity_id)
    CareRequest.objects.update(touched_at=ago(days=6))
    chats.come_back(task.activity_id)
    assert Activity.objects.get(pk=task.activity_id).care_request is None
    assert autoclose.close_due() == 1
    assert not CareRequest.objects.get(pk=former.pk).is_open


@RACE
@pytest.mark.rule("R42")
def test_two_tabs_come_back_once(internet):
    task = chat_in(internet)
    chats.leave(task.activity_id)
    told = race(*[lambda: chats.come_back(task.activity_id)] * 4)
    assert told == [None] * 4
    assert Task.objects.live().count() == 1


# --- talking


def say(task, text, **given):
    return chats.hear(
        Activity.objects.get(pk=task.activity_id), text=text, uuid=given.get("uuid") or uuid.uuid4()
    )


@pytest.mark.rule("R2")
def test_unread_and_unanswered_words_are_counted(internet, ana):
    task = held(chat_in(internet), by=ana)
    chats.answer(task.pk, text="Hello Vera", uuid=uuid.uuid4(), by=ana)
    assert not Activity.objects.get().unread
    first = say(task, "Are you there?")
    say(task, "Hello?")
    activity = Activity.objects.get()
    assert (activity.unread, activity.unanswered_since) == (2, first.sent_at)


@pytest.mark.rule("R2")
def test_reading_is_not_answering(internet, ana):
    task = held(chat_in(internet), by=ana)
    chats.read(task.pk, 2, by=ana)
    activity = Activity.objects.get()
    assert (activity.unread, activity.agent_seen_seq) == (0, 2)
    assert activity.unanswered_since


def test_the_desk_knows_that_something_was_said_answered_or_read(internet, ana, marko):
    task, others = held(chat_in(internet), by=ana), state_of(marko.pk)
    seen = {state_of(ana.pk)}
    say(task, "Are you there?")
    seen.add(state_of(ana.pk))
    chats.read(task.pk, 3, by=ana)
    seen.add(state_of(ana.pk))
    chats.answer(task.pk, text="Hello Vera", uuid=uuid.uuid4(), by=ana)
    seen.add(state_of(ana.pk))
    assert len(seen) == 4
    assert state_of(marko.pk) == others


@RACE
def test_what_is_said_waits_for_no_other_chat_of_the_agent(internet, ana):
    task = held(chat_in(internet), by=ana)
    with transaction.atomic():
        Agent.objects.select_for_update(no_key=True).get(pk=ana.pk)
        (message,) = race(lambda: say(task, "Are you there?"))
    assert message.seq == 4


@pytest.mark.rule("R20")
def test_reading_needs_the_task(internet, ana, marko):
    task = chat_in(internet)
    chats.read(task.pk, 2, by=ana)
    accept(task.pk, by=ana)
    chats.read(task.pk, 2, by=marko)
    assert Activity.objects.get().agent_seen_seq == 0


def test_only_the_holder_answers(internet, ana, marko):
    task = held(chat_in(internet), by=ana)
    with pytest.raises(Task.DoesNotExist):
        chats.answer(task.pk, text="Hello", uuid=uuid.uuid4(), by=marko)


@pytest.mark.rule("R42")
def test_words_of_who_left_bring_them_back(internet):
    task = chat_in(internet)
    chats.leave(task.activity_id)
    say(task, "Still there?")
    assert Task.objects.live().count() == 1
    assert lines(task.activity)[-2:] == [("system", "returned"), ("customer", "text")]


@pytest.mark.rule("R88")
def test_nothing_is_said_in_a_closed_chat(internet, ana):
    task = held(chat_in(internet), by=ana)
    closing.close(task.pk, closing.Leftovers(), choice="discard", by=ana)
    with pytest.raises(chat.Refused) as refused:
        say(task, "One more thing")
    assert refused.value.code == "over"


@pytest.mark.rule("R50")
@pytest.mark.parametrize(("text", "code"), [(" \n", "empty"), ("x" * 2001, "too_long")])
def test_empty_and_too_long_words_are_refused(internet, text, code):
    with pytest.raises(chat.Refused) as refused:
        say(chat_in(internet), text)
    assert refused.value.code == code


@pytest.mark.rule("R50")
def test_two_thousand_code_points_are_said(internet):
    text = "\r\n".join(["e\u0301" * 999, "é" * 1000])
    assert len(say(chat_in(internet), text).text) == 2000


@pytest.mark.rule("R100")
def test_too_many_messages_are_refused_for_a_minute(internet, settings):
    settings.CHAT_MESSAGES_PER_MINUTE = 3
    task = chat_in(internet)
    say(task, "two")
    say(task, "three")
    with pytest.raises(chat.Refused) as refused:
        say(task, "four")
    assert refused.value.code == "too_fast"
    Message.objects.update(sent_at=ago(seconds=61))
    assert say(task, "four").seq == 5


@pytest.mark.rule("R100")
def test_same_message_sent_again_is_the_same(internet):
    task, once = chat_in(internet), uuid.uuid4()
    assert say(task, "Hello?", uuid=once) == say(task, "Hello?", uuid=once)
    assert Activity.objects.get().last_seq == 3


@pytest.mark.rule("R100")
def test_what_is_stored_is_known_also_where_nothing_more_may_be_said(internet, settings):
    task, once = chat_in(internet), uuid.uuid4()
    settings.CHAT_MESSAGES_PER_MINUTE = 2
    message = say(task, "Hello?", uuid=once)
    with pytest.raises(chat.Refused):
        say(task, "Hello??")
    assert say(task, "Hello?", uuid=once) == message
    Activity.objects.update(state=Activity.ENDED, ended_at=timezone.now())
    assert say(task, "Hello?", uuid=once) == message


@RACE
@pytest.mark.rule("R100")
def test_eight_connections_send_the_same_message(internet):
    task, once = chat_in(internet), uuid.uuid4()
    told = race(*[lambda: say(task, "Hello?", uuid=once).seq] * 8)
    assert told == [3] * 8
    assert Message.objects.filter(text="Hello?").count() == 1


@RACE
@pytest.mark.rule("R100")
def test_numbers_have_no_gap_under_eight_senders(internet, ana):
    task = held(chat_in(internet), by=ana)

    def talk(place):
        for number in range(10):
            text, once = f"{place} {number}", uuid.uuid4()
            if place % 2:
                say(task, text, uuid=once)
            else:
                chats.answer(task.pk, text=text, uuid=once, by=ana)

    told = race(*[lambda place=place: talk(place) for place in range(8)])
    assert told == [None] * 8
    numbers = list(Message.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, 84))
    assert Activity.objects.get().last_seq == 83


@RACE
@pytest.mark.rule("R88", "R100")
def test_last_words_against_close(internet, ana):
    """Said before Close and kept, or refused in words; never lost, never after the end."""
    for _ in range(5):
        task = held(chat_in(internet), by=ana)
        said, closed = race(
            lambda task=task: say(task, "Wait!"),
            lambda task=task: closing.close(task.pk, closing.Leftovers(), choice="discard", by=ana),
        )
        assert closed.state == Task.CLOSED
        kinds = [kind for _side, kind in lines(task.activity)]
        assert kinds[-1] == "closed"
        assert isinstance(said, chat.Refused) or said.text == "Wait!"


def test_seen_goes_only_forward_and_never_beyond(internet, ana):
    task = held(chat_in(internet), by=ana)
    assert chat.seen_by_customer(task.activity_id, 3)
    assert not chat.seen_by_customer(task.activity_id, 2)
    assert not chat.seen_by_customer(task.activity_id, 99)
    assert Activity.objects.get().customer_seen_seq == 3


def test_messages_since_a_number_in_their_order(internet, jelena, ana):
    task = held(chat_of(jelena, internet), by=ana)
    say(task, "four")
    say(task, "five")
    assert [message.seq for message in chat.since(task.activity, 3)] == [4, 5]
    assert [message.seq for message in chat.since(task.activity, 0, limit=2)] == [4, 5]


@pytest.mark.rule("R88")
@pytest.mark.parametrize("stars", [0, 6, -1])
def test_rating_is_one_to_five(internet, stars):
    with pytest.raises(ValidationError):
        chat.rate(chat_in(internet).activity, stars)


@pytest.mark.rule("R50", "R88")
def test_rating_comment_has_its_limit(internet):
    activity = chat_in(internet).activity
    with pytest.raises(ValidationError):
        chat.rate(activity, 5, "x" * 2001)
    chat.rate(activity, 5, "Quick!")
    activity.refresh_from_db()
    assert (activity.rating, activity.rating_comment) == (5, "Quick!")


@pytest.mark.rule("R2")
def test_words_that_come_while_others_are_read_stay_unread(internet, ana):
    task = held(chat_in(internet), ana)
    read_to = Activity.objects.get(pk=task.activity_id).last_seq
    chats.hear(task.activity, text="And one more", uuid=uuid.uuid4())
    chats.read(task.pk, read_to, by=ana)
    assert Activity.objects.get(pk=task.activity_id).unread == 1


def test_a_page_address_with_nothing_in_it_is_no_error(internet):
    _activity, token = start(internet, page="https://shop.example/\0help")
    assert starting.of_token(token, "internet").source_page == "https://shop.example/help"
