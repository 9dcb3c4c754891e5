"""The pane Request details (R8, R41, R51, R52) over HTTP."""

import pytest
from django.utils import timezone

from activities import drafts, joining
from activities.models import Activity
from caredesk.retrying import Overtaken
from requests_app.editing import save_details
from requests_app.models import CareRequest
from tests.beside import at_desk, field, html, text, told
from tests.cast import ago, chat_in, held, over


def name_of(desk):
    return f"request-{desk.care_request.pk}"


def save(desk, *, version=None, **texts):
    record = desk.care_request or desk.activity
    version = record.version if version is None else version
    name = f"{record.realtime_name}-{record.pk}"
    return desk.post("request_details", record=name, request_version=version, **texts)


def settle(desk, *, version=None, **posted):
    version = desk.care_request.version if version is None else version
    return desk.post("settle_request", record=name_of(desk), request_version=version, **posted)


@pytest.mark.rule("R8")
class Test_what_it_says:
    def test_status_and_dates_behind_its_icon(self, desk):
        said = text(desk.get("request_details"))
        assert 'aria-label="Request information"' in html(desk.get("request_details"))
        assert "Open · created" in said
        assert "Status Open Created" in said
        assert said.count("Stays open while work on it goes on") == 2
        assert "Closed" not in said.replace("Closes", "")

    def test_a_closed_one_has_a_closed_date_and_no_closing_time(self, desk, jelena):
        old = CareRequest.objects.create(
            customer=jelena, title="Slow", state="closed", closed_at=timezone.now()
        )
        desk.selected = f"request-{old.pk}"
        said = text(desk.get("request_details"))
        assert "Status Closed Created" in said
        assert "by itself" not in said

    def test_when_it_closes_by_itself_only_while_nothing_goes_on(self, desk, jelena):
        """R90: never while a task on it is live."""
        quiet = CareRequest.objects.create(customer=jelena, title="Slow")
        desk.selected = f"request-{quiet.pk}"
        said = text(desk.get("request_details"))
        assert "Closes by itself" in said
        assert "Stays open" not in said
        CareRequest.objects.filter(pk=quiet.pk).update(touched_at=ago(days=6))
        assert "Closes by itself within a minute" in text(desk.get("request_details"))

    def test_an_untitled_one_suggests_the_customers_first_words(self, desk):
        page = desk.get("request_details").content.decode()
        assert 'placeholder="It is me again."' in page
        assert field(desk.get("request_details"), "title") == ""

    def test_or_the_subject(self, desk, jelena):
        mail = over(medium="email", customer=jelena, subject="Change of address")
        mail.care_request = CareRequest.objects.create(customer=jelena)
        mail.save()
        desk.selected = f"request-{mail.care_request.pk}"
        assert 'placeholder="Change of address"' in desk.get("request_details").content.decode()

    def test_words_without_boxes_where_nothing_may_be_changed(self, preview, jelena):
        CareRequest.objects.create(customer=jelena, title="Invoice", description="Billed twice.")
        page = preview.get("request_details").content.decode()
        assert "Billed twice." in page
        assert "<input" not in page

    @pytest.mark.rule("R20", "R41")
    def test_a_preview_says_which_request_accept_joins(self, preview, jelena):
        CareRequest.objects.create(customer=jelena, title="Older", created_at=ago(hours=5))
        CareRequest.objects.create(customer=jelena, title="Newest", created_at=ago(hours=1))
        CareRequest.objects.create(customer=jelena, title="Closed", state="closed", closed_at=timezone.now())
        said = text(preview.get("request_details"))
        assert "Joins this request on Accept" in said
        assert "Newest" in said

    @pytest.mark.rule("R20")
    def test_or_that_there_will_be_a_new_one(self, preview):
        assert "Accept makes a new one" in text(preview.get("request_details"))


