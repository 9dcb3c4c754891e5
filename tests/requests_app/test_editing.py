"""Title and description (R50, R51, R52, R55, R90)."""

import pytest
from django.core.exceptions import ValidationError

from caredesk.stale import Stale
from requests_app.editing import Closed, reopen, save_details, touch, touch_or_refuse
from requests_app.models import CareRequest
from tests.cast import ago
from tests.racing import race


@pytest.fixture
def care_request(jelena):
    return CareRequest.objects.create(customer=jelena, touched_at=ago(days=4))


@pytest.fixture
def closed(jelena):
    return CareRequest.objects.create(customer=jelena, state="closed", closed_at=ago(days=1))


@pytest.mark.rule("R51", "R90")
def test_saving_stores_counts_and_starts_the_days_anew(care_request, ana):
    stored = save_details(
        care_request, {"title": " Router ", "description": "a\r\nb"}, version=1, by=ana.user
    )
    assert (stored.title, stored.description, stored.version) == ("Router", "a\nb", 2)
    assert CareRequest.objects.get().touched_at > ago(minutes=1)


@pytest.mark.rule("R53", "R90")
def test_saving_the_same_changes_neither_version_nor_clock(care_request, ana):
    assert save_details(care_request, {"title": ""}, version=1, by=ana.user).version == 1
    assert CareRequest.objects.get().touched_at < ago(days=3)


@pytest.mark.rule("R50")
@pytest.mark.parametrize("text", ["é" * 2000, "a\r\n" * 1000, "e\u0301" * 2000])
def test_two_thousand_characters_are_saved(care_request, ana, text):
    assert save_details(care_request, {"description": text}, version=1, by=ana.user).version == 2


@pytest.mark.rule("R50", "R90")
def test_one_more_is_refused_in_words_and_nothing_is_cut(care_request, ana):
    with pytest.raises(ValidationError) as refused:
        save_details(care_request, {"title": "x" * 2001, "description": "fine"}, version=1, by=ana.user)
    assert refused.value.message_dict == {"title": ["1 character too many."]}
    stored = CareRequest.objects.get()
    assert (stored.title, stored.description, stored.version) == ("", "", 1)
    assert stored.touched_at < ago(days=3)


@pytest.mark.rule("R55")
def test_closed_request_is_read_only(closed, ana):
    with pytest.raises(Closed):
        save_details(closed, {"title": "Late"}, version=1, by=ana.user)
    assert CareRequest.objects.get().title == ""


@pytest.mark.rule("R55", "R90")
def test_closed_request_is_not_touched(closed, care_request):
    assert not touch(closed.pk)
    with pytest.raises(Closed):
        touch_or_refuse(closed.pk)
    assert touch(care_request.pk)
    assert not touch(None)


@pytest.mark.rule("R90")
def test_another_requests_clock_is_untouched(care_request, jelena, ana):
    other = CareRequest.objects.create(customer=jelena, touched_at=ago(days=3))
    save_details(care_request, {"title": "Router"}, version=1, by=ana.user)
    other.refresh_from_db()
    assert other.touched_at < ago(days=2)


@pytest.mark.rule("R52")
def test_stale_title_is_refused_and_the_clock_goes_on(care_request, ana, marko):
    save_details(care_request, {"title": "Theirs"}, version=1, by=marko.user)
    CareRequest.objects.update(touched_at=ago(days=4))
    with pytest.raises(Stale) as caution:
        save_details(care_request, {"title": "Mine"}, version=1, by=ana.user)
    assert (caution.value.by, caution.value.fields) == ("Marko Babić", ["title"])
    assert CareRequest.objects.get().title == "Theirs"
    assert CareRequest.objects.get().touched_at < ago(days=3)


@pytest.mark.rule("R8")
def test_untitled_request_has_words_for_it(care_request):
    assert care_request.shown_title == "Untitled request"


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R52")
def test_two_agents_leave_the_field_at_once(care_request, ana, marko):
    told = race(
        lambda: save_details(care_request, {"title": "Ana's"}, version=1, by=ana.user),
        lambda: save_details(care_request, {"title": "Marko's"}, version=1, by=marko.user),
    )
    assert sorted(type(answer).__name__ for answer in told) == ["CareRequest", "Stale"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R51", "R53")
def test_title_and_description_of_two_tabs_are_both_kept(care_request, ana):
    race(
        lambda: save_details(care_request, {"title": "Router"}, version=1, by=ana.user),
        lambda: save_details(care_request, {"description": "Goes dark"}, version=1, by=ana.user),
    )
    stored = CareRequest.objects.get()
    assert (stored.title, stored.description, stored.version) == ("Router", "Goes dark", 3)


@pytest.mark.rule("R55", "R90")
def test_reopening_clears_the_closed_date_and_starts_the_days_anew(closed, sonja):
    CareRequest.objects.update(touched_at=ago(days=9))
    stored = reopen(closed, by=sonja.user)
    assert (stored.is_open, stored.closed_at, stored.version) == (True, None, 2)
    assert CareRequest.objects.get().touched_at > ago(minutes=1)


@pytest.mark.rule("R55")
def test_reopening_an_open_one_changes_nothing(care_request, sonja):
    assert reopen(care_request, by=sonja.user).version == 1
    assert CareRequest.objects.get().touched_at < ago(days=3)
