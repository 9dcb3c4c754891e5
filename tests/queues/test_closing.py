"""Close ends the interaction; everything is stored first, or nothing closes (R85 to R88)."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from activities import drafts, joining, remarks
from activities.models import Activity, Comment, Draft, Message, Tag
from caredesk.stale import Stale
from customers import editing
from customers.models import Customer
from queues import chats
from queues.closing import CREATE, DISCARD, SAVE, USE, Edit, Leftovers, Question, close
from queues.models import Agent, Queue, Task
from requests_app.editing import Closed, save_details
from requests_app.models import CareRequest
from tests.cast import ago, call_in, chat_in, chat_of, held
from tests.racing import race

VERA = {"first_name": "Vera", "last_name": "Check", "emails": ["vera@post.example"]}


@pytest.fixture
def task(internet, ana, jelena):
    """A chat of a stored customer."""
    return held(chat_of(jelena, internet), by=ana)


@pytest.fixture
def unknown(internet, ana):
    """A chat of somebody who is not stored."""
    return held(chat_in(internet), by=ana)


def still_open(task):
    task.refresh_from_db()
    task.activity.refresh_from_db()
    return task.is_active and task.activity.state == Activity.ACTIVE


# --- ending


@pytest.mark.rule("R85", "R88")
def test_close_ends_the_interaction_and_not_the_request(task, ana):
    seq = Agent.objects.get().desk_seq
    closed = close(task.pk, Leftovers(), by=ana)
    activity = Activity.objects.get()
    assert (closed.state, activity.state) == (Task.CLOSED, Activity.ENDED)
    assert closed.ended_at == activity.ended_at
    assert (activity.unread, activity.unanswered_since) == (0, None)
    assert activity.care_request.is_open
    last = activity.messages.last()
    assert (last.kind, last.author_name) == (Message.CLOSED, "Ana Kovač")
    assert Agent.objects.get().desk_seq == seq + 1


@pytest.mark.rule("R85")
def test_closing_twice_changes_nothing(task, ana):
    first = close(task.pk, Leftovers(), by=ana)
    again = close(task.pk, Leftovers(), by=ana)
    assert again.ended_at == first.ended_at
    assert Message.objects.filter(kind=Message.CLOSED).count() == 1


def test_only_the_holder_closes(task, marko):
    with pytest.raises(Task.DoesNotExist):
        close(task.pk, Leftovers(), by=marko)
    assert still_open(task)


@pytest.mark.rule("R90")
def test_close_starts_the_days_anew(task, ana):
    CareRequest.objects.update(touched_at=ago(days=4))
    close(task.pk, Leftovers(), by=ana)
    assert CareRequest.objects.get().touched_at > ago(minutes=1)


@pytest.mark.rule("R40")
def test_close_frees_the_line(internet, ana):
    call = held(call_in(internet), by=ana)
    assert not close(call.pk, Leftovers(), choice=DISCARD, by=ana).line_busy
    assert held(call_in(internet), by=ana).line_busy


@pytest.mark.rule("R42")
def test_chat_whose_customer_left_is_closed_like_any(task, ana):
    chats.leave(task.activity_id)
    assert close(task.pk, Leftovers(), by=ana).state == Task.CLOSED


# --- the one question


@pytest.mark.rule("R85")
def test_stored_customer_without_changes_is_no_question(task, ana):
    assert close(task.pk, Leftovers(), by=ana).state == Task.CLOSED


@pytest.mark.rule("R85")
def test_unsaved_changes_are_asked_about(task, ana):
    with pytest.raises(Question) as question:
        close(task.pk, Leftovers(customer={"city": "Niš"}, customer_version=1), by=ana)
    assert question.value.kind == SAVE
    assert still_open(task)


@pytest.mark.rule("R85")
def test_customer_never_created_is_asked_about(unknown, ana):
    with pytest.raises(Question) as question:
        close(unknown.pk, Leftovers(), by=ana)
    assert question.value.kind == CREATE
    assert still_open(unknown)


@pytest.mark.rule("R86")
def test_save_stores_and_closes(task, ana, jelena):
    close(task.pk, Leftovers(customer={"city": "Niš"}, customer_version=1), choice=SAVE, by=ana)
    jelena.refresh_from_db()
    assert jelena.city == "Niš"
    assert not still_open(task)


@pytest.mark.rule("R86")
def test_discard_drops_and_closes(task, ana, jelena):
    close(task.pk, Leftovers(customer={"city": "Niš"}, customer_version=1), choice=DISCARD, by=ana)
    jelena.refresh_from_db()
    assert jelena.city == ""
    assert not still_open(task)


@pytest.mark.rule("R86")
def test_create_stores_customer_and_request_and_closes(unknown, ana):
    joining.note(unknown.activity, {"title": "Router"})
    close(unknown.pk, Leftovers(customer=VERA), choice=CREATE, by=ana)
    activity = Activity.objects.get()
    assert activity.customer.full_name == "Vera Check"
    assert activity.care_request.title == "Router"
    assert not still_open(unknown)


@pytest.mark.rule("R85", "R71")
def test_use_this_one_links_and_closes(unknown, ana, jelena):
    close(unknown.pk, Leftovers(use=jelena), choice=USE, by=ana)
    activity = Activity.objects.get()
    assert (activity.customer, activity.verified) == (jelena, True)
    assert activity.care_request.customer == jelena
    assert Customer.objects.count() == 1


@pytest.mark.rule("R86")
def test_discarded_stranger_stays_recorded_with_two_notes(unknown, ana):
    joining.note(unknown.activity, {"title": "Router"})
    left = Leftovers([Edit(unknown.activity, {"description": "Goes dark"})], customer=VERA)
    close(unknown.pk, left, choice=DISCARD, by=ana)
    activity = Activity.objects.get()
    assert (activity.title_note, activity.description_note) == ("Router", "Goes dark")
    assert (activity.source_name, activity.source_email) == ("Vera Check", "vera@post.example")
    assert (activity.customer, Customer.objects.count(), CareRequest.objects.count()) == (None, 0, 0)


# --- what is left over is stored, or nothing closes


@pytest.mark.rule("R51", "R87")
def test_half_typed_words_are_stored_at_close(task, ana):
    edits = [
        Edit(task.activity.care_request, {"title": "Router", "description": "Goes dark"}, version=1),
        Edit(task.activity, {"tag": " hardware ", "comment": "Call back"}),
    ]
    close(task.pk, Leftovers(edits), by=ana)
    care_request = CareRequest.objects.get()
    assert (care_request.title, care_request.description) == ("Router", "Goes dark")
    assert (Tag.objects.get().name, Comment.objects.get().text) == ("hardware", "Call back")


@pytest.mark.rule("R62", "R87")
def test_half_typed_twin_of_a_tag_does_not_stop_close(task, ana):
    remarks.add_tag(task.activity, "Router", by=ana.user)
    close(task.pk, Leftovers([Edit(task.activity, {"tag": "router"})]), by=ana)
    assert Tag.objects.count() == 1
    assert not still_open(task)


@pytest.mark.rule("R87")
def test_unsent_message_stops_close(task, ana):
    with pytest.raises(ValidationError) as refused:
        close(task.pk, Leftovers(message="One more thing"), by=ana)
    assert list(refused.value.message_dict) == ["message"]
    assert still_open(task)


@pytest.mark.rule("R50", "R87")
@pytest.mark.parametrize(
    ("field", "text"),
    [("title", "x" * 2001), ("description", "x" * 2001), ("tag", "x" * 51), ("comment", "x" * 2001)],
)
def test_what_cannot_be_stored_stops_close_and_leaves_nothing_half_done(task, ana, field, text):
    record = task.activity.care_request if field in ("title", "description") else task.activity
    edits = [Edit(task.activity, {"comment": "Fine"}), Edit(record, {field: text}, version=1)]
    with pytest.raises(ValidationError) as refused:
        close(task.pk, Leftovers(edits), by=ana)
    assert field in refused.value.message_dict
    assert still_open(task)
    assert not Tag.objects.exists()
    assert not Comment.objects.exists()


@pytest.mark.rule("R87")
def test_invalid_new_customer_stops_close(unknown, ana):
    with pytest.raises(ValidationError) as refused:
        close(unknown.pk, Leftovers(customer={"emails": ["vera@"]}), choice=CREATE, by=ana)
    assert list(refused.value.message_dict) == ["emails"]
    assert still_open(unknown)
    assert not Customer.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R52", "R87")
def test_stale_title_stops_close(task, ana, marko):
    save_details(task.activity.care_request, {"title": "Theirs"}, version=1, by=marko.user)
    with pytest.raises(Stale):
        close(task.pk, Leftovers([Edit(task.activity.care_request, {"title": "Mine"}, version=1)]), by=ana)
    assert still_open(task)
    assert CareRequest.objects.get().title == "Theirs"


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R52", "R87")
def test_stale_customer_stops_close(task, ana, marko, jelena):
    editing.save(jelena, {"city": "Niš"}, version=1, by=marko.user)
    with pytest.raises(Stale):
        close(task.pk, Leftovers(customer={"city": "Čačak"}, customer_version=1), choice=SAVE, by=ana)
    assert still_open(task)


@pytest.mark.rule("R55", "R87")
def test_words_for_a_request_that_was_closed_stop_close(task, ana, jelena):
    older = CareRequest.objects.create(customer=jelena, state="closed", closed_at=ago(days=1))
    with pytest.raises(Closed):
        close(task.pk, Leftovers([Edit(older, {"title": "Late"}, version=1)]), by=ana)
    assert still_open(task)


@pytest.mark.rule("R51")
def test_drafts_of_what_was_closed_are_forgotten(task, ana, marko):
    record = f"activity-{task.activity_id}"
    drafts.keep(ana.user, record, "message", "half")
    drafts.keep(marko.user, record, "message", "his own")
    close(task.pk, Leftovers(), by=ana)
    assert [draft.agent for draft in Draft.objects.all()] == [marko.user]


@pytest.mark.django_db(transaction=True)
def test_close_does_not_wait_for_who_holds_the_queue(task, ana):
    """Whoever rings a queue does so last, and must not be waited for by who has its agent already."""
    with transaction.atomic():
        Queue.objects.select_for_update(no_key=True).get(pk=task.queue_id)
        (told,) = race(lambda: close(task.pk, Leftovers(), by=ana).state)
    assert told == Task.CLOSED


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R85")
def test_two_tabs_close_once(task, ana):
    told = race(*[lambda: close(task.pk, Leftovers(), by=ana).state] * 4)
    assert told == [Task.CLOSED] * 4
    assert Message.objects.filter(kind=Message.CLOSED).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R87")
def test_create_pressed_in_two_tabs_makes_one_customer(unknown, ana):
    told = race(*[lambda: close(unknown.pk, Leftovers(customer=VERA), choice=CREATE, by=ana).state] * 2)
    assert told == [Task.CLOSED] * 2
    assert Customer.objects.count() == 1