@pytest.mark.rule("R51")
class Test_saving:
    def test_one_field_when_it_is_left(self, desk):
        answer = save(desk, title="  Router keeps restarting ")
        assert (answer.status_code, "Saved" in text(answer)) == (200, True)
        assert desk.care_request.title == "Router keeps restarting"

    def test_the_answer_leaves_the_fields_alone_and_brings_the_new_version(self, desk):
        answer = save(desk, title="Router")
        assert 'name="title"' not in html(answer)
        assert field(answer, "request_version") == str(desk.care_request.version)

    def test_its_draft_is_done_with(self, desk, ana):
        drafts.keep(ana.user, name_of(desk), "title", "Rout")
        answer = save(desk, title="Router")
        assert told(answer, "saved") == {
            "drafts": [f"{name_of(desk)}:title", f"{name_of(desk)}:request_version"]
        }
        assert drafts.of(ana.user, name_of(desk)) == {name_of(desk): {}}

    def test_a_draft_is_in_the_field_and_marked(self, desk, ana):
        drafts.keep(ana.user, name_of(desk), "title", "Rout")
        answer = desk.get("request_details")
        assert field(answer, "title") == "Rout"
        assert 'data-stored=""' in html(answer)
        assert 'class="in changed"' in html(answer)

    @pytest.mark.rule("R50")
    @pytest.mark.parametrize("name", ["title", "description"])
    def test_2001_characters_are_refused_in_words_and_2000_saved(self, desk, name):
        answer = save(desk, **{name: "š" * 2001})
        assert answer.status_code == 422
        assert f'id="request_{name}_error"' in html(answer)
        assert "1 character too many." in text(answer)
        assert getattr(desk.care_request, name) == ""
        assert save(desk, **{name: "š" * 2000}).status_code == 200

    def test_two_fields_of_one_desk_one_after_the_other(self, desk):
        """Each goes over the version that the pane was drawn with: one's own first save is no caution (R53)."""
        version = desk.care_request.version
        assert save(desk, version=version, title="Router").status_code == 200
        assert save(desk, version=version, description="White one.").status_code == 200
        assert (desk.care_request.title, desk.care_request.description) == ("Router", "White one.")

    def test_what_was_typed_for_one_request_never_lands_in_another(self, desk, ana):
        """The field is left by pressing Add request: whichever is served first, the title is the old one's."""
        former = desk.care_request
        joining.add_request(desk.activity, by=ana.user)
        answer = desk.post(
            "request_details", record=f"request-{former.pk}", request_version=1, title="Router"
        )
        assert answer.status_code == 200
        former.refresh_from_db()
        assert (former.title, desk.care_request.title) == ("Router", "")

    def test_not_into_the_request_of_another_customer(self, desk, ana, internet, marko):
        from customers import editing

        other = editing.create({"first_name": "Noor"}, by=marko.user)
        foreign = CareRequest.objects.create(customer=other)
        assert desk.post("request_details", record=f"request-{foreign.pk}", title="x").status_code == 404

    @pytest.mark.parametrize("record", ["request-x", "activity-999", "customer-1", "request-" + "9" * 30])
    def test_not_into_what_is_no_request(self, desk, record):
        assert desk.post("request_details", record=record, title="x").status_code == 404


@pytest.mark.rule("R41")
class Test_before_the_customer_is_created:
    def test_title_and_description_are_notes_of_the_activity(self, new_desk):
        assert "Made when the customer is created" in text(new_desk.get("request_details"))
        save(new_desk, title="Wrong bill")
        save(new_desk, description="Billed twice.")
        assert joining.notes_of(new_desk.activity) == {"title": "Wrong bill", "description": "Billed twice."}
        assert not CareRequest.objects.exists()

    def test_they_survive_a_reload_and_another_agent(self, new_desk, marko):
        save(new_desk, title="Wrong bill")
        assert field(new_desk.get("request_details"), "title") == "Wrong bill"
        new_desk.task.agent = marko
        new_desk.task.save()
        colleague = at_desk(marko, new_desk.task)
        assert field(colleague.get("request_details"), "title") == "Wrong bill"

    def test_a_preview_shows_them(self, ana, internet):
        looking = at_desk(ana, chat_in(internet))
        joining.note(looking.activity, {"title": "Wrong bill"})
        assert "Wrong bill" in text(looking.get("request_details"))

    @pytest.mark.rule("R50")
    def test_they_have_the_same_limit(self, new_desk):
        answer = save(new_desk, title="x" * 2001)
        assert (answer.status_code, "1 character too many." in text(answer)) == (422, True)
        assert joining.notes_of(new_desk.activity) == {}

    def test_an_old_one_without_a_customer_shows_what_was_noted(self, new_desk):
        Activity.objects.filter(pk=new_desk.activity.pk).update(title_note="Wrong bill")
        assert field(new_desk.get("request_details"), "title") == "Wrong bill"


@pytest.fixture
def stale(desk, marko):
    """Marko has changed the title since Ana's desk was drawn."""
    save_details(desk.care_request, {"title": "His title"}, version=None, by=marko.user)
    desk.old = desk.care_request.version - 1
    return desk


