"""Communication: transcript, pages of it, head and composer (R4, R20)."""

import re
import uuid
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Activity, Call, Email, Message
from activities.views.communication import PAGE
from queues import chats, lines
from queues.accepting import accept
from queues.models import Agent, Task
from queues.stamps import stamp_of
from tests.cast import ago, call_in, chat_in, held

HTMX = {"HX-Request": "true"}


@pytest.fixture
def look(client, ana):
    """look("communication", task, after=3) → the answer's words."""
    client.force_login(ana.user)

    def get(name, task, status=200, **query):
        answer = client.get(reverse(name, args=[task.pk]), query, headers=HTMX)
        assert answer.status_code == status
        return answer.content.decode()

    return get


def talked(task, ana, turns):
    """After `turns` messages of each side."""
    for number in range(turns):
        chats.answer(task.pk, text=f"Answer {number}", uuid=uuid.uuid4(), by=ana)
        chats.hear(task.activity, text=f"Words {number}", uuid=uuid.uuid4())
    return task


def numbers(page):
    return [int(number) for number in re.findall(r'data-seq="(\d+)"', page)]


@pytest.mark.rule("R4")
def test_a_chat_shows_what_was_said_and_what_happened(look, internet, ana):
    task = talked(held(chat_in(internet, name="Noor van Dijk", text="Mijn factuur"), ana), ana, 1)
    page = look("task", task)
    for words in (
        "Noor van Dijk started the chat",
        "Mijn factuur",
        "Ana Kovač accepted",
        "Answer 0",
        "Words 0",
    ):
        assert words in page
    assert numbers(page) == [1, 2, 3, 4, 5]


def test_what_people_write_is_text_and_never_markup(look, internet, ana):
    page = look("task", held(chat_in(internet, text="<script>alert(1)</script>"), ana))
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_consecutive_words_of_one_side_and_minute_are_one_block(look, internet, ana):
    task = held(chat_in(internet), ana)
    for text in ("One", "Two"):
        chats.answer(task.pk, text=text, uuid=uuid.uuid4(), by=ana)
    chats.hear(task.activity, text="Three", uuid=uuid.uuid4())
    page = look("task", task)
    assert len(re.findall(r'class="turn mine follows"', page)) == 1
    Message.objects.filter(text="One").update(sent_at=ago(minutes=2))
    assert "follows" not in look("task", task)


def test_what_the_customer_has_seen_is_marked(look, internet, ana):
    task = held(chat_in(internet), ana)
    for text in ("One", "Two"):
        chats.answer(task.pk, text=text, uuid=uuid.uuid4(), by=ana)
    Activity.objects.filter(pk=task.activity_id).update(customer_seen_seq=4)
    assert re.findall(r'data-state="(sent|seen)"', look("task", task)) == ["seen", "sent"]


def test_long_conversations_come_in_pages(look, internet, ana):
    task = talked(held(chat_in(internet), ana), ana, PAGE)
    last = 3 + 2 * PAGE
    page = look("task", task)
    assert numbers(page) == list(range(last - PAGE + 1, last + 1))
    assert f"?before={last - PAGE + 1}" in page
    earlier = look("messages", task, before=last - PAGE + 1)
    assert numbers(earlier) == list(range(last - 2 * PAGE + 1, last - PAGE + 1))
    first = look("messages", task, before=4)
    assert numbers(first) == [1, 2, 3]
    assert "Show earlier" not in first


def test_a_gap_is_filled(look, internet, ana):
    task = talked(held(chat_in(internet), ana), ana, 2)
    assert numbers(look("messages", task, after=5)) == [6, 7]
    assert numbers(look("messages", task, after=7)) == []


@pytest.mark.parametrize("query", [{}, {"after": "x"}, {"after": "-1"}, {"before": ""}, {"after": "9" * 20}])
def test_a_page_that_cannot_be_is_not_found(look, internet, ana, query):
    look("messages", held(chat_in(internet), ana), status=404, **query)


def test_the_head_is_looked_at_alone(look, internet, ana):
    page = look("communication", held(chat_in(internet, name="Noor van Dijk"), ana), state="active")
    assert "Noor van Dijk" in page
    assert "<textarea" not in page
    assert 'id="messages"' not in page


@pytest.mark.rule("R42")
def test_a_customer_who_left_is_said_in_the_head(look, internet, ana):
    task = held(chat_in(internet), ana)
    assert "The customer left" not in look("communication", task)
    chats.leave(task.activity_id)
    assert "The customer left at" in look("communication", task)
    assert 'id="compose"' in look("task", task)


def test_another_state_makes_the_page_look_at_everything(client, internet, ana):
    client.force_login(ana.user)
    task = chat_in(internet)
    address = reverse("communication", args=[task.pk])
    assert "HX-Trigger" not in client.get(address, {"state": "waiting"}, headers=HTMX)
    held(task, ana)
    assert client.get(address, {"state": "waiting"}, headers=HTMX)["HX-Trigger"] == "look-work"


