"""Add request (R10)."""

import pytest

from activities import identity, joining
from caredesk.retrying import Overtaken
from requests_app.editing import Closed
from requests_app.models import CareRequest
from tests.cast import ago, chat_of, held


@pytest.fixture
def activity(internet, ana, jelena):
    return held(chat_of(jelena, internet), by=ana).activity


@pytest.mark.rule("R10")
def test_add_request_moves_the_activity_and_keeps_the_old_one(activity, ana):
    old = activity.care_request
    new = joining.add_request(activity, by=ana.user)
    activity.refresh_from_db()
    assert activity.care_request == new != old
    assert set(CareRequest.objects.open()) == {old, new}


@pytest.mark.rule("R52")
def test_moving_is_an_edit_of_the_activity(activity, ana):
    version = activity.version
    joining.add_request(activity, by=ana.user)
    activity.refresh_from_db()
    assert activity.version == version + 1


@pytest.mark.rule("R90")
def test_moving_starts_both_requests_days_anew(activity, ana):
    CareRequest.objects.update(touched_at=ago(days=4))
    joining.add_request(activity, by=ana.user)
    assert all(care_request.touched_at > ago(minutes=1) for care_request in CareRequest.objects.all())


@pytest.mark.rule("R10")
def test_what_has_just_become_nobodys_has_no_requests(activity, ana):
    identity.unlink(activity, by=ana.user)
    with pytest.raises(Overtaken):
        joining.add_request(activity, by=ana.user)
    assert CareRequest.objects.count() == 1


@pytest.mark.rule("R80")
def test_activity_does_not_leave_a_closed_request(activity, ana):
    CareRequest.objects.update(state="closed", closed_at=ago(minutes=1))
    activity.refresh_from_db()
    with pytest.raises(Closed):
        joining.add_request(activity, by=ana.user)
    assert CareRequest.objects.count() == 1