@pytest.mark.rule("R52")
class Test_when_a_colleague_was_first:
    def test_nothing_is_overwritten_and_the_caution_says_who_what_and_when(self, stale):
        answer = save(stale, version=stale.old, title="My title")
        assert answer.status_code == 409
        said = text(answer)
        assert "Marko Babić changed Title at" in said
        assert "Load shows theirs; yours is kept." in said
        assert "Load" in said
        assert stale.care_request.title == "His title"

    def test_load_shows_theirs_and_keeps_mine_beside(self, stale):
        answer = settle(stale, version=stale.old, title="My title", description="", load=1)
        assert field(answer, "title") == "His title"
        assert "Yours, not saved My title Use mine Keep both Drop" in text(answer)
        assert f"{name_of(stale)}:title" in told(answer, "saved")["drafts"]
        assert told(answer, "point") == {"at": "#request_title"}

    def test_mine_is_still_beside_it_after_a_reload(self, stale):
        settle(stale, version=stale.old, title="My title", load=1)
        answer = stale.get("request_details")
        assert field(answer, "title") == "His title"
        assert "My title" in text(answer)

    def test_after_load_saving_works(self, stale):
        settle(stale, version=stale.old, title="My title", load=1)
        assert save(stale, title="My title after all").status_code == 200
        assert stale.care_request.title == "My title after all"

    @pytest.mark.parametrize(
        ("choice", "stored"), [("use", "My title"), ("both", "His title\nMy title"), ("drop", "His title")]
    )
    def test_mine_is_used_added_or_dropped(self, stale, choice, stored):
        settle(stale, version=stale.old, title="My title", load=1)
        answer = settle(stale, field="title", mine=choice)
        assert answer.status_code == 200
        assert stale.care_request.title == stored
        assert field(answer, "title") == stored.replace("\n", "\n")
        assert told(answer, "point") == {"at": "#request_title"}
        assert "Yours, not saved" not in text(answer)

    def test_both_together_may_be_too_long(self, desk, marko):
        save_details(desk.care_request, {"description": "y" * 1500}, version=None, by=marko.user)
        settle(desk, version=1, description="x" * 1500, load=1)
        answer = settle(desk, field="description", mine="both")
        assert answer.status_code == 422
        assert "1001 characters too many." in text(answer)
        assert len(field(answer, "description")) == 3001

    def test_where_nothing_overlaps_one_click_keeps_both(self, stale):
        answer = save(stale, version=stale.old, description="My words")
        assert "Nothing overlaps." in text(answer)
        assert "Keep both" in text(answer)
        answer = settle(stale, version=stale.old, title="", description="My words", both=1)
        assert answer.status_code == 200
        assert (stale.care_request.title, stale.care_request.description) == ("His title", "My words")

    @pytest.mark.parametrize(
        "given", [{"mine": "x", "field": "title"}, {"mine": "use", "field": "state"}, {"mine": "use"}]
    )
    def test_no_other_way(self, stale, given):
        assert stale.post("settle_request", **given).status_code == 404

    def test_one_click_never_overwrites_what_overlaps_by_now(self, stale):
        answer = settle(stale, version=stale.old, title="Mine", description="My words", both=1)
        assert (answer.status_code, answer["HX-Reswap"]) == (409, "none")
        assert "Marko Babić changed Title" in text(answer)
        assert (stale.care_request.title, stale.care_request.description) == ("His title", "")

    def test_a_save_that_changes_nothing_has_not_seen_the_rest(self, stale, marko):
        save_details(stale.care_request, {"description": "His words"}, version=None, by=marko.user)
        answer = save(stale, version=stale.old, title="His title")
        assert answer.status_code == 200
        assert field(answer, "request_version") == str(stale.old)
        assert "Marko Babić changed Title, Description at" in text(answer)
        assert save(stale, version=stale.old, description="My words").status_code == 409

    def test_what_stands_beside_stays_when_something_else_is_saved(self, stale):
        settle(stale, version=stale.old, title="My title", load=1)
        assert save(stale, title="Another").status_code == 200
        assert "Yours, not saved My title" in text(stale.get("request_details"))

    def test_a_second_load_adds_to_what_stands_beside(self, stale, marko):
        settle(stale, version=stale.old, title="My title", load=1)
        version = stale.care_request.version
        save_details(stale.care_request, {"title": "His second"}, version=None, by=marko.user)
        answer = settle(stale, version=version, title="My second", load=1)
        assert field(answer, "title") == "His second"
        assert "Yours, not saved My title My second Use mine" in text(answer)

    def test_using_mine_over_a_newer_change_is_refused_and_keeps_it(self, stale, marko):
        settle(stale, version=stale.old, title="My title", load=1)
        version = stale.care_request.version
        save_details(stale.care_request, {"title": "His second"}, version=None, by=marko.user)
        answer = settle(stale, version=version, field="title", mine="use")
        assert (answer.status_code, "Marko Babić changed Title" in text(answer)) == (409, True)
        assert stale.care_request.title == "His second"
        assert "Yours, not saved My title" in text(stale.get("request_details"))


