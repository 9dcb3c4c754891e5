"""Close from the desk: the question, the reasons beside their fields, and where the desk goes next (R85 to R88)."""

import json

import pytest

from activities import drafts, remarks
from activities.models import Activity, Comment, Tag
from customers import editing
from customers.models import Customer
from queues.models import Task
from requests_app.editing import save_details
from requests_app.models import CareRequest
from tests.beside import at_desk, html, text, toast, told
from tests.cast import chat_in, chat_of, held, over


def closed(desk):
    desk.task.refresh_from_db()
    return desk.task.state == Task.CLOSED


def close(desk, **given):
    return desk.post("close", **given)


@pytest.fixture
def customer_name(jelena):
    return f"customer-{jelena.pk}"


def typed_over(desk, **texts):
    """A form that was put aside with these texts in it."""
    stored = json.dumps(dict.fromkeys(texts, ""))
    version = desk.activity.customer.version if desk.activity.customer else ""
    desk.post("customer_form", aside=1, was=stored, customer_version=version, **texts)


@pytest.mark.rule("R85")
class Test_where_the_desk_goes:
    def test_to_the_next_task_in_progress(self, desk, ana, internet):
        following = held(chat_in(internet), ana)
        answer = close(desk)
        assert closed(desk)
        to = json.loads(answer["HX-Location"])
        assert (to["path"], to["target"]) == (f"/desk/{following.pk}/", "#work")
        assert toast(answer) == "Closed. Jelena Marković has been told."
        assert told(answer, "look-tasks") == {}

    def test_to_the_empty_desk_after_the_last(self, desk):
        assert json.loads(close(desk)["HX-Location"])["path"] == "/desk/"

    def test_pressed_twice_it_is_no_error(self, desk):
        close(desk)
        again = close(desk)
        assert (again.status_code, json.loads(again["HX-Location"])["path"]) == (200, "/desk/")
        assert toast(again) == ""


@pytest.mark.rule("R85", "R86")
class Test_unsaved_changes_of_a_customer:
    def test_are_asked_about_field_by_field(self, desk):
        typed_over(desk, city="Novi Sad")
        answer = close(desk)
        assert not closed(desk)
        said = text(answer)
        assert "Save your changes to Jelena Marković before closing?" in said
        assert "City Novi Sad" in said
        for button in ("Save", "Discard", "Keep working"):
            assert button in said
        assert 'aria-label="Close"' in html(answer)

    def test_also_those_in_the_form_that_stands_open(self, desk, jelena):
        open_form = {
            "customer_form": 1,
            "was": '{"city": ""}',
            "city": "Niš",
            "customer_version": jelena.version,
        }
        assert "City Niš" in text(close(desk, **open_form))
        assert "1 change, not saved" in text(desk.get("customer_details"))

    def test_save_stores_them_and_closes(self, desk, jelena):
        typed_over(desk, city="Novi Sad")
        close(desk, choice="save")
        assert closed(desk)
        jelena.refresh_from_db()
        assert jelena.city == "Novi Sad"

    def test_discard_drops_them_and_closes(self, desk, jelena, ana, customer_name):
        typed_over(desk, city="Novi Sad")
        close(desk, choice="discard")
        assert closed(desk)
        jelena.refresh_from_db()
        assert jelena.city == ""
        assert drafts.of(ana.user, customer_name) == {customer_name: {}}

    def test_no_question_without_changes(self, desk, jelena):
        open_form = {
            "customer_form": 1,
            "was": '{"city": ""}',
            "city": "",
            "customer_version": jelena.version,
        }
        close(desk, **open_form)
        assert closed(desk)

    @pytest.mark.rule("R87")
    def test_what_is_invalid_opens_the_form_with_the_reason(self, desk):
        typed_over(desk, email_1="jelena@")
        answer = close(desk, choice="save")
        assert answer.status_code == 422
        assert "This e-mail address is not complete." in text(answer)
        assert 'aria-label="Customer information"' in html(answer)
        assert toast(answer) == "Nothing was closed yet."
        assert not closed(desk)

    @pytest.mark.rule("R87", "R52")
    def test_a_colleague_who_was_first_stops_it_with_a_caution(self, desk, jelena, marko):
        typed_over(desk, city="Novi Sad")
        editing.save(jelena, {"city": "Niš"}, version=None, by=marko.user)
        answer = close(desk, choice="save")
        assert answer.status_code == 409
        assert "Marko Babić changed City" in text(answer)
        assert not closed(desk)

    @pytest.mark.rule("R87", "R52")
    def test_in_the_open_form_the_fields_stay_as_they_are(self, desk, jelena, marko):
        form = {
            "customer_form": 1,
            "customer_version": jelena.version,
            "city": "Novi Sad",
            "was": '{"city": ""}',
        }
        editing.save(jelena, {"city": "Niš"}, version=None, by=marko.user)
        answer = close(desk, choice="save", **form)
        assert (answer.status_code, answer["HX-Retarget"]) == (409, "#form_caution")
        assert "You changed City" in text(answer)
        assert toast(answer) == "Nothing was closed yet."
        assert not closed(desk)


