"""What is recorded of a request."""

import pytest

from activities import autoclose
from caredesk.stale import author_of
from requests_app.editing import save_details, touch
from requests_app.models import CareRequest
from tests.cast import ago

Event = CareRequest.pgh_event_model


@pytest.fixture
def care_request(jelena):
    return CareRequest.objects.create(customer=jelena)


@pytest.mark.rule("R52")
def test_title_is_signed(care_request, marko):
    save_details(care_request, {"title": "Router"}, version=1, by=marko.user)
    event = Event.objects.order_by("pgh_id").last()
    assert (event.title, event.version, author_of(event)) == ("Router", 2, marko.user.pk)


@pytest.mark.rule("R53", "R90")
def test_clock_alone_is_no_history(care_request):
    before = Event.objects.count()
    assert touch(care_request.pk)
    assert Event.objects.count() == before


@pytest.mark.rule("R90")
def test_closing_by_itself_is_nobodys_and_no_edit(care_request, marko):
    CareRequest.objects.update(touched_at=ago(days=5))
    autoclose.close_due()
    event = Event.objects.order_by("pgh_id").last()
    assert (event.state, event.version, author_of(event)) == ("closed", 1, None)