@pytest.mark.rule("R52")
class Test_the_look_after_a_push:
    """What the script asks: the pane, and which versions it was drawn with."""

    def look(self, desk, version, **data):
        loaded = f"{name_of(desk)}:{version} activity-{desk.activity.pk}:{desk.activity.version}"
        return desk.get("request_details", loaded=loaded, **data)

    def test_tells_and_shows_nothing_of_theirs(self, stale):
        answer = self.look(stale, stale.old)
        assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#request_caution", "innerHTML")
        assert "Marko Babić changed Title at" in text(answer)
        assert "Load shows it." in text(answer)
        assert field(answer, "title") is None
        assert "His title" not in html(answer)

    def test_names_what_the_reader_has_typed(self, stale, ana):
        drafts.keep(ana.user, name_of(stale), "description", "My words")
        assert "You changed Description . Nothing overlaps." in text(self.look(stale, stale.old))
        drafts.keep(ana.user, name_of(stale), "title", "My title")
        assert "Load shows theirs; yours is kept." in text(self.look(stale, stale.old))

    def test_says_the_same_once(self, stale):
        mark = f"{name_of(stale)}:{stale.care_request.version}:"
        assert self.look(stale, stale.old, caution=mark).status_code == 204

    @pytest.mark.rule("R53")
    def test_of_ones_own_change_shows_it(self, desk, ana):
        save_details(desk.care_request, {"title": "Mine"}, version=None, by=ana.user)
        assert field(self.look(desk, desk.care_request.version - 1), "title") == "Mine"

    @pytest.mark.rule("R53", "R55")
    def test_of_a_closed_one_shows_it(self, stale):
        CareRequest.objects.update(state="closed", closed_at=timezone.now())
        assert "His title" in text(self.look(stale, stale.old))

    @pytest.mark.rule("R53")
    def test_in_a_preview_shows_it(self, preview, jelena, marko):
        request = CareRequest.objects.create(customer=jelena)
        save_details(request, {"title": "His title"}, version=None, by=marko.user)
        answer = preview.get("request_details", loaded=f"request-{request.pk}:1")
        assert "His title" in text(answer)

    @pytest.mark.parametrize("loaded", ["", "request-", "request-1:x", "request-1:²", ":", "x:1:1"])
    def test_that_says_nothing_of_use_shows_what_there_is(self, stale, loaded):
        assert field(stale.get("request_details", loaded=loaded), "title") == "His title"

    def test_leaves_the_pane_when_a_colleague_moved_the_activity(self, desk, marko):
        version, former = desk.activity.version, name_of(desk)
        joining.add_request(desk.activity, by=marko.user)
        answer = desk.get("request_details", loaded=f"{former}:1 activity-{desk.activity.pk}:{version}")
        assert answer.status_code == 204

    @pytest.mark.rule("R53")
    def test_follows_when_the_reader_moved_it(self, desk, ana):
        version, former = desk.activity.version, name_of(desk)
        target = joining.add_request(desk.activity, by=ana.user)
        answer = desk.get("request_details", loaded=f"{former}:1 activity-{desk.activity.pk}:{version}")
        assert field(answer, "record") == f"request-{target.pk}"


@pytest.mark.rule("R51", "R52")
class Test_a_draft:
    def test_goes_over_the_version_that_it_was_typed_over(self, desk, ana, marko):
        drafts.keep(ana.user, name_of(desk), "title", "My title")
        drafts.keep(ana.user, name_of(desk), "request_version", str(desk.care_request.version))
        save_details(desk.care_request, {"title": "His title"}, version=None, by=marko.user)
        answer = desk.get("request_details")
        assert field(answer, "title") == "My title"
        assert field(answer, "request_version") == str(desk.care_request.version - 1)
        assert "Marko Babić changed Title at" in text(answer)

    def test_that_is_saved_forgets_it(self, desk, ana):
        for name, words in (("title", "a"), ("description", "b"), ("request_version", "1")):
            drafts.keep(ana.user, name_of(desk), name, words)
        save(desk, title="a")
        assert drafts.of(ana.user, name_of(desk))[name_of(desk)].keys() == {"description", "request_version"}
        save(desk, description="b")
        assert drafts.of(ana.user, name_of(desk)) == {name_of(desk): {}}


