"""The pane Activity details: medium and tags (R9, R60 to R62)."""

import re

import pytest
from django.utils import timezone

from activities import drafts, joining, remarks
from activities.models import Activity, Tag
from requests_app.models import CareRequest
from tests.beside import at_desk, field, html, text, told
from tests.cast import ago, call_in, chat_in, held, over


@pytest.mark.rule("R9")
class Test_what_it_says:
    def test_medium_queue_and_time(self, desk):
        assert "Chat · Internet · from" in text(desk.get("activity_details"))

    def test_a_call(self, ana, internet):
        assert "Call · Internet" in text(at_desk(ana, held(call_in(internet), ana)).get("activity_details"))

    def test_an_older_one_with_its_own_queue_and_end(self, desk, jelena, billing):
        old = Activity.objects.create(
            medium="email", customer=jelena, state="ended", started_at=ago(hours=9), ended_at=ago(hours=8)
        )
        old.tasks.create(queue=billing, medium="email", state="closed", ended_at=timezone.now())
        desk.selected = f"activity-{old.pk}"
        said = text(desk.get("activity_details"))
        assert "E-mail · Billing" in said
        assert " to " in said

    def test_of_a_request_there_is_none(self, desk):
        desk.selected = f"request-{desk.care_request.pk}"
        assert "Choose an activity" in text(desk.get("activity_details"))

    def test_each_tag_is_an_item_with_a_button_to_remove_it(self, desk, ana):
        remarks.add_tag(desk.activity, "no signal", by=ana.user)
        assert 'aria-label="Remove no signal"' in html(desk.get("activity_details"))

    @pytest.mark.rule("R51")
    def test_a_begun_tag_is_still_in_the_field(self, desk, ana):
        drafts.keep(ana.user, f"activity-{desk.activity.pk}", "tag", "rou")
        assert field(desk.get("activity_details"), "tag") == "rou"


class Test_adding:
    @pytest.mark.rule("R60")
    def test_exactly_what_was_typed_becomes_a_tag(self, desk, ana):
        answer = desk.post("add_tag", tag="  a, b; “c” ")
        assert Tag.objects.get().name == "a, b; “c”"
        assert answer.status_code == 200
        assert "Remove a, b; “c”" in html(answer)
        assert "added" in text(answer)

    @pytest.mark.rule("R60")
    def test_the_field_is_not_part_of_the_answer(self, desk):
        assert 'name="tag"' not in html(desk.post("add_tag", tag="router"))

    @pytest.mark.rule("R60")
    def test_its_draft_is_done_with(self, desk, ana):
        name = f"activity-{desk.activity.pk}"
        drafts.keep(ana.user, name, "tag", "rou")
        assert told(desk.post("add_tag", tag="router"), "saved") == {"drafts": [f"{name}:tag"]}
        assert drafts.of(ana.user, name) == {name: {}}

    @pytest.mark.rule("R61")
    def test_50_characters_are_taken_and_51_refused_in_words(self, desk):
        assert desk.post("add_tag", tag="x" * 50).status_code == 200
        answer = desk.post("add_tag", tag="y" * 51)
        assert answer.status_code == 422
        assert "1 character too many." in text(answer)
        assert Tag.objects.count() == 1

    @pytest.mark.rule("R61")
    def test_empty_is_refused_in_words(self, desk):
        answer = desk.post("add_tag", tag="   ")
        assert (answer.status_code, "Type a tag first." in text(answer)) == (422, True)

    @pytest.mark.rule("R62")
    def test_a_twin_says_so_and_rings_the_first(self, desk):
        desk.post("add_tag", tag="İptal")
        answer = desk.post("add_tag", tag=" ıptal ")
        assert answer.status_code == 422
        assert "“İptal” is already there." in text(answer)
        assert 'class="tag twin"' in html(answer)
        assert [tag.name for tag in Tag.objects.all()] == ["İptal"]

    @pytest.mark.rule("R62")
    def test_unique_within_its_activity_only(self, desk, ana, internet):
        desk.post("add_tag", tag="router")
        other = at_desk(ana, held(chat_in(internet), ana))
        assert other.post("add_tag", tag="router").status_code == 200
        assert Tag.objects.count() == 2

    def test_it_goes_to_the_one_that_is_selected(self, desk, jelena):
        other = over(medium="call", customer=jelena, care_request=desk.care_request)
        desk.selected = f"activity-{other.pk}"
        desk.post("add_tag", tag="router")
        assert Tag.objects.get().activity == other

    @pytest.mark.rule("R55")
    def test_a_request_that_closed_meanwhile_takes_none(self, desk, monkeypatch):
        tag = Tag.objects.create(activity=desk.activity, name="old", folded="old")
        monkeypatch.setattr("queues.seat.Seat.may", lambda seat, record: True)
        CareRequest.objects.update(state="closed", closed_at=timezone.now())
        for answer in (desk.post("add_tag", tag="new"), desk.post("remove_tag", tag.pk)):
            assert answer.status_code == 409
            assert "can only be read" in text(answer)
        assert [tag.name for tag in Tag.objects.all()] == ["old"]


