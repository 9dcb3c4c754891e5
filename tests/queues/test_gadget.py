"""The Customer Context gadget over HTTP: lists and panes, Create, Close, and what a host tells it (R110 to R115)."""

import json
import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities import autoclose, drafts, interactions, opening, remarks
from activities.models import Activity, Interaction, OpenCustomer, RecentCustomer
from customers import editing
from customers.models import Customer
from requests_app.models import CareRequest
from tests.beside import HTMX, at_gadget, field, html, text, toast, told
from tests.cast import over

HOST = "https://desktop.example.org"


def begun(agent, name="7", medium="call", **known):
    given = {"id": name, "event": "started", "medium": medium, **known}
    return interactions.started(interactions.read(given), by=agent.user)


@pytest.fixture
def gadget(ana, jelena):
    """Ana's other desktop has reported a call of Jelena."""
    return at_gadget(ana, begun(ana, phone="+381115550134"))


@pytest.fixture
def new_gadget(ana):
    """Ana's other desktop has reported an e-mail of somebody of whom nothing is stored."""
    return at_gadget(
        ana, begun(ana, medium="email", name="8", email="vera@post.example", subject="Invoice 7")
    )


@pytest.fixture
def reopened(ana, jelena):
    """Ana has opened Jelena, with whom nothing is going on, and who had a chat once."""
    request = CareRequest.objects.create(customer=jelena, title="Router")
    over(medium="chat", customer=jelena, care_request=request)
    return at_gadget(ana, opening.reopen(jelena, by=ana.user))


def listed(gadget, tab="open"):
    page = gadget.client.get(reverse("customers"), {"tab": tab}, headers=HTMX)
    assert page.status_code == 200
    return text(page)


class Test_the_page:
    @pytest.mark.rule("R110", "R111")
    def test_shows_open_customers_and_the_panes_of_one(self, gadget):
        page = gadget.client.get(gadget.address("task"))
        words = text(page)
        for said in (
            "Open",
            "Recent",
            "Search",
            "Jelena Marković",
            "Add request",
            "Request information",
            "Add a tag",
        ):
            assert said in html(page), said
        assert "On call" in words
        assert 'aria-label="Communication"' not in html(page)

    def test_of_nobody_says_what_to_do(self, ana):
        page = at_gadget(ana, None).client.get(reverse("gadget"))
        assert "Choose a customer" in text(page)

    @pytest.mark.rule("R111")
    def test_of_another_agents_customer_is_not_found(self, gadget, marko):
        assert at_gadget(marko, gadget.opened).get("task").status_code == 404
        for pane in ("journey", "customer_details", "request_details", "activity_details", "comments"):
            assert at_gadget(marko, gadget.opened).get(pane).status_code == 404

    def test_wants_a_log_in(self, gadget):
        assert Client().get(gadget.address("task")).status_code == 302
        assert Client().get(reverse("gadget")).url == "/accounts/login/?next=/gadget/"

    def test_is_for_agents(self, mallory):
        client = Client()
        client.force_login(mallory)
        assert client.get(reverse("gadget")).status_code == 403

    def test_asks_the_database_no_more_than_the_desk(self, gadget, django_assert_max_num_queries):
        gadget.get("task")
        with django_assert_max_num_queries(20):
            gadget.get("task")

    @pytest.mark.rule("R110")
    def test_may_be_framed_by_the_named_origins_alone(self, gadget, settings):
        frame = "frame-ancestors 'self' https://desktop.example.org"
        settings.GADGET_ORIGINS = [HOST]
        for address in (reverse("gadget"), gadget.address("task"), gadget.address("journey")):
            assert frame in gadget.client.get(address).headers["Content-Security-Policy"]
        assert frame in Client().get("/accounts/login/").headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in gadget.client.get("/desk/").headers["Content-Security-Policy"]
        settings.GADGET_ORIGINS = []
        assert "frame-ancestors 'none'" in gadget.client.get("/gadget/").headers["Content-Security-Policy"]