@pytest.mark.rule("R55", "R87")
def test_a_request_that_was_closed_meanwhile_says_so(desk):
    CareRequest.objects.update(state="closed", closed_at=timezone.now())
    answer = save(desk, title="Too late")
    assert (answer.status_code, "This request has been closed" in text(answer)) == (409, True)


class Test_the_frame:
    """What the pane listens for may change; then an answer to a look brings a new frame."""

    def test_a_look_brings_the_content_alone(self, desk):
        listened = f"request-{desk.care_request.pk} activity-{desk.activity.pk}"
        answer = desk.get("request_details", of=listened)
        assert "<section" not in html(answer)
        assert "HX-Reswap" not in answer

    def test_after_the_activity_has_moved_it_brings_the_frame(self, desk, ana):
        listened = f"request-{desk.care_request.pk} activity-{desk.activity.pk}"
        target = joining.add_request(desk.activity, by=ana.user)
        answer = desk.get("request_details", of=listened)
        assert answer["HX-Reswap"] == "none"
        assert 'hx-swap-oob="true"' in html(answer)
        assert f'data-records="request-{target.pk} activity-{desk.activity.pk}"' in html(answer)


@pytest.mark.rule("R10")
class Test_add_request:
    def test_the_tasks_own_activity_moves_whichever_is_selected(self, desk, jelena):
        former = desk.care_request
        old = over(medium="call", customer=jelena)
        desk.selected = f"activity-{old.pk}"
        answer = desk.post("add_request")
        assert answer.status_code == 200
        assert desk.care_request not in (None, former)
        assert CareRequest.objects.filter(pk=former.pk, state="open").exists()
        old.refresh_from_db()
        assert old.care_request is None

    def test_the_desk_shows_it_and_the_pen_is_in_its_title(self, desk):
        answer = desk.post("add_request")
        assert "A new request was made" in told(answer, "toast")["words"]
        assert told(answer, "point") == {"at": "#request_title"}
        assert f'data-records="request-{desk.care_request.pk} activity-{desk.activity.pk}"' in html(answer)
        assert f"req-{desk.care_request.pk}" in html(answer)
        assert 'id="journey"' in html(answer)
        assert 'id="communication"' not in html(answer)

    def test_before_the_customer_is_created_the_button_says_why_not(self, new_desk):
        page = html(new_desk.get("journey"))
        assert 'disabled aria-describedby="add_request_why"' in page
        assert "Create the customer first" in page
        assert new_desk.post("add_request").status_code == 403

    def test_not_out_of_a_closed_request(self, desk):
        CareRequest.objects.update(state="closed", closed_at=timezone.now())
        answer = desk.post("add_request")
        assert answer.status_code == 409
        assert "Nothing moved" in told(answer, "toast")["words"]
        assert CareRequest.objects.count() == 1

    @pytest.mark.rule("R52")
    def test_not_where_a_colleague_has_just_moved_it(self, desk, marko):
        version = desk.activity.version
        joining.add_request(desk.activity, by=marko.user)
        answer = desk.post("add_request", activity_version=version)
        assert answer.status_code == 409
        assert "Marko Babić has just changed" in told(answer, "toast")["words"]
        assert CareRequest.objects.count() == 2

    def test_not_while_it_is_being_moved_however_often_it_is_tried(self, desk, monkeypatch):
        def moved_again(*_given, **_more):
            raise Overtaken

        monkeypatch.setattr(joining, "locked", moved_again)
        answer = desk.post("add_request")
        assert answer.status_code == 409
        assert "being moved right now" in told(answer, "toast")["words"]

    def test_a_preview_has_no_such_button(self, preview):
        assert "Add request" not in text(preview.get("journey"))


def test_what_the_pane_costs(desk, ana, jelena, django_assert_max_num_queries):
    held(chat_in(desk.task.queue), ana)
    with django_assert_max_num_queries(6):
        desk.get("request_details")
