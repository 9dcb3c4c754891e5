"""What is not kept for ever, and that the rest is (R121)."""

import io

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.sessions.models import Session
from django.core.management import call_command

from activities.models import Merge, Outbox
from caredesk import retention
from caredesk.celery import app as celery
from caredesk.tasks import tidy
from queues.models import CallLog
from tests.cast import ago

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R121")]


@pytest.fixture
def rows(jelena, ana):
    """Of each kind one that is just too old, and one that is not."""
    for days in (29, 31):
        CallLog.objects.create(at=ago(days=days), call_id=f"{days}", status=200)
        Outbox.objects.create(kind="connect", payload={}, done_at=ago(days=days))
        attempt = AccessAttempt.objects.create(username=f"u{days}", failures_since_start=1)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=ago(days=days))
        AccessFailureLog.objects.create(username=f"u{days}")
    AccessFailureLog.objects.update(attempt_time=ago(days=31))
    for days in (6, 8):
        Merge.objects.create(kept=jelena, undo={"name": days}, by=ana.user, merged_at=ago(days=days))
    Session.objects.create(session_key="old", session_data="", expire_date=ago(seconds=1))
    Session.objects.create(session_key="new", session_data="", expire_date=ago(days=-1))


def test_what_is_too_old_goes_and_the_rest_stays(rows):
    gone = {"call_log": 1, "sessions": 1, "log_ins": 3, "merges": 1, "outbox": 1, "files": 0}
    assert retention.tidy() == gone
    assert retention.tidy() == dict.fromkeys(gone, 0)
    assert CallLog.objects.get().call_id == "29"
    assert Session.objects.get().session_key == "new"
    assert AccessAttempt.objects.get().username == "u29"
    assert sorted(Merge.objects.values_list("undo__name", flat=True), key=str) == [6, None]
    assert Outbox.objects.count() == 1


def test_work_that_is_not_done_is_kept_however_old():
    Outbox.objects.create(kind="connect", payload={})
    Outbox.objects.update(created_at=ago(days=90), due_at=ago(days=90))
    retention.tidy()
    assert Outbox.objects.exists()


def test_more_than_one_batch(rows, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    CallLog.objects.update(at=ago(days=40))
    assert retention.tidy()["call_log"] == 2


def test_the_command_says_what_it_did(rows):
    out = io.StringIO()
    call_command("tidy", stdout=out)
    assert "     1 events of telephone systems older than 30 days\n" in out.getvalue()
    assert len(out.getvalue().splitlines()) == len(retention.KINDS)


def test_beat_asks_for_it(rows):
    sent = celery.conf.beat_schedule["tidy up"]
    assert sent["task"] == tidy.name
    tidy()
    assert CallLog.objects.count() == 1