@pytest.mark.rule("R85", "R86")
class Test_a_customer_who_was_never_created:
    def test_is_asked_about(self, new_desk):
        said = text(close(new_desk))
        assert "Create the customer Vera Check before closing?" in said
        for button in ("Create", "Discard", "Keep working"):
            assert button in said
        assert not closed(new_desk)

    def test_create_stores_what_is_known_and_typed_and_closes(self, new_desk):
        typed_over(new_desk, city="Niš")
        close(new_desk, choice="create", record=f"activity-{new_desk.activity.pk}", title="Wrong bill")
        assert closed(new_desk)
        customer = Customer.objects.get()
        assert (customer.full_name, customer.emails, customer.city) == (
            "Vera Check",
            ["vera@post.example"],
            "Niš",
        )
        assert CareRequest.objects.get().title == "Wrong bill"

    def test_discard_keeps_the_activity_with_its_notes(self, new_desk):
        close(new_desk, choice="discard", record=f"activity-{new_desk.activity.pk}", title="Wrong bill")
        activity = Activity.objects.get()
        assert closed(new_desk)
        assert (activity.customer, activity.title_note, activity.source_name) == (
            None,
            "Wrong bill",
            "Vera Check",
        )

    @pytest.mark.rule("R71")
    def test_likely_duplicates_stand_in_the_same_dialog(self, ana, internet, jelena):
        editing.create({"first_name": "Jelena", "emails": ["jelena@post.example"]}, by=ana.user)
        desk = at_desk(ana, held(chat_in(internet, email="jelena@post.example"), ana))
        said = text(close(desk))
        assert said.count("Use this one") == 2
        close(desk, use=jelena.pk)
        assert closed(desk)
        assert Activity.objects.get(pk=desk.activity.pk).customer == jelena

    def test_use_of_nobody(self, new_desk):
        assert close(new_desk, use=999).status_code == 404
        assert close(new_desk, use="x").status_code == 404
        assert not closed(new_desk)

    @pytest.mark.rule("R87")
    def test_an_incomplete_address_opens_the_form(self, new_desk):
        typed_over(new_desk, email_1="vera@")
        answer = close(new_desk, choice="create")
        assert (answer.status_code, "not complete" in text(answer)) == (422, True)
        assert not closed(new_desk)
        assert not Customer.objects.exists()


