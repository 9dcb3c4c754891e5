"""Search customers on the desk, and the customer who was chosen (R114)."""

import pytest
from django.urls import reverse

from activities import search
from customers import editing
from tests.beside import html, text
from tests.cast import chat_of, held

HTMX = {"HX-Request": "true"}


@pytest.fixture
def find(client, ana):
    """find("words") → the answer to the searchbox of the desk"""
    client.force_login(ana.user)
    return lambda words="", headers=HTMX, **more: client.get(
        reverse("find"), {"q": words} | more, headers=headers
    )


@pytest.fixture
def look(client, ana):
    client.force_login(ana.user)
    return lambda customer, headers=HTMX, **more: client.get(
        reverse("look", args=[customer.pk]), more, headers=headers
    )


@pytest.mark.rule("R114")
def test_finds_are_grouped_and_marked(find, jelena, ana):
    editing.create({"last_name": "Jelenić", "notes": "Asks for Jelena's invoice"}, by=ana.user)
    page = html(find("jelen"))
    assert "2 customers" in page
    assert "<mark>Jelen</mark>a Marković" in page
    assert "<mark>jelen</mark>a@post.example" in page
    assert "Asks for <mark>Jelen</mark>a's invoice" in page
    assert page.count("<h3") == 1
    exact = html(find("jelenic"))
    assert "<mark>Jelenić</mark>" in exact
    assert ">Close</h3>" in exact


@pytest.mark.rule("R114")
def test_digits_are_marked_as_they_are_shown(find, jelena):
    assert "+381 <mark>11 555 0134</mark>" in html(find("115550134"))


def test_what_there_is_to_say(find, jelena, monkeypatch):
    assert "Type a name" in text(find())
    assert "Nobody found" in text(find("zzyzx"))
    assert "1 customer" in text(find("jelena"))

    def slow(words, **options):
        raise search.TooSlow

    monkeypatch.setattr(search, "customers", slow)
    assert "took too long" in text(find("jelena"))


def test_the_next_page_stands_where_its_button_was(find, ana):
    for number in range(search.PAGE + 1):
        editing.create({"first_name": "Petar", "last_name": f"{number:03}"}, by=ana.user)
    assert "q=petar&offset=20" in html(find("petar"))
    page = html(find("petar", offset=20))
    assert page.count("data-find") == 1
    assert "Show more" not in page
    assert "customers" not in text(find("petar", offset=20)).split()
    assert find("petar", offset="x").status_code == find("petar", offset="9" * 30).status_code == 200


def test_without_a_script_finds_stand_in_the_page(find, jelena):
    page = html(find("jelena", headers={}))
    assert "<!doctype html>" in page.lower()
    assert "data-find" in page


@pytest.mark.rule("R114")
def test_whoever_is_chosen_is_shown_to_read(look, jelena, internet):
    chat_of(jelena, internet, text="My router is dead")
    page = html(look(jelena))
    for name in ("journey", "customer_details", "request_details", "activity_details", "comments"):
        assert f'id="{name}"' in page
    assert "You have no task of this customer" in page
    assert "<textarea" not in page
    assert "hx-post" not in page
    whole = html(look(jelena, headers={}))
    assert "<!doctype html>" in whole.lower()
    assert 'id="tasks"' in whole


def test_things_of_their_journey_can_be_selected(look, jelena, internet, client):
    activity = chat_of(jelena, internet).activity
    details = look(jelena, {**HTMX, "HX-Target": "details"}, selected=f"activity-{activity.pk}")
    assert f'data-chosen="activity-{activity.pk}"' in html(details)
    card = client.get(f"/desk/customers/{jelena.pk}/card/activity-{activity.pk}/")
    assert "Chat" in text(card)
    assert client.get(f"/desk/customers/{jelena.pk}/customer/").status_code == 200


@pytest.mark.rule("R114")
def test_a_task_of_theirs_in_progress_is_shown(look, jelena, internet, ana):
    task = held(chat_of(jelena, internet), ana)
    assert reverse("task", args=[task.pk]) in look(jelena)["HX-Location"]
    assert look(jelena, headers={})["Location"] == reverse("task", args=[task.pk])


@pytest.mark.rule("R55")
def test_nothing_is_changed_from_there(look, jelena, client):
    for verb, given in [
        ("customer", {"first_name": "X"}),
        ("add_request", {}),
        ("comments", {"text": "X"}),
        ("tags", {"tag": "X"}),
        ("request_details", {"title": "X"}),
    ]:
        assert client.post(f"/desk/customers/{jelena.pk}/{verb}/", given).status_code in (403, 404, 405)
    assert client.post(f"/desk/customers/{jelena.pk}/close/").status_code == 404


def test_strangers_and_wrong_methods(client, jelena, mallory, find, look):
    assert find().status_code == 200
    assert (
        client.post(reverse("find")).status_code
        == client.post(reverse("look", args=[jelena.pk])).status_code
        == 405
    )
    assert client.get("/desk/customers/999999/").status_code == 404
    client.force_login(mallory)
    assert find().status_code == look(jelena).status_code == 403
    client.logout()
    assert find(headers={}).status_code == look(jelena, headers={}).status_code == 302
