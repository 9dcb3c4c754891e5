"""Move over HTTP: the menu, another request, another customer, and Undo (R80, R81)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from activities import joining, search
from activities.models import Activity
from customers import editing
from customers.models import Customer
from requests_app.models import CareRequest
from tests.beside import HTMX, at_desk, html, text, toast, told
from tests.cast import ago, chat_in, chat_of, held, over


@pytest.fixture
def other(desk, jelena):
    return CareRequest.objects.create(customer=jelena, title="Moving house", created_at=ago(days=2))


@pytest.fixture
def call(other, jelena):
    """An older call of Jelena, in the other request."""
    return over(medium="call", customer=jelena, care_request=other)


@pytest.fixture
def tomasz(ana):
    values = {"first_name": "Tomasz", "last_name": "Wójcik", "emails": ["tomasz@post.example"]}
    return editing.create(values, by=ana.user)


def version_of(desk, activity):
    return Activity.objects.get(pk=activity.pk).version


def move(desk, activity, to, **data):
    return desk.post("move", activity.pk, **{"to": to, "version": version_of(desk, activity), **data})


def move_to(desk, activity, customer, **data):
    version = version_of(desk, activity)
    return desk.post("move_to_customer", activity.pk, **{"customer": customer, "version": version, **data})


@pytest.mark.rule("R80")
class Test_move:
    def test_menu_names_the_other_open_requests(self, desk, other, jelena):
        CareRequest.objects.create(customer=jelena, title="Old", state="closed", closed_at=timezone.now())
        CareRequest.objects.create(customer=jelena, title="Due", touched_at=ago(days=9))
        menu = html(desk.get("move", desk.activity.pk, version=1))
        assert menu.count('role="menuitem"') == 3
        assert "Moving house" in menu
        assert "New request" in menu
        assert "Another customer…" in menu

    def test_moves_and_says_so_with_one_click_back(self, desk, other):
        former = desk.care_request
        answer = move(desk, desk.activity, f"request-{other.pk}")
        assert toast(answer) == "Moved."
        assert desk.care_request == other
        assert 'id="journey"' in html(answer)
        press = told(answer, "toast")["press"]
        assert press["label"] == "Undo"
        back = desk.client.post(press["address"], press["values"], headers=HTMX)
        assert (back.status_code, desk.care_request) == (200, former)

    def test_to_a_new_request(self, desk, call):
        move(desk, call, "new")
        call.refresh_from_db()
        assert call.care_request.title == ""

    def test_what_is_selected_stays_selected(self, desk, call):
        answer = move(desk, call, f"request-{desk.care_request.pk}", selected=f"activity-{call.pk}")
        assert f'data-chosen="activity-{call.pk}"' in html(answer)

    def test_where_it_is_already_nothing_is_said(self, desk, call, other):
        assert toast(move(desk, call, f"request-{other.pk}")) == ""

    @pytest.mark.rule("R52")
    def test_colleagues_change_makes_a_caution(self, desk, other, marko):
        seen = version_of(desk, desk.activity)
        joining.add_request(desk.activity, by=marko.user)
        answer = desk.post("move", desk.activity.pk, to=f"request-{other.pk}", version=seen)
        assert (answer.status_code, answer["HX-Retarget"]) == (409, "#journey_caution")
        assert "Marko Babić" in text(answer)
        assert desk.post("move", desk.activity.pk, load="1").status_code == 200
        assert move(desk, desk.activity, f"request-{other.pk}").status_code == 200

    def test_closed_meanwhile_is_said_in_words(self, desk, other):
        CareRequest.objects.filter(pk=other.pk).update(state="closed", closed_at=timezone.now())
        answer = move(desk, desk.activity, f"request-{other.pk}")
        assert (answer.status_code, toast(answer)) == (409, "Nothing moved: that request is closed.")

    def test_out_of_a_closed_request_nothing_is_moved(self, desk, call, other, tomasz):
        CareRequest.objects.filter(pk=other.pk).update(state="closed", closed_at=timezone.now())
        for answer in (move(desk, call, f"request-{desk.care_request.pk}"), move_to(desk, call, tomasz.pk)):
            assert (answer.status_code, toast(answer)) == (409, "Nothing moved: that request is closed.")
        call.refresh_from_db()
        assert call.care_request == other

    @pytest.mark.parametrize("to", ["", "request-", "request-99", "activity-1", "request-" + "9" * 30])
    def test_nowhere(self, desk, to):
        assert move(desk, desk.activity, to).status_code == 404

    def test_not_into_a_request_of_another_customer(self, desk, tomasz):
        theirs = CareRequest.objects.create(customer=tomasz)
        assert move(desk, desk.activity, f"request-{theirs.pk}").status_code == 404

    @pytest.mark.parametrize("version", ["", "x", "9" * 20])
    def test_without_a_version_nothing_moves(self, desk, other, version):
        answer = desk.post("move", desk.activity.pk, to=f"request-{other.pk}", version=version)
        assert answer.status_code == 400

    def test_nobodys_conversation_gets_no_request(self, new_desk):
        assert move(new_desk, new_desk.activity, "new").status_code == 404

    def test_preview_moves_nothing(self, preview):
        assert preview.post("move", preview.activity.pk, to="new", version=1).status_code == 403

    def test_activity_of_somebody_else(self, desk, tomasz):
        strange = over(medium="call", customer=tomasz)
        assert move(desk, strange, "new").status_code == 404


@pytest.mark.rule("R81")
class Test_move_to_customer:
    def test_dialog_offers_whom_the_agent_has_in_progress(self, desk, ana, internet, tomasz):
        held(chat_of(tomasz, internet), by=ana)
        page = text(desk.get("move_to_customer", desk.activity.pk, version=1))
        assert "In progress Tomasz Wójcik" in page.replace("TW ", "")
        assert "Jelena" not in page
        assert "New customer" in page

    def test_own_activity_takes_the_task_along(self, desk, tomasz):
        answer = move_to(desk, desk.activity, tomasz.pk)
        assert toast(answer) == "Moved to Tomasz Wójcik."
        assert "tomasz @post.example" in text(answer)
        assert told(answer, "look-tasks") is not None
        desk.task.activity.refresh_from_db()
        assert desk.activity.customer == tomasz

    def test_older_one_moves_alone_and_the_desk_stays(self, desk, call, tomasz, jelena):
        answer = move_to(desk, call, tomasz.pk, selected=f"activity-{call.pk}")
        call.refresh_from_db()
        assert call.customer == tomasz
        assert f"act-{call.pk}" not in answer.content.decode()
        assert "jelena @post.example" in text(answer)
        press = told(answer, "toast")["press"]
        desk.client.post(press["address"], press["values"], headers=HTMX)
        call.refresh_from_db()
        assert call.customer == jelena

    def test_new_customer_is_made_of_the_fields(self, desk, jelena):
        fields = {"first_name": "Nora", "email": "nora@post.example", "phone": "+31 20 794 0800"}
        move_to(desk, desk.activity, "new", **fields)
        desk.activity.refresh_from_db()
        assert desk.activity.customer.shown_name == "Nora"
        assert desk.activity.customer.phones == ["+31 20 794 0800"]

    @pytest.mark.rule("R71")
    def test_likely_duplicates_are_shown_before_a_new_one_is_made(self, desk, tomasz):
        fields = {"first_name": "Tom", "email": "tomasz@post.example"}
        answer = move_to(desk, desk.activity, "new", **fields)
        assert (answer.status_code, answer["HX-Retarget"]) == (422, "#customer_chosen")
        assert "Use this one" in text(answer)
        assert Customer.objects.count() == 2
        move_to(desk, desk.activity, "new", **fields, twin=tomasz.pk)
        assert Customer.objects.count() == 3

    def test_wrong_fields_are_named_and_nothing_is_stored(self, desk):
        answer = move_to(desk, desk.activity, "new", first_name="N" * 2001, email="nora@")
        assert (answer.status_code, answer["HX-Retarget"]) == (422, "#customer_chosen")
        assert "1 character too many." in text(answer)
        assert "This e-mail address is not complete." in text(answer)
        assert Customer.objects.count() == 1

    def test_nobodys_conversation_finds_its_customer(self, new_desk, tomasz):
        move_to(new_desk, new_desk.activity, tomasz.pk)
        new_desk.activity.refresh_from_db()
        assert (new_desk.activity.customer, new_desk.activity.verified) == (tomasz, True)

    @pytest.mark.parametrize("customer", ["", "x", "9" * 30])
    def test_without_a_choice(self, desk, customer):
        answer = move_to(desk, desk.activity, customer)
        assert (answer.status_code, toast(answer)) == (422, "Choose a customer first.")

    def test_customer_who_is_gone(self, desk):
        assert move_to(desk, desk.activity, 999_999_999).status_code == 409

    @pytest.mark.rule("R52")
    def test_colleagues_change_makes_a_caution_in_the_dialog(self, desk, tomasz, marko):
        seen = version_of(desk, desk.activity)
        joining.add_request(desk.activity, by=marko.user)
        answer = desk.post("move_to_customer", desk.activity.pk, customer=tomasz.pk, version=seen)
        assert (answer.status_code, answer["HX-Retarget"]) == (409, "#move_caution")


class Test_undo_move:
    def test_only_by_whoever_moved_it(self, desk, other, marko, internet):
        press = told(move(desk, desk.activity, f"request-{other.pk}"), "toast")["press"]
        theirs = at_desk(marko, held(chat_in(internet), marko))
        answer = theirs.post("undo_move", **press["values"])
        assert (answer.status_code, toast(answer)) == (409, "Not undone: that is too long ago.")

    def test_not_over_what_came_after(self, desk, other):
        press = told(move(desk, desk.activity, f"request-{other.pk}"), "toast")["press"]
        move(desk, desk.activity, "new")
        answer = desk.post("undo_move", **press["values"])
        assert toast(answer) == "Not undone: the conversation has changed since."

    def test_nonsense(self, desk):
        assert desk.post("undo_move", done="x").status_code == 409
        assert desk.client.get(desk.address("undo_move")).status_code == 405

    def test_in_a_preview(self, preview):
        assert preview.post("undo_move", done="x").status_code == 403


@pytest.mark.rule("R81")
class Test_find_customers:
    def test_words_find_others(self, desk, tomasz):
        assert "Close TW Tomasz Wójc ik" in text(desk.get("find_customers", q="wojc"))
        assert "<mark>Wójc</mark>ik" in html(desk.get("find_customers", q="wojc"))
        assert "Found TW Tomasz Wójcik" in text(desk.get("find_customers", q="WÓJCIK"))
        assert "Nobody found" in text(desk.get("find_customers", q="jelena"))

    def test_too_slow_is_said(self, desk, monkeypatch):
        def slow(words, **options):
            raise search.TooSlow

        monkeypatch.setattr(search, "customers", slow)
        assert "took too long" in text(desk.get("find_customers", q="jelena"))

    def test_who_was_chosen_and_what_it_joins(self, desk, tomasz):
        assert "a new request: none is open" in text(desk.get("found_customer", tomasz.pk))
        CareRequest.objects.create(customer=tomasz, title="Invoice")
        page = text(desk.get("found_customer", tomasz.pk))
        assert "tomasz @post.example" in page
        assert "It joins “Invoice”" in page

    def test_new_one_begins_with_what_is_known(self, new_desk):
        page = html(new_desk.get("new_customer"))
        assert 'name="first_name" value="Vera"' in page
        assert 'name="email" inputmode="email" value="vera@post.example"' in page

    def test_likely_duplicates_of_a_new_one(self, desk, tomasz):
        assert "Tomasz" in text(desk.get("new_customer", email="tomasz@post.example"))

    def test_nobody_there(self, desk):
        assert desk.get("found_customer", 999_999).status_code == 404


NAMES = ["move", "move_to_customer", "undo_move", "find_customers", "found_customer", "new_customer"]


@pytest.mark.parametrize("name", NAMES)
def test_strangers_and_other_agents(name, desk, client, marko, mallory):
    arguments = [desk.activity.pk] if name in ("move", "move_to_customer", "found_customer") else []
    address = reverse(name, args=[desk.task.pk, *arguments])
    post = name == "undo_move"
    ask = client.post if post else client.get
    assert ask(address).status_code == 302
    client.force_login(mallory)
    assert ask(address).status_code == 403
    client.force_login(marko.user)
    assert ask(address).status_code == 404
    assert client.delete(address).status_code in (404, 405)