@pytest.mark.rule("R60")
class Test_removing:
    def test_it_is_gone(self, desk, ana):
        tag = remarks.add_tag(desk.activity, "router", by=ana.user)
        answer = desk.post("remove_tag", tag.pk)
        assert (answer.status_code, "router" in text(answer)) == (200, False)
        assert not Tag.objects.exists()

    def test_twice_is_no_error(self, desk, ana):
        tag = remarks.add_tag(desk.activity, "router", by=ana.user)
        desk.post("remove_tag", tag.pk)
        assert desk.post("remove_tag", tag.pk).status_code == 200

    def test_not_another_activitys(self, desk, ana, internet):
        foreign = remarks.add_tag(held(chat_in(internet), ana).activity, "router", by=ana.user)
        desk.post("remove_tag", foreign.pk)
        assert Tag.objects.get() == foreign


@pytest.mark.rule("R60")
class Test_suggestions:
    def test_the_organisations_words_most_used_first_without_those_it_has(self, desk, ana, internet):
        others = [held(chat_in(internet), ana).activity for _ in range(2)]
        for other, tags in zip(others, (["router", "Rotterdam"], ["Router", "roof"]), strict=True):
            for tag in tags:
                remarks.add_tag(other, tag, by=ana.user)
        remarks.add_tag(desk.activity, "roof", by=ana.user)
        answer = desk.get("tag_suggestions", tag="RO")
        assert text(answer).split() == ["Router", "Rotterdam"]
        assert html(answer).count('role="option"') == 2

    @pytest.mark.parametrize("typed", ["", "  ", "%", "_", "x" * 3000])
    def test_nothing_for_what_none_begins_with(self, desk, ana, internet, typed):
        remarks.add_tag(held(chat_in(internet), ana).activity, "router", by=ana.user)
        assert text(desk.get("tag_suggestions", tag=typed)) == ""


@pytest.fixture
def stale(desk, marko):
    """Marko has added a tag since Ana's desk was drawn."""
    desk.activity.refresh_from_db()
    desk.old = desk.activity.version
    remarks.add_tag(desk.activity, "line check", by=marko.user)
    return desk


