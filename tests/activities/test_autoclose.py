"""An open request closes by itself (R90)."""

import io
import threading

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from activities import autoclose
from activities.joining import put_into
from queues import chats
from queues.closing import Leftovers, close
from requests_app.editing import save_details
from requests_app.models import CareRequest
from tests.cast import ago, chat_of, held
from tests.racing import race


def quiet(customer, seconds):
    return CareRequest.objects.create(
        customer=customer,
        created_at=ago(days=9),
        touched_at=ago(seconds=settings.AUTO_CLOSE_SECONDS + seconds),
    )


@pytest.mark.rule("R90")
def test_closes_what_is_due_and_nothing_else(jelena):
    due, early = quiet(jelena, 0), quiet(jelena, -5)
    assert autoclose.close_due() == 1
    due.refresh_from_db()
    early.refresh_from_db()
    assert (due.state, early.state, early.closed_at) == ("closed", "open", None)
    assert due.closed_at > ago(minutes=1)


@pytest.mark.rule("R90")
def test_closes_once(jelena):
    quiet(jelena, 60)
    assert [autoclose.close_due(), autoclose.close_due()] == [1, 0]


@pytest.mark.rule("R90")
def test_never_while_a_task_is_in_progress_and_then_at_once(internet, ana, jelena):
    task = held(chat_of(jelena, internet), by=ana)
    CareRequest.objects.update(touched_at=ago(days=6))
    assert autoclose.close_due() == 0
    close(task.pk, Leftovers(), by=ana)
    CareRequest.objects.update(touched_at=ago(days=6))
    assert autoclose.close_due() == 1


@pytest.mark.rule("R90")
def test_next_is_told(jelena):
    assert autoclose.next_due() is None
    care_request = quiet(jelena, -60)
    assert autoclose.next_due() == care_request.closes_at


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R90")
def test_however_many_sweeps_run_each_is_closed_once(jelena):
    for _ in range(5):
        quiet(jelena, 60)
    told = race(*[autoclose.close_due] * 4)
    assert sum(told) == 5
    closings = CareRequest.pgh_event_model.objects.filter(pgh_label="changed", state="closed")
    assert closings.count() == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R90")
class Test_an_edit_that_commits_first:
    """It keeps its request open, always."""

    def test_though_the_sweep_began_before_its_commit(self, jelena, ana):
        """The edit is stored and not yet committed when the sweep looks; then it commits."""
        care_request = quiet(jelena, 60)
        stored, swept = threading.Event(), threading.Event()

        def edit():
            with transaction.atomic():
                save_details(care_request, {"title": "Router"}, version=1, by=ana.user)
                stored.set()
                assert swept.wait(10)

        def sweep():
            assert stored.wait(10)
            try:
                return autoclose.close_due()
            finally:
                swept.set()

        assert race(edit, sweep) == [None, 0]
        care_request.refresh_from_db()
        assert (care_request.title, care_request.state) == ("Router", "open")
        assert autoclose.close_due() == 0

    def test_once_the_sweep_holds_the_row_an_edit_waits_and_is_refused(self, jelena, monkeypatch):
        care_request = quiet(jelena, 60)
        shut, found = autoclose.shut, []

        def late(requests, now):
            found.extend(race(lambda: is_free(care_request)))
            return shut(requests, now)

        monkeypatch.setattr(autoclose, "shut", late)
        assert autoclose.close_due() == 1
        assert found[0] is False

    def test_whoever_is_first(self, jelena, ana):
        """Both at once, many times: what was edited is open, what was closed was not edited."""
        for _ in range(10):
            care_request = quiet(jelena, 60)
            race(
                lambda row=care_request: save_details(row, {"title": "Router"}, version=1, by=ana.user),
                autoclose.close_due,
            )
            care_request.refresh_from_db()
            assert (care_request.state == "open") == (care_request.title == "Router")

    def test_a_customer_who_comes_back_at_that_moment(self, jelena, ana, internet):
        """Back in line on this request, or too late; never in line on a request that closed after that."""
        for _ in range(5):
            care_request = quiet(jelena, 60)
            task = chat_of(jelena, internet)
            put_into(task.activity, care_request)
            chats.leave(task.activity_id)
            CareRequest.objects.filter(pk=care_request.pk).update(touched_at=care_request.touched_at)
            race(lambda number=task.activity_id: chats.come_back(number), autoclose.close_due)
            care_request.refresh_from_db()
            back = task.activity.tasks.waiting().get()
            assert care_request.is_open or care_request.closed_at <= back_at(back)


def is_free(care_request):
    with transaction.atomic():
        rows = CareRequest.objects.select_for_update(no_key=True, skip_locked=True)
        return rows.filter(pk=care_request.pk).exists()


def back_at(task):
    return task.pgh_event_model.objects.get(pgh_obj_id=task.pk, pgh_label="created").pgh_created_at


def said(*arguments):
    out = io.StringIO()
    call_command("close_requests", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.rule("R90", "R121")
def test_the_command_says_what_it_did(jelena):
    quiet(jelena, 60)
    assert "Untitled request (Jelena Marković), untouched since" in said("--dry-run")
    assert "Would close 1 request. Nothing was changed." in said("--dry-run")
    assert said() == "Closed 1 request.\n"
    assert said() == "Closed 0 requests.\n"


@pytest.mark.rule("R90")
def test_more_than_one_batch(jelena, monkeypatch):
    monkeypatch.setattr(autoclose, "BATCH", 2)
    for _ in range(5):
        quiet(jelena, 60)
    assert autoclose.close_due() == 5


@pytest.mark.rule("R90")
def test_desks_are_told(jelena, django_capture_on_commit_callbacks, monkeypatch):
    heard = []
    monkeypatch.setattr("caredesk.realtime.post", lambda group, event: heard.append(group))
    care_request = quiet(jelena, 60)
    with django_capture_on_commit_callbacks(execute=True):
        autoclose.close_due()
    assert heard == [f"request-{care_request.pk}", f"journey-{jelena.pk}"]