@pytest.mark.rule("R20")
def test_a_preview_says_how_long_and_whether_longest(look, internet, ana):
    second, first = chat_in(internet), chat_in(internet)
    Task.objects.filter(pk=first.pk).update(waiting_since=ago(minutes=3))
    assert "longest of 2 in Internet" in look("task", first)
    assert "longest of" not in look("task", second)
    assert "Read-only" in look("task", second)


def test_of_a_preview_the_page_it_came_from_is_shown(look, internet):
    task = chat_in(internet)
    Activity.objects.filter(pk=task.activity_id).update(source_page="https://post.example/router")
    assert "from post.example/router" in look("task", task)


@pytest.mark.rule("R4")
def test_a_call_shows_its_number_direction_and_queue(look, internet):
    page = look("task", call_in(internet, number="+31 20 794 0800"))
    for words in ("+31 20 794 0800", "Incoming", "Internet", "Ringing", "Waiting since"):
        assert words in page
    assert 'role="log"' not in page


@pytest.mark.rule("R4")
def test_a_call_in_progress_shows_what_it_does(look, pbx, ana):
    Agent.objects.filter(pk=ana.pk).update(extension="204")
    pbx.new_call()
    accept(pbx.task.pk, by=ana)
    assert_says(look("communication", pbx.task), "Ringing", "Answer it on your phone", "Your extension 204")
    pbx.answer("ana")
    Call.objects.update(answered_at=ago(seconds=400), rang_at=ago(seconds=442))
    assert_says(look("communication", pbx.task), "Talking", "6:40", "Rang in Internet 0:4", "You answered")
    pbx.say("hold")
    Call.objects.update(held_since=ago(seconds=65))
    assert_says(look("communication", pbx.task), "On hold", "on hold since")
    pbx.say("resume")
    assert_says(look("communication", pbx.task), "Talking", "on hold 1:05 of it")
    pbx.hang_up("forked by a cat")
    assert_says(look("communication", pbx.task), "Talk time 6:4", "Ended: forked by a cat")


@pytest.mark.rule("R4")
def test_a_call_that_goes_out_or_nowhere_says_so(look, pbx, ana):
    pbx.new_call(direction="out", user="ana")
    page = look("communication", pbx.task)
    assert_says(page, "Outgoing", "You dialled", "+49 30 1234567")
    assert "Waiting time" not in page
    pbx.new_call(**{"from": "anonymous"})
    pbx.answer("ana")
    assert_says(look("communication", pbx.task), "Number withheld")
    pbx.say("transfer", agent="0900")
    assert_says(look("communication", pbx.task), "Somebody else has it now")


@pytest.mark.rule("R4", "R40", "R42")
def test_an_accepted_call_without_an_answer_says_what_became_of_it(look, pbx, ana):
    pbx.new_call()
    accept(pbx.task.pk, by=ana)
    lines.sweep(pbx.task.accepted_at + timedelta(seconds=60))
    assert_says(look("communication", pbx.task), "your line is free")
    pbx.hang_up("cancel")
    page = look("communication", pbx.task)
    assert_says(page, "Ended: The caller hung up")
    assert "Coming back" not in page


def assert_says(page, *words):
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert not [word for word in words if word not in said], said


@pytest.mark.rule("R4")
def test_a_lost_push_of_a_call_does_no_harm(pbx, ana):
    """The stamp, which the page compares, is another one after each event."""
    pbx.new_call()
    stamps = [stamp_of(pbx.task.pk)]
    for event in ("answer", "hold", "resume", "hangup"):
        pbx.say(event, answeringNumber="ana")
        stamps.append(stamp_of(pbx.task.pk))
    assert all(before != after for before, after in pairwise(stamps))


@pytest.mark.rule("R4")
def test_an_email_shows_its_thread(look, internet):
    activity = Activity.objects.create(
        medium=Activity.EMAIL, source_email="noor@post.example", subject="Verhuizing"
    )
    Email.objects.create(
        activity=activity,
        direction="in",
        message_id="<1@post.example>",
        from_address="noor@post.example",
        subject="Verhuizing",
        text="Per <1 december>",
    )
    page = look("task", chats.wait_in(internet, activity))
    for words in ("Verhuizing", "noor@post.example", "Per &lt;1 december&gt;"):
        assert words in page


def test_a_chat_of_many_words_asks_no_more_than_one_of_few(look, internet, ana):
    def asked(task):
        look("task", task)
        with CaptureQueriesContext(connection) as queries:
            look("task", task)
        return len(queries)

    few = held(chat_in(internet), ana)
    assert asked(few) == asked(talked(held(chat_in(internet), ana), ana, 30))


@pytest.mark.parametrize("name", ["communication", "messages"])
def test_of_others_conversations_nothing_is_shown(client, internet, billing, ana, marko, mallory, name):
    theirs = reverse(name, args=[held(chat_in(internet), marko).pk])
    assert client.get(theirs, {"after": 0}).status_code == 302
    client.force_login(mallory)
    assert client.get(theirs, {"after": 0}).status_code == 403
    client.force_login(ana.user)
    assert client.get(theirs, {"after": 0}).status_code == 404
    assert client.get(reverse(name, args=[chat_in(billing).pk]), {"after": 0}).status_code == 404
    assert client.post(theirs).status_code == 405
