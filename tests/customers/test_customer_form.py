"""The form "Customer information" over HTTP (R50, R52, R70 to R72)."""

import json

import pytest
from django.test import Client

from activities import drafts, moving
from activities.models import Activity
from customers import editing
from customers.forms import CustomerForm, flat, language_name, nested, of_customer
from customers.models import Customer
from requests_app.models import CareRequest
from tests.beside import Desk, at_desk, field, html, text, toast, told
from tests.cast import call_in, chat_in, held
from tests.racing import race

HIDDEN = ("customer_record", "customer_version")


def filled(desk, **typed):
    """What the browser sends of an opened form in which this was typed."""
    answer = desk.get("customer_form", edit=1)
    names = [
        "first_name",
        "last_name",
        "email_1",
        "phone_1",
        "address",
        "city",
        "country",
        "company",
        "external_id",
    ]
    values = {name: field(answer, name) for name in [*names, "notes", "was", *HIDDEN]}
    return {**values, "language": json.loads(values["was"])["language"], **typed}


@pytest.mark.rule("R70")
class Test_a_new_customer:
    def test_it_is_filled_with_what_is_known_and_ready(self, new_desk):
        form = new_desk.get("customer_form")
        assert [field(form, name) for name in ("first_name", "last_name", "email_1")] == [
            "Vera",
            "Check",
            "vera@post.example",
        ]
        for words in ("Create", "Cancel", "Nothing is stored until Create"):
            assert words in text(form)
        assert "readonly" not in html(form)

    def test_a_callers_number_in_international_spelling(self, ana, internet):
        desk = at_desk(ana, held(call_in(internet, number="0207940800"), ana))
        assert field(desk.get("customer_form"), "phone_1") == "+31 20 794 0800"

    def test_nothing_is_stored_by_looking(self, new_desk):
        new_desk.get("customer_form")
        new_desk.get("customer_form", edit=1)
        assert not Customer.objects.exists()

    def test_create_stores_customer_and_request_and_shows_both(self, new_desk):
        new_desk.post("request_details", record=f"activity-{new_desk.activity.pk}", title="Wrong bill")
        answer = new_desk.post("customer_form", **filled(new_desk, city="Niš", phone_1="+381 11 555 0134"))
        assert answer.status_code == 200
        customer = Customer.objects.get()
        assert (customer.full_name, customer.city, customer.phones) == (
            "Vera Check",
            "Niš",
            ["+381 11 555 0134"],
        )
        assert (new_desk.care_request.title, new_desk.care_request.customer) == ("Wrong bill", customer)
        assert toast(answer) == "Customer created."
        assert f"activity-{new_desk.activity.pk}:city" in told(answer, "saved")["drafts"]
        for words in ("Niš", "Open · created", "Wrong bill", "Add request"):
            assert words in text(answer) + html(answer)
        assert '<div id="dialog" hx-swap-oob="innerHTML"></div>' in html(answer)

    def test_what_is_invalid_is_said_beside_its_field_and_the_rest_is_kept(self, new_desk):
        answer = new_desk.post("customer_form", **filled(new_desk, email_1="vera@", city="Niš"))
        assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog")
        assert "This e-mail address is not complete." in text(answer)
        assert [field(answer, name) for name in ("email_1", "city")] == ["vera@", "Niš"]
        assert not Customer.objects.exists()

    def test_nobody_at_all(self, new_desk):
        nobody = filled(new_desk, first_name="", last_name="", email_1="")
        answer = new_desk.post("customer_form", **nobody)
        assert (answer.status_code, "Give a name" in text(answer)) == (422, True)

    @pytest.mark.rule("R50")
    @pytest.mark.parametrize("name", ["first_name", "address", "notes", "phone_1", "external_id", "company"])
    def test_2000_characters_are_stored_and_2001_refused(self, new_desk, name):
        answer = new_desk.post("customer_form", **filled(new_desk, **{name: "ž" * 2001}))
        assert (answer.status_code, "1 character too many." in text(answer)) == (422, True)
        long = "".join(chr(0x4E00 + number) for number in range(2000))
        assert new_desk.post("customer_form", **filled(new_desk, **{name: long})).status_code == 200
        assert long in of_customer(Customer.objects.get()).values()

    def test_when_another_tab_was_first_it_says_so(self, new_desk):
        form = filled(new_desk)
        new_desk.post("customer_form", **form)
        second = new_desk.post("customer_form", **{**form, "city": "Niš"})
        assert Customer.objects.count() == 1
        assert second.status_code == 200  # the same agent's changes of a customer who is stored by now
        assert Customer.objects.get().city == "Niš"

    @pytest.mark.django_db(transaction=True)
    def test_create_in_two_tabs_at_once_makes_one(self, new_desk):
        form = filled(new_desk)
        other = Desk(Client(), new_desk.task)
        other.client.force_login(new_desk.task.agent.user)
        answers = race(
            lambda: new_desk.post("customer_form", **form), lambda: other.post("customer_form", **form)
        )
        assert Customer.objects.count() == 1
        assert CareRequest.objects.count() == 1
        assert sorted(answer.status_code for answer in answers) in ([200, 200], [200, 409])

    def test_cancel_returns_to_the_known_values(self, new_desk, ana):
        drafts.put(
            ana.user, f"activity-{new_desk.activity.pk}", {"first_name": "Veronika", "message": "Hello"}
        )
        assert field(new_desk.get("customer_form"), "first_name") == "Veronika"
        answer = new_desk.post("customer_form", cancel=1, **filled(new_desk))
        assert "first_name" in " ".join(told(answer, "saved")["drafts"])
        assert field(new_desk.get("customer_form"), "first_name") == "Vera"
        kept = drafts.of(ana.user, f"activity-{new_desk.activity.pk}")
        assert kept == {f"activity-{new_desk.activity.pk}": {"message": "Hello"}}