@pytest.mark.rule("R52")
class Test_when_a_colleague_was_first:
    def look(self, desk, version, **data):
        return desk.get("activity_details", loaded=f"activity-{desk.activity.pk}:{version}", **data)

    def test_a_look_tells_and_shows_nothing_of_theirs(self, stale):
        answer = self.look(stale, stale.old)
        assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#tag_caution", "innerHTML")
        assert "Marko Babić changed Tags at" in text(answer)
        assert "line check" not in html(answer)

    def test_load_looks_anew(self, stale):
        address = re.search(r'hx-get="([^"]+)"', html(self.look(stale, stale.old)))[1]
        answer = stale.client.get(address, headers={"HX-Request": "true"})
        assert "line check" in text(answer)
        assert "<section" not in html(answer)
        assert field(answer, "activity_version") == str(stale.old + 1)

    def test_another_tag_is_stored_and_the_caution_shown(self, stale):
        answer = stale.post("add_tag", tag="router", activity_version=stale.old)
        assert (answer.status_code, answer["HX-Reswap"]) == (200, "beforeend")
        assert "Marko Babić changed Tags at" in text(answer)
        assert 'aria-label="Remove router"' in html(answer)
        assert "line check" not in html(answer)
        assert set(Tag.objects.values_list("name", flat=True)) == {"line check", "router"}

    @pytest.mark.rule("R62")
    def test_the_same_tag_is_said_to_be_there(self, stale):
        answer = stale.post("add_tag", tag="Line check", activity_version=stale.old)
        assert answer.status_code == 422
        assert "“line check” is already there." in text(answer)
        assert "Marko Babić changed Tags at" in text(answer)
        assert Tag.objects.count() == 1

    def test_removing_is_refused_with_the_caution(self, stale, ana):
        mine = remarks.add_tag(stale.activity, "router", by=ana.user)
        answer = stale.post("remove_tag", mine.pk, activity_version=stale.old)
        assert answer.status_code == 409
        assert "Marko Babić changed Tags at" in text(answer)
        assert Tag.objects.count() == 2
        version = stale.task.activity.__class__.objects.get(pk=stale.activity.pk).version
        assert stale.post("remove_tag", mine.pk, activity_version=version).status_code == 200

    @pytest.mark.rule("R53")
    def test_ones_own_tags_of_another_tab_are_no_caution(self, desk, ana):
        version = Activity.objects.get(pk=desk.activity.pk).version
        tag = remarks.add_tag(desk.activity, "router", by=ana.user)
        assert "router" in text(self.look(desk, version))
        assert desk.post("remove_tag", tag.pk, activity_version=version).status_code == 200

    @pytest.mark.rule("R53")
    def test_a_tag_that_came_and_went_is_no_caution(self, stale, marko):
        remarks.remove_tag(stale.activity, Tag.objects.get().pk, by=marko.user)
        assert "changed" not in text(self.look(stale, stale.old))

    @pytest.mark.rule("R53")
    def test_a_comment_just_appears(self, desk, marko):
        version = Activity.objects.get(pk=desk.activity.pk).version
        remarks.comment(desk.activity, "Seen by me, too.", by=marko.user)
        loaded = f"activity-{desk.activity.pk}:{version}"
        assert "Seen by me, too." in text(desk.get("comments", loaded=loaded))

    @pytest.mark.rule("R20", "R53")
    def test_in_a_preview_theirs_just_appear(self, preview, marko):
        remarks.add_tag(preview.activity, "line check", by=marko.user)
        assert "line check" in text(self.look(preview, 1))


@pytest.mark.rule("R52")
class Test_when_a_colleague_moved_it:
    @pytest.fixture
    def moved(self, desk, marko):
        """Marko has moved it to a new request since Ana's desk was drawn."""
        desk.former, desk.old = desk.care_request, desk.activity.version
        desk.target = joining.add_request(desk.activity, by=marko.user)
        return desk

    def test_the_caution_says_so(self, moved):
        answer = moved.get("activity_details", loaded=f"activity-{moved.activity.pk}:{moved.old}")
        assert "Marko Babić changed Request at" in text(answer)
        assert moved.address("load") in html(answer)
        assert 'hx-target="#details"' in html(answer)

    def test_load_shows_the_new_request_and_ones_own_text_beside_it(self, moved):
        record = f"request-{moved.former.pk}"
        headers = {"HX-Request": "true", "HX-Target": "details"}
        typed = {"record": record, "request_version": 1, "title": "My title", "description": ""}
        answer = moved.client.post(moved.address("load"), typed, headers=headers)
        assert field(answer, "record") == f"request-{moved.target.pk}"
        assert field(answer, "title") == ""
        assert "Yours, not saved My title Use mine" in text(answer)
        assert f"{record}:title" in told(answer, "saved")["drafts"]

    @pytest.mark.parametrize("record", ["", "request-x", "activity-1", "request-" + "9" * 30])
    def test_load_of_nothing_in_particular(self, moved, record):
        headers = {"HX-Request": "true", "HX-Target": "details"}
        answer = moved.client.post(moved.address("load"), {"record": record, "title": "x"}, headers=headers)
        assert field(answer, "record") == f"request-{moved.target.pk}"

    def test_who_may_load(self, moved, preview, client, marko, mallory):
        address = moved.address("load")
        assert client.post(address).status_code == 302
        assert moved.client.get(address).status_code == 405
        assert at_desk(marko, moved.task).post("load").status_code == 404
        assert preview.post("load").status_code == 403
        client.force_login(mallory)
        assert client.post(address).status_code == 403


@pytest.mark.rule("R55")
def test_tags_of_a_request_closed_meanwhile_are_refused_in_words(desk):
    CareRequest.objects.update(state="closed", closed_at=timezone.now())
    answer = desk.post("add_tag", tag="router")
    assert (answer.status_code, "This request has been closed" in text(answer)) == (409, True)
