"""Tags and comments (R60 to R65)."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from activities import remarks
from activities.models import Activity, Comment, Tag
from requests_app.editing import Closed
from requests_app.models import CareRequest
from tests.cast import ago, chat_of, held
from tests.racing import race


@pytest.fixture
def activity(internet, ana, jelena):
    return held(chat_of(jelena, internet), by=ana).activity


@pytest.mark.rule("R61")
def test_tag_is_trimmed_and_keeps_its_spelling(activity, ana):
    assert remarks.add_tag(activity, "  Žuti Ruter ", by=ana.user).name == "Žuti Ruter"


@pytest.mark.rule("R61")
def test_fifty_characters_are_a_tag_and_fifty_one_are_not(activity, ana):
    assert remarks.add_tag(activity, "x" * 50, by=ana.user)
    with pytest.raises(ValidationError, match="1 character too many"):
        remarks.add_tag(activity, "y" * 51, by=ana.user)


@pytest.mark.rule("R61")
@pytest.mark.parametrize("empty", ["", "  ", "\u00a0"])
def test_nothing_is_no_tag(activity, ana, empty):
    with pytest.raises(ValidationError):
        remarks.add_tag(activity, empty, by=ana.user)


@pytest.mark.rule("R62")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Router", " router "),
        ("straße", "STRASSE"),
        ("café", "cafe\u0301"),
        ("İade", "iade"),
        ("ISI", "ısı"),
        ("Kıbrıs", "KIBRIS"),
    ],
)
def test_twin_makes_no_second_tag_and_the_first_spelling_stays(activity, ana, marko, first, second):
    remarks.add_tag(activity, first, by=ana.user)
    with pytest.raises(remarks.Twin) as twin:
        remarks.add_tag(activity, second, by=marko.user)
    assert twin.value.tag == Tag.objects.get()
    assert Tag.objects.get().name == first


@pytest.mark.rule("R62")
def test_another_activity_may_have_the_same(activity, ana):
    other = Activity.objects.create(medium="chat")
    remarks.add_tag(activity, "router", by=ana.user)
    assert remarks.add_tag(other, "router", by=ana.user)


@pytest.mark.rule("R52", "R90")
def test_tag_is_an_edit_and_starts_the_days_anew(activity, ana):
    CareRequest.objects.update(touched_at=ago(days=4))
    version = activity.version
    tag = remarks.add_tag(activity, "router", by=ana.user)
    remarks.remove_tag(activity, tag.pk, by=ana.user)
    activity.refresh_from_db()
    assert activity.version == version + 2
    assert CareRequest.objects.get().touched_at > ago(minutes=1)


@pytest.mark.rule("R53")
def test_refused_twin_is_no_edit(activity, ana):
    remarks.add_tag(activity, "router", by=ana.user)
    activity.refresh_from_db()
    CareRequest.objects.update(touched_at=ago(days=4))
    with pytest.raises(remarks.Twin):
        remarks.add_tag(activity, "Router", by=ana.user)
    assert Activity.objects.get().version == activity.version
    assert CareRequest.objects.get().touched_at < ago(days=3)


def test_removing_what_is_gone_is_no_error_and_no_edit(activity, ana):
    version = activity.version
    remarks.remove_tag(activity, 12345, by=ana.user)
    assert Activity.objects.get().version == version


def test_tag_of_another_activity_is_not_removed(activity, ana):
    tag = remarks.add_tag(activity, "router", by=ana.user)
    remarks.remove_tag(Activity.objects.create(medium="chat"), tag.pk, by=ana.user)
    assert Tag.objects.get() == tag


@pytest.mark.rule("R60")
def test_suggestions_are_the_most_used_without_ones_own(activity, ana):
    for number in range(3):
        other = Activity.objects.create(medium="chat")
        for name in ["Router", "Rotterdam", "Roaming"][: number + 1]:
            remarks.add_tag(other, name, by=ana.user)
    remarks.add_tag(activity, "roaming", by=ana.user)
    assert remarks.suggestions(activity, "ro") == ["Router", "Rotterdam"]
    assert remarks.suggestions(activity, "x") == []


@pytest.mark.rule("R65")
def test_comment_has_author_and_time(activity, ana):
    written = remarks.comment(activity, " Call back\r\non Friday ", by=ana.user)
    assert (written.text, written.author, written.edited_at) == ("Call back\non Friday", ana.user, None)
    assert written.written_at > ago(minutes=1)


@pytest.mark.rule("R50", "R65")
@pytest.mark.parametrize("text", ["", " \n", "x" * 2001])
def test_empty_and_too_long_comments_are_refused(activity, ana, text):
    with pytest.raises(ValidationError):
        remarks.comment(activity, text, by=ana.user)
    assert not Comment.objects.exists()


@pytest.mark.rule("R65")
def test_author_edits_and_it_is_marked(activity, ana):
    written = remarks.comment(activity, "Call back", by=ana.user)
    remarks.edit_comment(written, "Call back on Friday", by=ana.user)
    stored = Comment.objects.get()
    assert stored.text == "Call back on Friday"
    assert stored.edited_at


@pytest.mark.rule("R65")
def test_same_words_again_are_no_edit(activity, ana):
    written = remarks.comment(activity, "Call back", by=ana.user)
    remarks.edit_comment(written, " Call back ", by=ana.user)
    assert Comment.objects.get().edited_at is None


@pytest.mark.rule("R65")
def test_nobody_edits_anothers_comment(activity, ana, marko):
    written = remarks.comment(activity, "Call back", by=ana.user)
    with pytest.raises(PermissionDenied):
        remarks.edit_comment(written, "Never", by=marko.user)
    assert Comment.objects.get().text == "Call back"


@pytest.mark.rule("R55")
def test_activity_of_a_closed_request_takes_no_remarks(activity, ana):
    tag = remarks.add_tag(activity, "router", by=ana.user)
    written = remarks.comment(activity, "Call back", by=ana.user)
    CareRequest.objects.update(state="closed", closed_at=ago(minutes=1))
    for change in (
        lambda: remarks.add_tag(activity, "late", by=ana.user),
        lambda: remarks.remove_tag(activity, tag.pk, by=ana.user),
        lambda: remarks.comment(activity, "Late", by=ana.user),
        lambda: remarks.edit_comment(written, "Late", by=ana.user),
    ):
        with pytest.raises(Closed):
            change()
    assert Tag.objects.get().name == "router"
    assert Comment.objects.get().text == "Call back"


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R62")
def test_same_tag_in_the_same_instant_is_one(activity, ana, marko):
    told = race(
        lambda: remarks.add_tag(activity, "router", by=ana.user),
        lambda: remarks.add_tag(activity, "Router", by=marko.user),
    )
    assert sorted(type(answer).__name__ for answer in told) == ["Tag", "Twin"]
    assert Tag.objects.count() == 1