@pytest.mark.rule("R71")
class Test_likely_duplicates:
    def test_are_shown_before_create(self, ana, internet, jelena):
        desk = at_desk(ana, held(chat_in(internet), ana))
        typed = filled(desk, email_1="JELENA@post.example")
        said = text(desk.get("customer_twins", **typed))
        assert "A customer has this address or number already." in said
        assert "Jelena Marković jelena@post.example · +381 11 555 0134 · no requests Use this one" in said

    def test_by_phone_in_any_spelling(self, new_desk, jelena, ana):
        Customer.objects.filter(pk=jelena.pk).update(city="Belgrade")
        CareRequest.objects.create(customer=jelena)
        editing.create({"first_name": "Joris", "phones": ["00381 11 5550134"]}, by=ana.user)
        said = text(new_desk.get("customer_twins", **filled(new_desk, phone_1="+381115550134")))
        assert "2 customers have this address or number already." in said
        assert "Belgrade · 1 request, last" in said

    def test_whoever_pressed_create_before_they_were_shown_sees_them_first(self, new_desk, jelena):
        typed = filled(new_desk, email_1="JELENA@post.example", city="Niš")
        answer = new_desk.post("customer_form", **typed)
        assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog")
        assert "Use this one" in text(answer)
        assert told(answer, "point") == {"at": "#customer_form .twins"}
        assert field(answer, "city") == "Niš"
        assert Customer.objects.count() == 1
        new_desk.post("customer_form", **typed, twin=field(answer, "twin"))
        assert Customer.objects.count() == 2

    def test_what_is_invalid_comes_before_them(self, new_desk, jelena):
        typed = filled(new_desk, email_1="JELENA@post.example", phone_1="1" * 2001)
        answer = new_desk.post("customer_form", **typed)
        assert told(answer, "point") == {"at": "#customer_form [aria-invalid=true]"}

    def test_are_there_when_the_form_opens(self, ana, internet, jelena):
        editing.create({"first_name": "Jelena", "emails": ["jelena@post.example"]}, by=ana.user)
        desk = at_desk(ana, held(chat_in(internet, email="jelena@post.example"), ana))
        assert text(desk.get("customer_form")).count("Use this one") == 2

    def test_none_without_an_address(self, new_desk, jelena):
        assert "Use this one" not in text(new_desk.get("customer_twins", **filled(new_desk, email_1="")))


@pytest.mark.rule("R72")
def test_a_number_that_is_none_is_kept_as_typed_with_a_hint(new_desk):
    hint = "reception, 2nd floor: not a phone number that we know; it is kept as typed."
    typed = filled(new_desk, phone_1="reception, 2nd floor")
    assert hint in text(new_desk.get("customer_twins", **typed))
    new_desk.post("customer_form", **typed)
    assert Customer.objects.get().phones == ["reception, 2nd floor"]


