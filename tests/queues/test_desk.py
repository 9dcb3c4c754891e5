"""The desk as a page, and its work area (R1, R3, R20)."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities import drafts, remarks
from activities.models import Activity, Draft
from queues import chats, closing
from queues.models import Queue, Task
from queues.stamps import stamp_of
from tests.cast import agent, chat_in, chat_of, held

HTMX = {"HX-Request": "true", "HX-Target": "work"}
PANES = [
    "communication",
    "journey",
    "customer_details",
    "request_details",
    "activity_details",
    "comments",
]


@pytest.fixture
def open_desk(client, ana):
    """open_desk(task) → the whole page; with **HTMX the work area alone."""
    client.force_login(ana.user)
    return lambda task=None, **headers: client.get(
        reverse("task", args=[task.pk]) if task else reverse("desk"), headers=headers
    )


def test_root_leads_to_the_desk_and_strangers_to_the_log_in(client, ana):
    assert client.get("/desk/")["Location"] == "/accounts/login/?next=/desk/"
    client.force_login(ana.user)
    assert client.get("/")["Location"] == "/desk/"


@pytest.mark.rule("R1")
def test_the_page_holds_all_panes_and_reads_without_a_script(open_desk, internet, ana):
    task = held(chat_in(internet, text="My router is dead"), ana)
    page = open_desk(task).content.decode()
    for name in ["tasks", *PANES]:
        assert f'id="{name}"' in page
    assert "My router is dead" in page
    assert "<!doctype html>" in page.lower()


@pytest.mark.rule("R3")
def test_selecting_gets_the_work_area_alone(open_desk, internet, ana):
    response = open_desk(held(chat_in(internet), ana), **HTMX)
    page = response.content.decode()
    assert all(f'id="{name}"' in page for name in PANES)
    assert 'id="tasks"' not in page
    assert "HX-Request" in response["Vary"]


@pytest.mark.rule("R20")
def test_a_preview_is_read_only_with_one_button_to_accept(open_desk, internet, jelena):
    page = open_desk(chat_of(jelena, internet, text="Where is my parcel?"), **HTMX).content.decode()
    assert "Where is my parcel?" in page
    assert page.count("data-accept") == 1
    assert "Looking locks nothing: anyone in Internet can still take it." in page
    assert "<textarea" not in page
    assert "close_button" not in page


@pytest.mark.rule("R20")
def test_looking_changes_nothing(open_desk, internet, ana):
    task = chat_in(internet)
    before = Activity.objects.values().get(pk=task.activity_id), Task.objects.values().get(pk=task.pk)
    with CaptureQueriesContext(connection) as asked:
        open_desk(task, **HTMX)
    assert (
        Activity.objects.values().get(pk=task.activity_id),
        Task.objects.values().get(pk=task.pk),
    ) == before
    assert not [query["sql"] for query in asked if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
    assert not [query["sql"] for query in asked if "FOR UPDATE" in query["sql"] or "NO KEY" in query["sql"]]


@pytest.mark.rule("R20")
def test_where_nothing_is_known_there_is_no_error(open_desk, internet):
    task = chat_in(internet)
    Activity.objects.filter(pk=task.activity_id).update(source_name="", source_email="")
    assert "Unknown customer" in open_desk(task, **HTMX).content.decode()


def test_a_task_that_somebody_took_says_who(open_desk, internet, marko):
    response = open_desk(held(chat_in(internet), marko), **HTMX)
    assert response.status_code == 404
    assert "Marko Babić took it." in response.content.decode()
    assert response["HX-Trigger"] == "look-tasks"


def test_who_took_it_is_nobody_elses_business(open_desk, billing, marko):
    task = held(chat_in(billing), marko)
    response = open_desk(task, **HTMX)
    assert response.status_code == 404
    assert "Marko" not in response.content.decode()


def test_a_closed_task_is_gone_in_words_within_the_desk(open_desk, internet, ana):
    task = held(chat_in(internet), ana)
    closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
    response = open_desk(task)
    page = response.content.decode()
    assert response.status_code == 404
    assert "no longer yours to see" in page
    assert 'id="tasks"' in page


def test_a_task_that_never_was_is_gone_as_well(client, ana):
    client.force_login(ana.user)
    assert client.get("/desk/99999/", headers=HTMX).status_code == 404
    assert client.get("/desk/99999999999999999999999/", headers=HTMX).status_code == 404


@pytest.mark.parametrize(
    "selected", ["activity-x", "request-", "nothing-1", "activity-99999", "request-" + "9" * 30]
)
def test_a_wrong_selection_is_gone(client, internet, ana, selected):
    client.force_login(ana.user)
    task = held(chat_in(internet), ana)
    assert client.get(reverse("task", args=[task.pk]), {"selected": selected}).status_code == 404


@pytest.mark.rule("R6")
def test_the_journey_gets_the_details_alone(client, internet, ana, jelena):
    client.force_login(ana.user)
    earlier = held(chat_of(jelena, internet), ana).activity
    task = held(chat_of(jelena, internet), ana)
    address = reverse("task", args=[task.pk])
    answer = client.get(
        address,
        {"selected": f"activity-{earlier.pk}"},
        headers={"HX-Request": "true", "HX-Target": "details"},
    )
    page = answer.content.decode()
    assert "Back to current" in page
    assert 'id="comments"' in page
    assert 'id="communication"' not in page


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda ana, internet: None, "Nobody is waiting in Internet."),
        (lambda ana, internet: chat_in(internet), "Choose a task in the queue."),
        (lambda ana, internet: held(chat_in(internet), ana), "Choose a task in progress"),
        (lambda ana, internet: ana.memberships.all().delete(), "You are in no queue yet."),
    ],
)
def test_nothing_selected_says_why_and_what_next(open_desk, ana, internet, prepare, words):
    prepare(ana, internet)
    assert words in open_desk().content.decode()


@pytest.mark.rule("R51")
def test_a_kept_draft_is_in_the_composer(open_desk, internet, ana):
    task = held(chat_in(internet), ana)
    drafts.keep(ana.user, f"activity-{task.activity_id}", "message", "  Half a\nsentence")
    page = open_desk(task, **HTMX).content.decode()
    assert ">\n  Half a\nsentence</textarea>" in page


@pytest.mark.rule("R2")
def test_own_and_others_drafts_are_kept_apart(open_desk, internet, ana, marko):
    task = held(chat_in(internet), ana)
    drafts.keep(marko.user, f"activity-{task.activity_id}", "message", "Not hers")
    assert "Not hers" not in open_desk(task).content.decode()


# --- how much it asks the database


def queries(look):
    """Of the second look: the first of a session also notes that its user is at work."""
    look()
    with CaptureQueriesContext(connection) as asked:
        assert look().status_code == 200
    return len(asked)


@pytest.fixture
def busy(internet, billing, ana, marko, jelena):
    """A task of a customer with a journey, tags and comments; busy(n) adds n more to both lists."""
    for _ in range(3):
        earlier = held(chat_of(jelena, internet), marko)
        remarks.add_tag(earlier.activity, "router", by=marko.user)
        remarks.comment(earlier.activity, "Line is clean", by=marko.user)
        closing.close(earlier.pk, closing.Leftovers(), by=marko)
    task = held(chat_of(jelena, internet), ana)
    chats.answer(task.pk, text="Hello", uuid=uuid.uuid4(), by=ana)

    def add(number):
        for place in range(number):
            chat_in(internet, name=f"W {place}")
            chat_in(billing)
            held(chat_in(internet, name=f"I {place}"), ana)
        return task

    return add


@pytest.mark.parametrize("others", [1, 30])
def test_a_task_switch_asks_little(open_desk, busy, others):
    task = busy(others)
    assert queries(lambda: open_desk(task, **HTMX)) <= 12


@pytest.mark.parametrize("others", [1, 30])
def test_a_preview_asks_little(open_desk, busy, internet, jelena, others):
    busy(others)
    task = chat_of(jelena, internet)
    assert queries(lambda: open_desk(task, **HTMX)) <= 12


@pytest.mark.parametrize("others", [1, 30])
def test_a_page_asks_little(open_desk, busy, others):
    task = busy(others)
    assert queries(lambda: open_desk(task)) <= 20


def test_a_page_asks_the_same_for_many_queues(open_desk, busy, ana):
    task = busy(1)
    few = queries(lambda: open_desk(task))
    for number in range(8):
        queue = Queue.objects.create(slug=f"q{number}", name=f"Q {number}")
        ana.memberships.create(queue=queue)
        chat_in(queue)
    assert queries(lambda: open_desk(task)) == few


# --- stamps


@pytest.mark.parametrize(
    "change",
    [
        lambda task, ana: remarks.add_tag(task.activity, "router", by=ana.user),
        lambda task, ana: remarks.comment(task.activity, "Clean", by=ana.user),
        lambda task, ana: chats.leave(task.activity_id),
        lambda task, ana: Draft.objects.create(
            record=f"activity-{task.activity_id}", field="title", text="x"
        ),
    ],
    ids=["tag", "comment", "left", "note"],
)
def test_whatever_a_pane_shows_changes_the_stamp(internet, ana, change):
    task = held(chat_in(internet), ana)
    before = stamp_of(task.pk)
    assert stamp_of(task.pk) == before
    change(task, ana)
    assert stamp_of(task.pk) != before


def test_an_edited_comment_and_a_new_activity_change_the_stamp(internet, ana, jelena):
    task = held(chat_of(jelena, internet), ana)
    written = remarks.comment(task.activity, "Clean", by=ana.user)
    seen = [stamp_of(task.pk)]
    remarks.edit_comment(written, "Not clean", by=ana.user)
    seen.append(stamp_of(task.pk))
    chat_of(jelena, internet)
    seen.append(stamp_of(task.pk))
    assert len(set(seen)) == 3


def test_messages_do_not_change_the_stamp_of_the_panes(internet, ana):
    task = held(chat_in(internet), ana)
    before = stamp_of(task.pk)
    chats.hear(task.activity, text="More", uuid=uuid.uuid4())
    assert stamp_of(task.pk) == before


# --- drafts


@pytest.fixture
def keep(client, ana):
    client.force_login(ana.user)
    return lambda **values: client.post(reverse("drafts"), values)


@pytest.mark.rule("R51")
def test_a_draft_is_kept_and_an_empty_one_forgotten(keep, internet, ana):
    record = f"activity-{held(chat_in(internet), ana).activity_id}"
    assert keep(record=record, field="message", text="Half").status_code == 204
    assert drafts.of(ana.user, record) == {record: {"message": "Half"}}
    assert keep(record=record, field="message", text="").status_code == 204
    assert drafts.of(ana.user, record) == {record: {}}


def test_drafts_of_what_one_may_not_see_are_refused(keep, internet, marko):
    record = f"activity-{held(chat_in(internet), marko).activity_id}"
    assert keep(record=record, field="message", text="x").status_code == 403
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "record", ["", "activity-", "activity-x", "queue-1", "activity-" + "9" * 25, "user-1"]
)
def test_drafts_of_nothing_are_refused(keep, record):
    assert keep(record=record, field="message", text="x").status_code == 403


def test_unknown_fields_have_no_drafts(keep, internet, ana):
    record = f"activity-{held(chat_in(internet), ana).activity_id}"
    assert keep(record=record, field="password", text="x").status_code == 400


def test_drafts_are_only_posted(client, ana, mallory):
    assert client.post(reverse("drafts")).status_code == 302
    client.force_login(mallory)
    assert client.post(reverse("drafts")).status_code == 403
    client.force_login(ana.user)
    assert client.get(reverse("drafts")).status_code == 405


def test_a_supervisor_is_nobody_special_at_the_desk(client, internet, marko):
    sonja = agent("boss", "Bo", "Ss", supervisor=True)
    client.force_login(sonja.user)
    assert client.get(reverse("task", args=[held(chat_in(internet), marko).pk])).status_code == 404