@pytest.mark.rule("R87")
class Test_what_stands_in_the_panes:
    def test_is_stored(self, desk):
        record = f"request-{desk.care_request.pk}"
        details = {"record": record, "request_version": 1, "title": "Router", "description": "White one."}
        close(desk, **details, tag="hardw", comment="Asked the shop")
        assert closed(desk)
        assert (desk.care_request.title, desk.care_request.description) == ("Router", "White one.")
        assert Tag.objects.get().name == "hardw"
        assert Comment.objects.get().text == "Asked the shop"

    @pytest.mark.parametrize(
        ("name", "given", "words", "at"),
        [
            ("message", "Goodbye", "Not sent yet.", "#message"),
            ("title", "x" * 2001, "1 character too many.", "#request_title"),
            ("description", "x" * 2001, "1 character too many.", "#request_description"),
            ("tag", "x" * 51, "1 character too many.", "#tag"),
            ("comment", "x" * 2001, "1 character too many.", "#comment"),
        ],
    )
    def test_or_nothing_closes_and_the_reason_stands_beside_its_field(self, desk, name, given, words, at):
        everything = {"title": "Router", "tag": "hardware", "comment": "Asked", name: given}
        answer = close(desk, record=f"request-{desk.care_request.pk}", request_version=1, **everything)
        assert (answer.status_code, answer["HX-Reswap"]) == (422, "none")
        assert words in text(answer)
        assert told(answer, "point") == {"at": at}
        assert toast(answer) == "Nothing was closed yet."
        assert not closed(desk)
        assert desk.care_request.title == ""
        assert not Tag.objects.exists()
        assert not Comment.objects.exists()

    def test_a_colleague_who_was_first_stops_it_with_a_caution(self, desk, marko):
        save_details(desk.care_request, {"title": "His title"}, version=None, by=marko.user)
        answer = close(desk, record=f"request-{desk.care_request.pk}", request_version=1, title="My title")
        assert answer.status_code == 409
        assert "Marko Babić changed Title" in text(answer)
        assert told(answer, "point") == {"at": "#request_title"}
        assert not closed(desk)

    def test_a_comment_begun_on_an_older_activity_stays_there(self, desk, jelena):
        """R9: it never shows with another activity."""
        old = over(medium="call", customer=jelena, care_request=desk.care_request)
        close(desk, activity=f"activity-{old.pk}", comment="Of the call")
        assert closed(desk)
        assert Comment.objects.get().activity == old

    def test_one_begun_on_this_activity_is_stored_while_another_is_shown(self, desk, jelena, ana):
        old = over(medium="call", customer=jelena, care_request=desk.care_request)
        drafts.keep(ana.user, f"activity-{desk.activity.pk}", "comment", "Of the chat")
        close(desk, activity=f"activity-{old.pk}", comment="Of the call")
        assert {(comment.activity_id, comment.text) for comment in Comment.objects.all()} == {
            (old.pk, "Of the call"),
            (desk.activity.pk, "Of the chat"),
        }

    def test_a_title_that_was_not_saved_while_another_request_is_shown(self, desk, jelena, ana):
        other = CareRequest.objects.create(customer=jelena, title="Moving")
        drafts.keep(ana.user, f"request-{desk.care_request.pk}", "title", "Router")
        answer = close(desk, record=f"request-{other.pk}", request_version=1)
        assert answer.status_code == 409
        assert answer["HX-Retarget"] == "#details"
        assert 'value="Router"' in html(answer)
        assert told(answer, "point") == {"at": "#request_title"}
        assert not closed(desk)

    @pytest.mark.parametrize("shown", [True, False])
    def test_a_comment_that_was_being_edited(self, desk, ana, jelena, shown):
        written = remarks.comment(desk.activity, "Asked", by=ana.user)
        old = over(medium="call", customer=jelena)
        if shown:
            close(desk, **{f"comment-{written.pk}": "Asked the shop"})
        else:
            drafts.keep(ana.user, f"activity-{desk.activity.pk}", f"comment-{written.pk}", "Asked the shop")
            close(desk, activity=f"activity-{old.pk}")
        assert closed(desk)
        assert Comment.objects.get().text == "Asked the shop"

    def test_an_edited_comment_that_is_too_long_stops_it(self, desk, ana):
        name = f"comment-{remarks.comment(desk.activity, 'Asked', by=ana.user).pk}"
        answer = close(desk, **{name: "x" * 2001})
        assert told(answer, "point") == {"at": f'[name="{name}"]'}
        assert "1 character too many." in text(answer)
        assert not closed(desk)

    @pytest.mark.rule("R52")
    def test_a_text_beside_a_colleagues_stops_it(self, desk, ana):
        record = f"request-{desk.care_request.pk}"
        drafts.keep(ana.user, record, "mine_description", "Mine")
        answer = close(desk, record=record, request_version=1)
        assert (answer.status_code, told(answer, "point")) == (422, {"at": "#request_description"})
        assert "Your text beside it is not saved yet." in text(answer)
        assert not closed(desk)

    def test_not_into_what_may_not_be_edited(self, desk, ana, internet):
        foreign = held(chat_in(internet), ana).activity
        assert close(desk, activity=f"activity-{foreign.pk}", comment="x").status_code == 404
        assert close(desk, record="request-999", title="x").status_code == 404
        assert not closed(desk)


@pytest.mark.rule("R88")
def test_the_customer_is_told(desk):
    close(desk)
    last = desk.activity.messages.last()
    assert (last.kind, last.author_name) == ("closed", "Ana Kovač")


@pytest.mark.rule("R65")
def test_comments_and_tags_never_reach_the_conversation(desk, ana):
    remarks.comment(desk.activity, "Suspects the adapter", by=ana.user)
    close(desk, tag="secret", comment="Do not tell")
    said = " ".join(desk.activity.messages.values_list("text", flat=True))
    for word in ("adapter", "secret", "tell"):
        assert word not in said


def test_a_colleagues_task_is_not_closed(desk, marko, internet, jelena):
    theirs = at_desk(marko, held(chat_of(jelena, internet), marko))
    theirs.client = desk.client
    assert close(theirs).status_code == 404
    assert not closed(theirs)