@pytest.mark.rule("R70")
class Test_a_stored_customer:
    def test_is_read_only_until_edit(self, desk):
        form = desk.get("customer_form")
        assert html(form).count(" readonly") == 10
        assert "Edit" in text(form)
        assert "Save" not in text(form)
        assert " readonly" not in html(desk.get("customer_form", edit=1))

    def test_edit_fetches_and_fixes_the_version(self, desk, jelena, marko):
        editing.save(jelena, {"city": "Niš"}, version=None, by=marko.user)
        form = desk.get("customer_form", edit=1)
        jelena.refresh_from_db()
        assert (field(form, "city"), field(form, "customer_version")) == ("Niš", str(jelena.version))

    def test_save_stores_what_was_changed(self, desk, jelena):
        answer = desk.post("customer_form", **filled(desk, city="Niš", email_2="jm@x.example"))
        jelena = Customer.objects.get(pk=jelena.pk)
        assert (answer.status_code, toast(answer)) == (200, "Saved.")
        assert (jelena.city, jelena.emails) == ("Niš", ["jelena@post.example", "jm@x.example"])

    def test_an_emptied_field_is_emptied(self, desk, jelena):
        desk.post("customer_form", **filled(desk, phone_1=""))
        assert Customer.objects.get(pk=jelena.pk).phones == []

    def test_cancel_drops_the_edits(self, desk, jelena, ana):
        desk.post("customer_form", aside=1, **filled(desk, city="Niš"))
        desk.post("customer_form", cancel=1, **filled(desk))
        assert field(desk.get("customer_form"), "city") == ""
        assert drafts.of(ana.user, f"customer-{jelena.pk}") == {f"customer-{jelena.pk}": {}}

    def test_put_aside_is_kept_and_marked(self, desk, jelena):
        answer = desk.post("customer_form", aside=1, **filled(desk, city="Niš", phone_1=""))
        assert "2 changes, not saved" in text(answer)
        assert "2 changes, not saved" in text(desk.get("customer_details"))
        form = desk.get("customer_form")
        assert [field(form, name) for name in ("city", "phone_1")] == ["Niš", ""]
        assert "unsaved" in text(form)
        assert "Save" in text(form)
        assert Customer.objects.get(pk=jelena.pk).city == ""

    def test_put_aside_without_changes_leaves_no_mark(self, desk):
        answer = desk.post("customer_form", aside=1, **filled(desk))
        assert "not saved" not in text(answer)

    def test_a_browser_that_crashed_has_kept_it_too(self, desk, jelena, ana):
        drafts.keep(ana.user, f"customer-{jelena.pk}", "city", "Niš")
        assert field(desk.get("customer_form"), "city") == "Niš"
        assert "1 change, not saved" in text(desk.get("customer_details"))

    def test_two_tabs_of_one_agent_keep_both_their_fields(self, desk, jelena):
        """Only what was changed is sent on: the second tab does not take back what the first one saved."""
        first, second = filled(desk, city="Niš"), filled(desk, country="Serbia")
        assert desk.post("customer_form", **first).status_code == 200
        assert desk.post("customer_form", **second).status_code == 200
        jelena = Customer.objects.get(pk=jelena.pk)
        assert (jelena.city, jelena.country) == ("Niš", "Serbia")

    def test_languages_are_spelled_as_they_spell_themselves(self):
        assert [language_name(code) for code in ("en-gb", "nb", "")] == [
            "British English",
            "Norsk (bokmål)",
            "",
        ]

    def test_a_language_that_is_none_of_ours_stays_a_choice(self, desk, jelena, ana):
        editing.save(jelena, {"language": "Romani"}, version=None, by=ana.user)
        assert '<option value="Romani" lang="Romani" selected>' in html(desk.get("customer_form", edit=1))


