"""The pane Customer details, and whether we know that it is this customer (R7, R71, R72)."""

import pytest
from django.utils import timezone

from activities import drafts, joining
from activities.models import Activity
from customers import editing
from customers.models import Customer
from requests_app.models import CareRequest
from tests.beside import at_desk, html, text, toast
from tests.cast import call_in, chat_in, chat_of, held


@pytest.mark.rule("R7")
class Test_what_it_says:
    def test_name_email_and_phone(self, desk):
        said = text(desk.get("customer_details"))
        assert "Name Jelena Marković E-mail" in said
        assert "Phone +381 11 555 0134" in said
        assert "jelena<wbr>@post.example" in html(desk.get("customer_details"))

    def test_the_name_is_a_button_that_opens_the_form(self, desk):
        page = desk.get("customer_details").content.decode()
        assert "Jelena Marković</button>" in page
        assert f'hx-get="/desk/{desk.task.pk}/customer/"' in page

    def test_everything_that_is_stored(self, desk, jelena, ana):
        values = {"address": "Terazije 12", "city": "Belgrade", "country": "Serbia", "language": "sr-latn"}
        values |= {"company": "Post", "external_id": "K-1", "notes": "Prefers calls.", "phones": ["11", "22"]}
        editing.save(jelena, values, version=None, by=ana.user)
        said = text(desk.get("customer_details"))
        for words in (
            "Terazije 12",
            "Belgrade, Serbia",
            "Srpski",
            "Post",
            "K-1",
            "Prefers calls.",
            "11",
            "22",
        ):
            assert words in said

    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ({"source_name": "Vera", "source_email": "v@x.example", "source_phone": "1"}, "Vera"),
            ({"source_name": "", "source_email": "v@x.example", "source_phone": "1"}, "v@x.example"),
            ({"source_name": "", "source_email": "", "source_phone": "+31 20 794 0800"}, "+31 20 794 0800"),
            ({"source_name": "", "source_email": "", "source_phone": ""}, "Unknown customer"),
        ],
    )
    def test_the_name_of_one_who_is_not_stored_falls_back(self, ana, internet, given, shown):
        task = held(call_in(internet), ana)
        Activity.objects.update(**given)
        assert f"Name {shown}" in text(at_desk(ana, task).get("customer_details"))

    def test_words_are_shown_as_words(self, desk, jelena, ana):
        editing.save(jelena, {"notes": "<script>alert(1)</script>"}, version=None, by=ana.user)
        assert b"<script>" not in desk.get("customer_details").content


@pytest.mark.rule("R72")
class Test_a_claim:
    """Jelena's chat was recognised by an e-mail address that anybody can give."""

    def test_is_marked_until_the_agent_has_made_sure(self, desk):
        assert "Not verified" in text(desk.get("customer_details"))
        answer = desk.post("confirm_customer")
        assert "Not verified" not in text(answer)
        assert Activity.objects.get(pk=desk.activity.pk).verified

    def test_is_dropped_by_not_this_customer(self, desk):
        answer = desk.post("unlink_customer")
        activity = Activity.objects.get(pk=desk.activity.pk)
        assert (activity.customer, activity.care_request) == (None, None)
        assert toast(answer) == "This conversation has no customer now."
        assert "New customer" in text(answer)
        assert "No request yet" in text(answer)

    def test_who_is_verified_is_not_unlinked(self, desk):
        desk.post("confirm_customer")
        assert desk.post("unlink_customer").status_code == 403
        assert Activity.objects.get(pk=desk.activity.pk).customer

    @pytest.mark.rule("R52")
    @pytest.mark.parametrize("verb", ["unlink_customer", "confirm_customer"])
    def test_neither_is_said_over_a_colleagues_change(self, desk, ana, marko, verb):
        version = Activity.objects.get(pk=desk.activity.pk).version
        joining.add_request(desk.activity, by=marko.user)
        refused = desk.post(verb, activity_version=version)
        assert (refused.status_code, refused["HX-Retarget"]) == (409, "#customer_caution")
        assert "Marko Babić changed Request at" in text(refused)
        now = Activity.objects.get(pk=desk.activity.pk)
        assert (bool(now.customer), now.verified) == (True, False)
        joining.add_request(desk.activity, by=ana.user)
        shown = desk.post("load")
        assert f'"activity_version": "{now.version + 1}"' in html(shown)
        assert desk.post(verb, activity_version=now.version + 1).status_code == 200

    @pytest.mark.rule("R8")
    @pytest.mark.parametrize("verb", ["unlink_customer", "confirm_customer"])
    def test_neither_is_said_of_a_closed_request(self, desk, verb):
        CareRequest.objects.update(state="closed", closed_at=timezone.now())
        answer = desk.post(verb)
        assert (answer.status_code, "This request has been closed" in toast(answer)) == (409, True)
        assert not Activity.objects.get(pk=desk.activity.pk).verified

    def test_a_preview_offers_neither(self, preview):
        said = text(preview.get("customer_details"))
        assert "Not verified" in said
        assert "This is them" not in said