class Test_the_panes:
    @pytest.mark.rule("R51", "R55", "R115")
    def test_are_edited_as_on_the_desk(self, gadget, ana):
        record = gadget.activity.care_request
        saved = gadget.post(
            "request_details", title="Router", record=f"request-{record.pk}", request_version=record.version
        )
        assert saved.status_code == 200
        assert (
            gadget.post("add_tag", tag="router", activity_version=gadget.activity.version).status_code == 200
        )
        assert gadget.post("comments", comment="Call back").status_code == 200
        record.refresh_from_db()
        assert record.title == "Router"
        assert [tag.name for tag in gadget.activity.tags.all()] == ["router"]

    @pytest.mark.rule("R55")
    def test_are_not_edited_any_more_once_the_customer_is_closed(self, gadget, ana):
        opened = gadget.opened
        gadget.post("close")
        assert at_gadget(ana, opened).post("add_tag", tag="router").status_code == 404
        assert not opened.activity.tags.exists()

    @pytest.mark.rule("R52", "R115")
    def test_tell_what_a_colleague_has_changed(self, gadget, marko, jelena):
        before = jelena.version
        editing.save(jelena, {"city": "Delft"}, version=before, by=marko.user)
        look = gadget.get("customer_details", loaded=f"customer-{jelena.pk}:{before}")
        assert "Marko Babić changed City" in text(look)
        remarks.add_tag(gadget.activity, "router", by=marko.user)
        look = gadget.get(
            "activity_details", loaded=f"activity-{gadget.activity.pk}:{gadget.activity.version - 1}"
        )
        assert "Marko Babić changed Tags" in text(look)

    @pytest.mark.rule("R8", "R112", "R115")
    def test_mark_solved_with_the_interaction_that_is_closed_last(self, gadget, ana):
        second = begun(ana, name="9", medium="chat", email="jelena@post.example").activity
        assert second.care_request == gadget.activity.care_request
        ended = interactions.read({"id": "9", "event": "ended"})
        interactions.ended(ended, by=ana.user)
        assert "It then closes when its last interaction ends." in text(gadget.get("request_details"))
        record = f"request-{second.care_request_id}"
        marked = gadget.post("mark_solved", record=record)
        assert toast(marked) == "Marked solved. The request closes when its last interaction ends."
        assert autoclose.close_due() == 0
        gadget.post("close")
        closed = CareRequest.objects.get(pk=second.care_request_id)
        assert (closed.state, closed.touched_at > second.started_at) == ("closed", True)

    @pytest.mark.rule("R8", "R90")
    def test_a_host_that_never_ends_anything_keeps_no_request_open(self, gadget, settings):
        gadget.post("mark_solved", record=f"request-{gadget.activity.care_request_id}")
        late = timezone.now() + timedelta(seconds=settings.AUTO_CLOSE_SECONDS + 1)
        assert autoclose.close_due(late) == 1

    @pytest.mark.rule("R8", "R113")
    def test_mark_solved_at_once_where_nothing_goes_on(self, reopened, jelena):
        record = jelena.care_requests.get()
        assert "It then closes at once." in text(reopened.get("request_details"))
        answer = reopened.post("mark_solved", record=f"request-{record.pk}")
        assert toast(answer) == "The request is solved and closed."

    @pytest.mark.rule("R80", "R115")
    def test_move_what_is_theirs_to_another_request(self, gadget, jelena):
        other = CareRequest.objects.create(customer=jelena, title="Moving house")
        values = {"to": f"request-{other.pk}", "version": gadget.activity.version}
        moved = gadget.post("move", gadget.activity.pk, **values)
        assert toast(moved) == "Moved."
        assert gadget.activity.care_request == other
        assert f"/gadget/{gadget.task}/" in html(moved)
        assert f"/desk/{gadget.task}/" not in html(moved)

    @pytest.mark.rule("R81", "R115")
    def test_offer_open_customers_to_move_to(self, gadget, ana):
        vera = editing.create({"first_name": "Vera", "last_name": "Check"}, by=ana.user)
        opening.reopen(vera, by=ana.user)
        dialog = gadget.get("move_to_customer", gadget.activity.pk, version=gadget.activity.version)
        assert "Open VC Vera Check" in text(dialog)
        moved = gadget.post(
            "move_to_customer", gadget.activity.pk, customer=vera.pk, version=gadget.activity.version
        )
        assert "Moved to Vera Check." in toast(moved)
        assert gadget.opened.customer == vera

    @pytest.mark.rule("R10", "R115")
    def test_add_request_moves_the_current_interaction(self, gadget):
        former = gadget.activity.care_request
        made = gadget.post("add_request", activity_version=gadget.activity.version)
        assert made.status_code == 200
        assert gadget.activity.care_request not in (None, former)

    @pytest.mark.parametrize("verb", ["mark_solved", "keep_open"])
    def test_solve_requests(self, gadget, verb):
        record = gadget.activity.care_request
        assert gadget.post(verb, record=f"request-{record.pk}").status_code == 200