@pytest.mark.rule("R52")
class Test_when_a_colleague_was_first:
    @pytest.fixture
    def stale(self, desk, jelena, marko):
        """The form as Ana opened it; Marko has moved Jelena to Niš since."""
        form = filled(desk)
        editing.save(jelena, {"city": "Niš"}, version=None, by=marko.user)
        return form

    def test_the_caution_names_who_and_which_fields_and_nothing_is_overwritten(self, desk, stale, jelena):
        answer = desk.post("customer_form", **{**stale, "city": "Novi Sad"})
        assert answer.status_code == 409
        assert "Marko Babić changed City at" in text(answer)
        assert "You changed City" in text(answer)
        assert (answer["HX-Retarget"], field(answer, "city")) == ("#form_caution", None)
        assert Customer.objects.get(pk=jelena.pk).city == "Niš"

    def test_load_shows_theirs_and_keeps_mine_beside(self, desk, stale):
        answer = desk.post("settle_customer", load=1, **{**stale, "city": "Novi Sad"})
        assert field(answer, "city") == "Niš"
        assert "Yours, not saved Novi Sad Use mine Drop" in text(answer)
        assert 'id="customer_details" hx-swap-oob="innerHTML"' in html(answer)

    @pytest.mark.rule("R87")
    def test_what_is_beside_stops_close_until_it_is_settled(self, desk, stale):
        desk.post("settle_customer", load=1, **{**stale, "city": "Novi Sad"})
        answer = desk.post("close")
        assert answer.status_code == 409
        assert "Yours, not saved Novi Sad Use mine" in text(answer)
        desk.post("customer_form", cancel=1)
        assert desk.post("close").status_code == 200

    def test_after_load_saving_works(self, desk, stale, jelena):
        desk.post("settle_customer", load=1, **{**stale, "city": "Novi Sad"})
        assert desk.post("customer_form", **filled(desk, city="Novi Sad")).status_code == 200
        assert Customer.objects.get(pk=jelena.pk).city == "Novi Sad"

    def test_one_click_keeps_both_where_nothing_overlaps(self, desk, stale, jelena):
        answer = desk.post("customer_form", **{**stale, "company": "Post"})
        assert "Nothing overlaps." in text(answer)
        assert desk.post("settle_customer", both=1, **{**stale, "company": "Post"}).status_code == 200
        jelena = Customer.objects.get(pk=jelena.pk)
        assert (jelena.city, jelena.company) == ("Niš", "Post")

    def test_what_was_put_aside_goes_over_the_version_it_was_typed_over(self, desk, jelena, marko):
        desk.post("customer_form", aside=1, **filled(desk, city="Novi Sad"))
        editing.save(jelena, {"city": "Niš"}, version=None, by=marko.user)
        assert desk.post("customer_form", **filled(desk, city="Novi Sad")).status_code == 409

    def test_one_click_never_overwrites_what_overlaps_by_now(self, desk, stale, jelena):
        answer = desk.post("settle_customer", both=1, **{**stale, "city": "Novi Sad", "company": "Post"})
        assert (answer.status_code, "changed City at" in text(answer)) == (409, True)
        jelena = Customer.objects.get(pk=jelena.pk)
        assert (jelena.city, jelena.company) == ("Niš", "")

    def test_mine_goes_into_its_field_and_is_saved_with_save(self, desk, stale, jelena):
        desk.post("settle_customer", load=1, **{**stale, "city": "Novi Sad", "email_2": "new@post.example"})
        answer = desk.post("settle_customer", mine="use", field="city", **filled(desk))
        assert field(answer, "city") == "Novi Sad"
        assert told(answer, "point") == {"at": "#customer_form [name=city]"}
        answer = desk.post("settle_customer", mine="use", field="email_2", **filled(desk))
        assert field(answer, "email_2") == "new@post.example"
        assert "Yours, not saved" not in text(answer)
        assert desk.post("customer_form", **filled(desk, email_2="new@post.example")).status_code == 200
        jelena = Customer.objects.get(pk=jelena.pk)
        assert (jelena.city, jelena.emails[1:]) == ("Novi Sad", ["new@post.example"])

    def test_mine_is_dropped(self, desk, stale, jelena):
        desk.post("settle_customer", load=1, **{**stale, "city": "Novi Sad"})
        answer = desk.post("settle_customer", mine="drop", field="city", **filled(desk))
        assert (field(answer, "city"), "Yours, not saved" in text(answer)) == ("Niš", False)
        assert desk.post("close").status_code == 200

    def test_what_stands_beside_outlives_a_save_of_something_else(self, desk, stale):
        desk.post("settle_customer", load=1, **{**stale, "city": "Novi Sad"})
        answer = desk.post("customer_form", **filled(desk, company="Post"))
        assert (answer.status_code, "1 change, not saved" in text(answer)) == (200, True)
        assert "Yours, not saved Novi Sad Use mine" in text(desk.get("customer_form"))

    @pytest.mark.parametrize(
        "given", [{"mine": "use", "field": "city"}, {"mine": "x", "field": "city"}, {"mine": "use"}]
    )
    def test_nothing_else_is_used_or_dropped(self, desk, stale, given):
        assert desk.post("settle_customer", **stale, **given).status_code == 404

    def test_what_was_put_aside_shows_the_caution_when_it_is_opened(self, desk, jelena, marko):
        desk.post("customer_form", aside=1, **filled(desk, city="Novi Sad"))
        editing.save(jelena, {"city": "Niš"}, version=None, by=marko.user)
        answer = desk.get("customer_form")
        assert "Marko Babić changed City" in text(answer)
        assert field(answer, "city") == "Novi Sad"

    def test_a_second_load_keeps_both_of_mine(self, desk, stale, jelena, marko):
        desk.post("settle_customer", load=1, **{**stale, "city": "Novi Sad"})
        form = filled(desk, city="Zemun")
        editing.save(jelena, {"city": "Čačak"}, version=None, by=marko.user)
        answer = desk.post("settle_customer", load=1, **form)
        assert "Yours, not saved Novi Sad / Zemun Use mine" in text(answer)

    def test_who_may_settle(self, desk, preview, new_desk, client, marko, mallory):
        address = desk.address("settle_customer")
        assert client.post(address).status_code == 302
        assert desk.client.get(address).status_code == 405
        assert at_desk(marko, desk.task).post("settle_customer", load=1).status_code == 404
        assert preview.post("settle_customer", load=1).status_code == 403
        assert new_desk.post("settle_customer", load=1).status_code == 403
        client.force_login(mallory)
        assert client.post(address).status_code == 403

    def test_load_in_the_pane_opens_it_with_mine_beside(self, desk, jelena, marko):
        desk.post("customer_form", aside=1, **filled(desk, city="Novi Sad"))
        editing.save(jelena, {"city": "Niš"}, version=None, by=marko.user)
        answer = desk.post("settle_customer", load=1)
        assert answer["HX-Retarget"] == "#dialog"
        assert "Yours, not saved Novi Sad Use mine" in text(answer)

    def test_what_was_typed_of_one_customer_is_not_stored_of_another(self, desk, jelena, marko):
        form = filled(desk, city="Novi Sad")
        noor = editing.create({"first_name": "Noor"}, by=marko.user)
        moving.to_customer(desk.activity, noor, version=None, by=marko.user)
        answer = desk.post("customer_form", **form)
        assert (answer.status_code, "somebody else by now, Noor" in toast(answer)) == (409, True)
        assert Customer.objects.get(pk=noor.pk).city == ""
        assert desk.post("close", customer_form=1, **form).status_code == 409

    def test_no_caution_when_nothing_was_changed(self, desk, stale):
        assert desk.post("customer_form", **stale).status_code == 200

    @pytest.mark.django_db(transaction=True)
    def test_changed_addresses_are_named(self, desk, jelena, marko):
        form = filled(desk, phone_1="1")
        editing.save(jelena, {"phones": ["2"]}, version=None, by=marko.user)
        assert "changed Phone at" in text(desk.post("customer_form", **form))


class Test_the_fields_by_name:
    def test_there_and_back(self):
        values = {"first_name": "Vera", "emails": ["a@x", "b@x"], "phones": []}
        assert nested(flat(values))["emails"] == ["a@x", "b@x"]
        assert flat(values)["phone_1"] == ""

    def test_ten_addresses_keep_their_order(self):
        emails = [f"{number}@x" for number in range(12)]
        assert nested(flat({"emails": emails}))["emails"] == emails

    def test_space_round_a_text_is_no_change(self):
        assert CustomerForm({"city": "Niš"}, {"city": " Niš "}).unsaved == []

    @pytest.mark.parametrize("was", ["", "x", "[]", "3", "{"])
    def test_a_form_without_what_was_takes_everything_as_typed(self, new_desk, was):
        answer = new_desk.post("customer_form", first_name="Vera", was=was)
        assert answer.status_code == 200
        assert Customer.objects.get().first_name == "Vera"


def test_of_a_conversation_that_has_been_linked_meanwhile(new_desk, jelena):
    Activity.objects.filter(pk=new_desk.activity.pk).update(customer=jelena)
    assert "Jelena Marković" in text(new_desk.get("customer_form"))