@pytest.mark.rule("R71")
class Test_use_this_one:
    def test_it_links_and_joins_their_open_request(self, new_desk, jelena):
        request = CareRequest.objects.create(customer=jelena, title="Moving")
        answer = new_desk.post("use_customer", jelena.pk, email_1="jelena@post.example")
        activity = Activity.objects.get(pk=new_desk.activity.pk)
        assert (activity.customer, activity.care_request, activity.verified) == (jelena, request, True)
        assert toast(answer) == "This is Jelena Marković."
        for words in ("Jelena Marković", "Moving"):
            assert words in text(answer)

    def test_what_was_typed_becomes_a_new_request(self, new_desk, jelena):
        CareRequest.objects.create(customer=jelena, title="Moving")
        new_desk.post("request_details", record=f"activity-{new_desk.activity.pk}", title="Wrong bill")
        new_desk.post("use_customer", jelena.pk, email_1="jelena@post.example")
        assert new_desk.care_request.title == "Wrong bill"

    def test_a_customer_who_is_not_there(self, new_desk):
        assert new_desk.post("use_customer", 999).status_code == 404

    def test_nobody_else_than_the_likely_duplicates(self, new_desk, jelena):
        assert new_desk.post("use_customer", jelena.pk).status_code == 404
        assert new_desk.post("close", use=jelena.pk).status_code == 404
        assert not Activity.objects.filter(customer=jelena).exists()

    @pytest.mark.rule("R51")
    def test_a_title_that_was_refused_goes_along(self, new_desk, jelena, ana):
        CareRequest.objects.create(customer=jelena, title="Moving")
        drafts.keep(ana.user, f"activity-{new_desk.activity.pk}", "title", "x" * 2001)
        answer = new_desk.post("use_customer", jelena.pk, email_1="jelena@post.example")
        assert new_desk.care_request.title == ""
        assert "x" * 2001 in html(answer)

    def test_when_another_tab_was_first(self, new_desk, jelena, ana):
        noor = editing.create({"first_name": "Noor", "emails": ["noor@post.example"]}, by=ana.user)
        new_desk.post("use_customer", noor.pk, email_1="noor@post.example")
        answer = new_desk.post("use_customer", jelena.pk, email_1="jelena@post.example")
        assert answer.status_code == 409
        assert "has its customer already, Noor" in toast(answer)
        assert Activity.objects.get(pk=new_desk.activity.pk).customer == noor


def test_another_customers_details_never_show(desk, ana, internet):
    other = at_desk(ana, held(chat_in(internet, name="Vera Check"), ana))
    assert "Jelena" not in text(other.get("customer_details"))


def test_what_the_pane_costs(ana, internet, jelena, django_assert_max_num_queries):
    desk = at_desk(ana, held(chat_of(jelena, internet), ana))
    editing.save(
        Customer.objects.get(), {"emails": [f"{n}@x.example" for n in range(9)]}, version=None, by=ana.user
    )
    with django_assert_max_num_queries(5):
        desk.get("customer_details")


@pytest.mark.rule("R51")
@pytest.mark.parametrize("version", ["9" * 12, "9" * 5000, "²", "x"])
def test_a_version_that_is_none_does_no_harm(desk, ana, jelena, version):
    """Kept with what is typed, like all that stands in fields."""
    for record, field in (
        (f"customer-{jelena.pk}", "customer"),
        (f"request-{desk.care_request.pk}", "request"),
    ):
        drafts.put(ana.user, record, {f"{field}_version": version, "city": "Belgrade", "title": "Router"})
    for pane in ("customer_details", "customer_form", "request_details"):
        assert desk.get(pane).status_code == 200
    assert (
        desk.post("customer_form", customer_version=version, city="Utrecht", was="[" * 100_000).status_code
        == 200
    )
