"""The rail: In progress and Queue (R2)."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities import drafts
from customers import editing
from queues import chats, desk
from queues.models import Task
from tests.cast import ago, call_in, chat_in, chat_of, held

HTMX = {"HX-Request": "true"}


@pytest.fixture
def rail(client, ana):
    """rail() → the list as ana gets it, with `?task=` of what she has selected, and whatever else is `asked`."""
    client.force_login(ana.user)

    def look(task=None, asked=(), **headers):
        given = dict(asked) | ({"task": task.pk} if task else {})
        return client.get(reverse("tasks"), given, headers=HTMX | headers)

    return look


def lists(response):
    """The words of each row by its task's number, in the order shown: (in progress, queue)."""
    page = response.content.decode()
    return tuple(part.split("</ul>")[0] for part in page.split('<ul id="')[1:3])


@pytest.mark.rule("R2")
def test_in_progress_holds_the_agents_own_tasks_only(rail, internet, ana, marko):
    mine, theirs = (
        held(chat_in(internet, name="Own Customer"), ana),
        held(chat_in(internet, name="Other"), marko),
    )
    in_progress, queue = lists(rail())
    assert f"task-{mine.pk}" in in_progress
    assert f"task-{theirs.pk}" not in in_progress + queue


@pytest.mark.rule("R2")
def test_queue_holds_what_waits_longest_first(rail, internet, ana):
    second, first = chat_in(internet), chat_in(internet)
    Task.objects.filter(pk=first.pk).update(waiting_since=ago(minutes=9))
    _in_progress, queue = lists(rail())
    assert queue.index(f'id="task-{first.pk}"') < queue.index(f'id="task-{second.pk}"')
    assert "Internet · you pick" in queue


@pytest.mark.rule("R2")
def test_automatic_queue_is_one_line_with_count_and_no_button(rail, billing, ana):
    chat_in(billing, name="Nobody Sees"), chat_in(billing)
    _in_progress, queue = lists(rail())
    assert "2 waiting, offered in turn" in queue
    assert "<button" not in queue
    assert "Nobody Sees" not in queue


@pytest.mark.rule("R2")
def test_unread_words_are_counted_and_timed(rail, internet, ana):
    task = held(chat_in(internet), ana)
    chats.answer(task.pk, text="Hello", uuid=uuid.uuid4(), by=ana)
    chats.hear(task.activity, text="One", uuid=uuid.uuid4())
    chats.hear(task.activity, text="Two", uuid=uuid.uuid4())
    in_progress, _queue = lists(rail())
    assert 'data-unread="2"' in in_progress
    assert "2 unread messages" in in_progress
    task.activity.refresh_from_db()
    assert f'data-since="{task.activity.unanswered_since.isoformat()}"' in in_progress
    assert "Two" in in_progress


@pytest.mark.rule("R2")
def test_what_waits_too_long_is_late(rail, internet, ana):
    chat_in(internet)
    late = chat_in(internet)
    Task.objects.filter(pk=late.pk).update(waiting_since=ago(seconds=internet.late_seconds + 1))
    _in_progress, queue = lists(rail())
    assert queue.count('class="late"') == 1


def test_a_draft_shows_in_every_task_but_the_selected_one(rail, internet, ana):
    task = held(chat_in(internet), ana)
    drafts.keep(ana.user, f"activity-{task.activity_id}", "message", "Let me see")
    assert "Draft: Let me see" in lists(rail())[0]
    assert "Draft" not in lists(rail(task))[0]


def test_the_selected_task_is_marked(rail, internet, ana):
    task, other = chat_in(internet), chat_in(internet)
    _in_progress, queue = lists(rail(task))
    assert queue.count('aria-current="true"') == 1
    assert f'data-task="{task.pk}"' in queue.split('aria-current="true"')[0]
    assert other


def test_customer_who_left_is_said_so(rail, internet, ana):
    task = held(chat_in(internet), ana)
    chats.leave(task.activity_id)
    assert "Customer left" in lists(rail())[0]


def test_a_call_that_waits_rings(rail, internet, ana):
    call_in(internet)
    assert "+31 20 794 0800" in lists(rail())[1]
    assert "Ringing" in lists(rail())[1]


