"""The pane Activity details: medium and tags (R9, R60 to R62)."""

import pytest
from django.utils import timezone

from activities import drafts, remarks
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