class Test_a_customer_with_whom_nothing_goes_on:
    @pytest.mark.rule("R113", "R55")
    def test_shows_their_newest_interaction_to_be_edited(self, reopened, jelena):
        page = html(reopened.get("task"))
        assert "Jelena Marković" in page
        assert "Add a tag" in page
        assert "Back to current" not in page
        assert reopened.post("add_tag", tag="router").status_code == 200

    @pytest.mark.rule("R10")
    def test_add_request_makes_an_empty_one(self, reopened, jelena):
        made = reopened.post("add_request")
        assert toast(made) == "A new request was made."
        assert CareRequest.objects.filter(customer=jelena).count() == 2
        assert CareRequest.objects.filter(customer=jelena, activities=None).count() == 1

    def test_may_have_no_past_at_all(self, ana, jelena):
        desk = at_gadget(ana, opening.reopen(jelena, by=ana.user))
        page = desk.get("task")
        assert page.status_code == 200
        for pane in ("journey", "customer_details", "request_details", "activity_details", "comments"):
            assert desk.get(pane).status_code == 200, pane
        assert desk.post("request_details", title="x").status_code == 404
        assert desk.post("unlink_customer").status_code == 404
        assert toast(desk.post("close")) == "Closed: Jelena Marković."

    @pytest.mark.rule("R70")
    def test_their_data_are_edited(self, reopened, jelena):
        form = reopened.get("customer_form", edit=1)
        assert field(form, "first_name") == "Jelena"
        values = {
            "first_name": "Jela",
            "customer_record": f"customer-{jelena.pk}",
            "customer_version": jelena.version,
        }
        assert reopened.post("customer_form", **values, was=field(form, "was")).status_code == 200
        jelena.refresh_from_db()
        assert jelena.first_name == "Jela"


class Test_create:
    @pytest.mark.rule("R115", "R113", "R71")
    def test_makes_a_customer_of_the_current_interaction(self, new_gadget, ana):
        form = new_gadget.get("customer_form")
        assert field(form, "email_1") == "vera@post.example"
        new_gadget.post("request_details", title="Invoice", record=f"activity-{new_gadget.activity.pk}")
        made = new_gadget.post("customer_form", first_name="Vera", email_1="vera@post.example")
        assert toast(made) == "Customer created."
        vera = Customer.objects.get()
        assert new_gadget.opened.customer == new_gadget.activity.customer == vera
        assert new_gadget.activity.care_request.title == "Invoice"
        assert "Vera" in listed(new_gadget, "recent")

    @pytest.mark.rule("R113")
    def test_makes_one_of_nobody_who_is_open_at_once(self, ana):
        nobody = at_gadget(ana, None)
        drafts.keep(ana.user, "customer-0", "first_name", "Pet")
        assert field(nobody.get("customer_form"), "first_name") == "Pet"
        made = nobody.post("customer_form", first_name="Pete", email_1="pete@post.example")
        opened = OpenCustomer.objects.get()
        assert json.loads(made.headers["HX-Location"])["path"] == f"/gadget/{opened.pk}/"
        assert opened.customer.first_name == "Pete"
        assert RecentCustomer.objects.get().customer == opened.customer
        assert not ana.user.drafts.exists()

    @pytest.mark.rule("R71")
    def test_of_somebody_known_opens_them_instead(self, ana, jelena):
        nobody = at_gadget(ana, None)
        twins = nobody.get("customer_twins", email_1="jelena@post.example")
        assert "Jelena Marković" in text(twins)
        nobody.post("use_customer", jelena.pk, email_1="jelena@post.example")
        assert OpenCustomer.objects.get().customer == jelena

    def test_refuses_in_words_what_is_nobody(self, ana):
        refused = at_gadget(ana, None).post("customer_form", first_name="")
        assert refused.status_code == 422
        assert "Give a name" in text(refused)

    def test_drafts_of_nobody_are_kept(self, ana):
        kept = at_gadget(ana, None).client.post(
            reverse("drafts"), {"record": "customer-0", "field": "first_name", "text": "Pe"}
        )
        assert kept.status_code == 204


