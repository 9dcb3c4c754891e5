"""The pane Comments (R9, R65)."""

from unittest.mock import Mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities import drafts, remarks
from activities.models import Comment
from queues.models import Task
from requests_app.editing import Closed
from requests_app.models import CareRequest
from tests.beside import at_desk, field, html, text, told
from tests.cast import call_in, chat_in, held, over


@pytest.mark.rule("R65")
class Test_adding:
    def test_it_stands_in_the_list_with_author_and_time(self, desk, ana):
        answer = desk.post("comments", comment="  Line test is clean.  ")
        comment = Comment.objects.get()
        assert (comment.text, comment.author, comment.activity) == (
            "Line test is clean.",
            ana.user,
            desk.activity,
        )
        assert answer.status_code == 200
        assert "Line test is clean." in text(answer)
        assert "You" in text(answer)
        assert comment.written_at.isoformat() in html(answer)

    def test_the_field_is_not_part_of_the_answer(self, desk):
        """Whoever writes on while it is stored keeps what they write."""
        assert "<textarea" not in html(desk.post("comments", comment="One"))

    def test_its_draft_is_done_with(self, desk, ana):
        name = f"activity-{desk.activity.pk}"
        drafts.keep(ana.user, name, "comment", "Line te")
        answer = desk.post("comments", comment="Line test is clean.")
        assert drafts.of(ana.user, name) == {name: {}}
        assert told(answer, "saved") == {"drafts": [f"{name}:comment"]}

    @pytest.mark.parametrize("empty", ["", "   ", "\r\n"])
    def test_empty_is_refused_in_words(self, desk, empty):
        answer = desk.post("comments", comment=empty)
        assert answer.status_code == 422
        assert "Write the comment first." in text(answer)
        assert not Comment.objects.exists()

    @pytest.mark.rule("R50")
    def test_2001_characters_are_refused_beside_the_field_and_the_draft_stays(self, desk, ana):
        name = f"activity-{desk.activity.pk}"
        drafts.keep(ana.user, name, "comment", "x" * 2001)
        answer = desk.post("comments", comment="x" * 2001)
        assert answer.status_code == 422
        assert "1 character too many." in text(answer)
        assert field(desk.get("comments"), "comment") == "x" * 2001
        assert desk.post("comments", comment="x" * 2000).status_code == 200

    def test_words_are_shown_as_words(self, desk):
        answer = desk.post("comments", comment="<b>bold</b> & more")
        assert b"&lt;b&gt;bold&lt;/b&gt; &amp; more" in answer.content

    def test_a_request_that_closed_meanwhile_takes_none(self, desk, monkeypatch):
        """The sweep comes between the question whether one may and the change itself."""
        monkeypatch.setattr("queues.seat.Seat.may", lambda seat, record: True)
        CareRequest.objects.update(state="closed", closed_at=timezone.now())
        answer = desk.post("comments", comment="Too late")
        assert answer.status_code == 409
        assert "can only be read" in text(answer)
        assert not Comment.objects.exists()


@pytest.fixture
def calling(ana, internet):
    """Ana has a call in progress."""
    return at_desk(ana, held(call_in(internet), ana))


class Test_below_a_call:
    """Where a chat's messages are written, a call's comments are."""

    def test_it_is_a_comment_of_the_call_whichever_activity_is_selected(self, calling, ana):
        drafts.keep(ana.user, f"activity-{calling.activity.pk}", "call_comment", "Line test is clean.")
        assert field(calling.get("task"), "call_comment") == "Line test is clean."
        answer = calling.post("call_comment", call_comment="Line test is clean.")
        assert answer.status_code == 200
        assert calling.activity.comments.get().text == "Line test is clean."
        assert told(answer, f"changed:activity-{calling.activity.pk}") == {}
        assert told(answer, "saved") == {"drafts": [f"activity-{calling.activity.pk}:call_comment"]}
        assert not field(calling.get("task"), "call_comment")

    def test_refused_in_words_beside_the_field(self, calling, monkeypatch):
        answer = calling.post("call_comment", call_comment=" ")
        assert answer.status_code == 422
        assert 'id="call_comment_error"' in html(answer)
        assert "Write the comment first." in text(answer)
        monkeypatch.setattr("activities.remarks.touch_or_refuse_for", Mock(side_effect=Closed))
        assert calling.post("call_comment", call_comment="Hm.").status_code == 409
        assert not Comment.objects.exists()

    def test_a_chat_has_none(self, desk):
        assert field(desk.get("task"), "call_comment") is None
        assert desk.post("call_comment", call_comment="Hm.").status_code == 404

    @pytest.mark.rule("R87")
    def test_half_written_it_is_stored_at_close(self, calling):
        calling.post("close", call_comment="Calls back.", choice="discard", activity="")
        assert (Comment.objects.get().text, Task.objects.get().state) == ("Calls back.", "closed")

    @pytest.mark.rule("R87")
    def test_too_long_it_stops_close(self, calling):
        answer = calling.post("close", call_comment="x" * 2001, choice="discard", activity="")
        assert answer.status_code == 422
        assert told(answer, "point") == {"at": "#call_comment"}
        assert "1 character too many." in text(answer)