@pytest.mark.rule("R2", "R20")
def test_more_than_can_be_shown_are_counted_and_shown_when_asked_for(rail, internet, ana, monkeypatch):
    monkeypatch.setattr(desk, "SHOWN_A_QUEUE", 2)
    tasks = [chat_in(internet) for _ in range(5)]
    page = lists(rail())[1]
    assert page.count("data-task=") == 2
    assert "and 3 more waiting" in page
    page = lists(rail(asked={"shown": 4, "after": 2}))[1]
    assert page.count("data-task=") == 4
    assert "and 1 more waiting" in page
    assert [bool("autofocus" in row) for row in page.split("<form")[1:]] == [False, False, True, False]
    page = lists(rail(asked={"shown": 6}))[1]
    assert all(f'data-task="{task.pk}"' in page for task in tasks)
    assert "more waiting" not in page
    assert "autofocus" not in page


@pytest.mark.parametrize("asked", ["", "x", "-1", "99999999"])
def test_who_asks_for_more_in_no_number_gets_what_is_shown(rail, internet, ana, asked):
    chat_in(internet)
    assert lists(rail(asked={"shown": asked, "after": asked}))[1].count("data-task=") == 1


def test_empty_lists_say_so_in_words(rail):
    page = rail().content.decode()
    assert "Nothing in progress." in page
    assert "Nobody is waiting." in page


@pytest.mark.parametrize("given", ["", "x", "-1", "9" * 30, "99999"])
def test_a_wrong_selection_is_no_error(rail, client, given, ana):
    client.force_login(ana.user)
    assert client.get(reverse("tasks"), {"task": given}, headers=HTMX).status_code == 200


def test_an_unchanged_list_is_not_drawn_again(rail, internet, ana):
    first = rail()
    again = rail(**{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("change", ["task", "words", "draft", "name", "left"])
def test_whatever_shows_makes_another_list(rail, internet, ana, jelena, change):
    task = held(chat_of(jelena, internet), ana)
    before = rail()["ETag"]
    {
        "task": lambda: chat_in(internet),
        "words": lambda: chats.hear(task.activity, text="More", uuid=uuid.uuid4()),
        "draft": lambda: drafts.keep(ana.user, f"activity-{task.activity_id}", "message", "x"),
        "name": lambda: editing.save(jelena, {"first_name": "Ana"}, version=jelena.version, by=ana.user),
        "left": lambda: chats.leave(task.activity_id),
    }[change]()
    assert rail(**{"If-None-Match": before}).status_code == 200


def queries(look):
    with CaptureQueriesContext(connection) as asked:
        assert look().status_code == 200
    return len(asked)


def test_many_tasks_need_no_more_queries(rail, internet, ana):
    chat_in(internet), held(chat_in(internet), ana)
    few = queries(rail)
    for number in range(15):
        chat_in(internet, name=f"C {number}"), held(chat_in(internet, name=f"D {number}"), ana)
    assert queries(rail) == few <= 12


def test_strangers_and_others_get_nothing(client, mallory):
    assert client.get(reverse("tasks")).status_code == 302
    client.force_login(mallory)
    assert client.get(reverse("tasks")).status_code == 403


def test_only_looking_is_possible(client, ana):
    client.force_login(ana.user)
    assert client.post(reverse("tasks")).status_code == 405


@pytest.mark.rule("R2")
def test_state_changes_with_everything_that_rings(internet, ana, marko):
    seen = {desk.state_of(ana.pk)}
    task = chat_in(internet)
    seen.add(desk.state_of(ana.pk))
    held(task, ana)
    seen.add(desk.state_of(ana.pk))
    chats.hear(task.activity, text="More", uuid=uuid.uuid4())
    seen.add(desk.state_of(ana.pk))
    assert len(seen) == 4


def test_state_of_a_disabled_agent_is_none(ana):
    ana.user.is_active = False
    ana.user.save()
    assert desk.state_of(ana.pk) is None


def test_waiting_time_is_the_first(internet, ana):
    task = chat_in(internet)
    first = timezone.now() - timedelta(minutes=3)
    Task.objects.filter(pk=task.pk).update(waiting_since=first)
    chats.leave(task.activity_id)
    chats.come_back(task.activity_id)
    assert desk.waiting_in(desk.queues_of(ana))[0].waiting_since == first
