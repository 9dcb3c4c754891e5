"""An open request closes by itself (R90)."""

import pytest
from django.conf import settings

from activities import autoclose
from queues.closing import Leftovers, close
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