@pytest.mark.rule("R9")
class Test_whose_comments:
    def test_a_comment_on_one_activity_never_shows_with_another(self, desk, jelena, ana):
        other = over(medium="call", customer=jelena, care_request=desk.care_request)
        remarks.comment(desk.activity, "Of the chat", by=ana.user)
        remarks.comment(other, "Of the call", by=ana.user)
        assert "Of the call" not in html(desk.get("comments"))
        desk.selected = f"activity-{other.pk}"
        shown = html(desk.get("comments"))
        assert "Of the call" in shown
        assert "Of the chat" not in shown

    def test_what_is_begun_on_one_is_not_in_the_field_of_another(self, desk, jelena, ana):
        other = over(medium="call", customer=jelena, care_request=desk.care_request)
        drafts.keep(ana.user, f"activity-{desk.activity.pk}", "comment", "Of the chat")
        assert field(desk.get("comments"), "comment") == "Of the chat"
        desk.selected = f"activity-{other.pk}"
        assert field(desk.get("comments"), "comment") == ""

    def test_it_is_added_to_the_one_that_is_selected(self, desk, jelena):
        other = over(medium="call", customer=jelena, care_request=desk.care_request)
        desk.selected = f"activity-{other.pk}"
        desk.post("comments", comment="Of the call")
        assert Comment.objects.get().activity == other

    def test_a_selected_request_has_none(self, desk):
        desk.selected = f"request-{desk.care_request.pk}"
        assert "Choose an activity" in text(desk.get("comments"))
        assert desk.post("comments", comment="Of what?").status_code == 404


@pytest.mark.rule("R65")
class Test_editing:
    @pytest.fixture
    def mine(self, desk, ana):
        return remarks.comment(desk.activity, "Line test is clear.", by=ana.user)

    def test_my_own_is_changed_and_marked(self, desk, mine):
        opened = desk.get("edit_comment", mine.pk)
        assert field(opened, f"comment-{mine.pk}") == "Line test is clear."
        answer = desk.post("edit_comment", mine.pk, **{f"comment-{mine.pk}": "Line test is clean."})
        assert "Line test is clean." in text(answer)
        assert "edited" in text(answer)
        mine.refresh_from_db()
        assert (mine.text, bool(mine.edited_at)) == ("Line test is clean.", True)

    def test_the_same_text_is_no_edit(self, desk, mine):
        answer = desk.post("edit_comment", mine.pk, **{f"comment-{mine.pk}": "Line test is clear."})
        assert "edited" not in text(answer)

    def test_it_can_be_kept_as_it_was(self, desk, mine, ana):
        drafts.keep(ana.user, f"activity-{desk.activity.pk}", f"comment-{mine.pk}", "Line")
        answer = desk.get("edit_comment", mine.pk, keep=1)
        assert "Line test is clear." in text(answer)
        assert "<textarea" not in html(answer)
        assert '<textarea name="comment-' not in html(desk.get("comments"))

    @pytest.mark.rule("R51")
    def test_a_begun_edit_survives_a_reload(self, desk, mine, ana):
        drafts.keep(ana.user, f"activity-{desk.activity.pk}", f"comment-{mine.pk}", "Line test is cle")
        assert field(desk.get("comments"), f"comment-{mine.pk}") == "Line test is cle"

    def test_empty_is_refused_and_what_was_typed_stays(self, desk, mine):
        answer = desk.post("edit_comment", mine.pk, **{f"comment-{mine.pk}": " "})
        assert answer.status_code == 422
        assert "Write the comment first." in text(answer)
        assert "<textarea" in html(answer)

    def test_a_colleagues_is_read_only(self, desk, marko):
        theirs = remarks.comment(desk.activity, "Seen before.", by=marko.user)
        assert "Marko Babić" in text(desk.get("comments"))
        assert "Edit comment" not in html(desk.get("comments"))
        assert desk.get("edit_comment", theirs.pk).status_code == 403
        assert desk.post("edit_comment", theirs.pk, **{f"comment-{theirs.pk}": "x"}).status_code == 403

    def test_a_comment_of_another_activity_is_not_found(self, desk, mine, ana, internet):
        other = at_desk(ana, held(chat_in(internet), ana))
        assert other.get("edit_comment", mine.pk).status_code == 404


def test_twenty_comments_cost_as_many_queries_as_one(desk, ana, django_assert_num_queries):
    with CaptureQueriesContext(connection) as with_none:
        desk.get("comments")
    for number in range(20):
        remarks.comment(desk.activity, f"Comment {number}", by=ana.user)
    with django_assert_num_queries(len(with_none)):
        desk.get("comments")