class Test_close:
    @pytest.mark.rule("R85", "R110", "R112")
    def test_goes_from_open_to_recent_and_tells_the_host(self, gadget, ana, jelena):
        begun(ana, name="9", medium="email", email="jelena@post.example")
        closed = gadget.post("close")
        assert toast(closed) == "Closed: Jelena Marković."
        assert told(closed, "tell-host") == {"type": "caredesk:closed", "ids": ["7", "9"]}
        assert json.loads(closed.headers["HX-Location"])["path"] == "/gadget/"
        assert not OpenCustomer.objects.exists()
        assert {activity.state for activity in Activity.objects.all()} == {"ended"}
        assert "Jelena Marković" in listed(gadget, "recent")
        assert told(gadget.post("close"), "tell-host") is None

    @pytest.mark.rule("R113")
    def test_and_opens_again_from_recent(self, gadget, jelena):
        gadget.post("close")
        answer = gadget.client.post(reverse("reopen_customer", args=[jelena.pk]))
        opened = OpenCustomer.objects.get()
        assert json.loads(answer.headers["HX-Location"])["path"] == f"/gadget/{opened.pk}/"
        assert "Jelena Marković" in listed(gadget)
        assert "Jelena Marković" in listed(gadget, "recent")

    @pytest.mark.rule("R110")
    def test_what_was_closed_stays_closed_when_it_is_reported_again(self, gadget, ana):
        gadget.post("close")
        assert begun(ana, phone="+381115550134") is None
        assert not OpenCustomer.objects.exists()

    @pytest.mark.rule("R85", "R86")
    def test_asks_for_a_customer_never_created(self, new_gadget):
        asked = new_gadget.post("close")
        assert "Create the customer vera@post.example before closing?" in text(asked)
        assert f"/gadget/{new_gadget.task}/close/" in html(asked)
        new_gadget.post("close", choice="create")
        vera = Customer.objects.get()
        assert RecentCustomer.objects.get().customer == vera
        assert Activity.objects.get().customer == vera

    @pytest.mark.rule("R86")
    def test_discard_keeps_what_is_known_without_a_customer(self, new_gadget):
        activity = new_gadget.activity
        new_gadget.post("request_details", title="Invoice", record=f"activity-{activity.pk}")
        new_gadget.post("close", choice="discard")
        activity.refresh_from_db()
        assert (activity.customer, activity.title_note, activity.state) == (None, "Invoice", "ended")
        assert not RecentCustomer.objects.exists()

    @pytest.mark.rule("R85")
    def test_asks_for_changes_never_saved(self, reopened, ana, jelena):
        drafts.put(
            ana.user, f"customer-{jelena.pk}", {"city": "Delft", "customer_version": str(jelena.version)}
        )
        assert "Save your changes to Jelena Marković before closing?" in text(reopened.post("close"))
        reopened.post("close", choice="save")
        jelena.refresh_from_db()
        assert jelena.city == "Delft"
        assert not OpenCustomer.objects.exists()

    @pytest.mark.rule("R87")
    def test_stores_what_is_half_typed_or_closes_nothing(self, gadget):
        activity = gadget.activity
        refused = gadget.post("close", activity=f"activity-{activity.pk}", tag="x" * 51)
        assert refused.status_code == 422
        assert OpenCustomer.objects.exists()
        gadget.post("close", activity=f"activity-{activity.pk}", tag="router", comment="Call back")
        assert [tag.name for tag in activity.tags.all()] == ["router"]
        assert activity.comments.count() == 1

    def test_of_another_agents_customer_closes_nothing(self, gadget, marko):
        at_gadget(marko, gadget.opened).post("close")
        assert OpenCustomer.objects.exists()


