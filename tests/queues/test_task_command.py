"""manage.py task: an operator moves or ends one task (R121)."""

import io

import pytest
from django.core.management import CommandError, call_command

from activities.models import Activity, Draft, Message
from queues.closing import NOTES
from queues.models import Task
from requests_app.models import CareRequest
from tests.cast import call_in, chat_in, chat_of, held

pytestmark = pytest.mark.rule("R121")


@pytest.fixture
def task(ana, internet, jelena):
    return held(chat_of(jelena, internet), by=ana)


def run(*arguments):
    out = io.StringIO()
    call_command("task", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_requeue(task, billing):
    since = task.waiting_since
    assert run("requeue", task.pk) == f"Task {task.pk} (Jelena Marković) waits in internet, first in line.\n"
    assert "Nothing was changed" in run("requeue", task.pk)
    task.refresh_from_db()
    assert (task.state, task.agent, task.waiting_since) == ("waiting", None, since)
    assert "waits in billing" in run("requeue", task.pk, "--queue", "billing")
    task.refresh_from_db()
    assert task.queue == billing


def test_close(task):
    assert run("close", task.pk) == f"Task {task.pk} (Jelena Marković) is closed.\n"
    assert "over already (closed). Nothing was changed." in run("close", task.pk)
    task.refresh_from_db()
    assert (task.state, task.activity.state) == ("closed", "ended")
    assert task.activity.messages.last().kind == Message.CLOSED
    assert CareRequest.objects.get().is_open


def test_close_what_nobody_took(internet):
    task = chat_in(internet)
    Draft.objects.create(record=f"activity-{task.activity_id}", field=NOTES[0], text="Router")
    run("close", task.pk)
    activity = Activity.objects.get()
    assert (activity.state, activity.title_note) == ("ended", "Router")
    assert activity.messages.last().author_name == "Care Desk"


def test_reassign(task, marko):
    assert "is marko's." in run("reassign", task.pk, "--to", "marko")
    assert "already" in run("reassign", task.pk, "--to", "marko")
    task.refresh_from_db()
    assert task.agent == marko


@pytest.mark.parametrize(
    "arguments",
    [
        ["requeue", 0],
        ["requeue", "ID", "--queue", "nowhere"],
        ["reassign", "ID", "--to", "mallory"],
        ["reassign", "ID"],
        ["explode", "ID"],
        ["requeue", "a"],
    ],
)
def test_what_cannot_be_done_fails_in_words(task, mallory, arguments):
    with pytest.raises(CommandError):
        run(*[task.pk if each == "ID" else each for each in arguments])
    task.refresh_from_db()
    assert task.state == Task.ACTIVE


def test_what_is_over_or_a_second_call_is_refused(task, ana, marko, internet):
    run("close", task.pk)
    with pytest.raises(CommandError, match=r"This task is over\. Nothing was changed\."):
        run("requeue", task.pk)
    held(call_in(internet), by=marko)
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("reassign", held(call_in(internet), by=ana).pk, "--to", "marko")