class Test_lists:
    @pytest.mark.rule("R112")
    def test_recent_outlives_the_session(self, gadget, ana):
        gadget.post("close")
        gadget.client.post(reverse("logout"))
        assert "Jelena Marković" in listed(at_gadget(ana, None), "recent")

    @pytest.mark.rule("R114")
    def test_search_lists_finds_that_open(self, ana, jelena):
        found = at_gadget(ana, None).client.get(
            reverse("customers"), {"tab": "search", "q": "marković"}, headers=HTMX
        )
        assert "Jelena Marković" in text(found)
        assert reverse("reopen_customer", args=[jelena.pk]) in html(found)

    @pytest.mark.rule("R114")
    def test_hovering_shows_details(self, ana, jelena):
        card = at_gadget(ana, None).client.get(reverse("customer_card", args=[jelena.pk]), headers=HTMX)
        for said in ("Jelena Marković", "@post.example", "+381 11 555 0134", "no requests"):
            assert said in text(card)

    @pytest.mark.parametrize("name", ["customer_card", "reopen_customer"])
    def test_who_is_not_there_is_not_found(self, ana, name):
        client = at_gadget(ana, None).client
        ask = client.post if name == "reopen_customer" else client.get
        assert ask(reverse(name, args=[999_999])).status_code == 404
        wrong = client.get if name == "reopen_customer" else client.post
        assert wrong(reverse(name, args=[999_999])).status_code == 405


class Test_what_the_host_says:
    def said(self, client, message):
        message = message if isinstance(message, str) else json.dumps(message)
        return client.post(reverse("interaction"), {"interaction": message})

    @pytest.mark.rule("R110")
    def test_opens_and_ends(self, ana, jelena):
        client = at_gadget(ana, None).client
        message = {
            "type": "caredesk:interaction",
            "id": "1",
            "medium": "chat",
            "email": "jelena@post.example",
        }
        answer = self.said(client, message | {"event": "started"})
        opened = OpenCustomer.objects.get()
        assert answer.json() == {"id": "1", "open": f"/gadget/{opened.pk}/", "again": False}
        assert self.said(client, message | {"event": "started"}).json()["again"]
        assert self.said(client, message | {"event": "ended"}).json()["open"] is None
        assert Interaction.objects.get().activity.state == "ended"

    @pytest.mark.parametrize(
        "message", ["", "{", "null", "[]", '"x"', '{"id": 1}', "[" * 100_000, '{"id": NaN}']
    )
    def test_is_refused_in_words_when_it_is_nothing(self, ana, message):
        answer = self.said(at_gadget(ana, None).client, message)
        assert answer.status_code == 422
        assert answer.json()["error"]

    def test_is_heard_from_agents_only(self, mallory):
        assert self.said(Client(), {}).status_code == 302
        client = Client()
        client.force_login(mallory)
        assert self.said(client, {}).status_code == 403
        assert client.get(reverse("interaction")).status_code in (403, 405)


class Test_finesse:
    @pytest.mark.rule("R110")
    def test_describes_the_gadget_to_whoever_asks(self, db):
        answer = Client().get(
            "/gadget/finesse.xml?customer=callVariable1", headers={"Host": "desk.example.org"}
        )
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        module = ElementTree.fromstring(answer.content)  # noqa: S314 (it is ours)
        content = module.find("Content").text
        assert module.find("ModulePrefs").get("title") == "Customer Context"
        assert 'src="http://desk.example.org/gadget/"' in content
        assert '{ "customer": "callVariable1" }' in content

    def test_takes_only_names_of_variables(self, db):
        assert Client().get("/gadget/finesse.xml", {"customer": '"};alert(1)//'}).status_code == 400
        assert Client().post("/gadget/finesse.xml").status_code == 405
