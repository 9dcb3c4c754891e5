"""Whose interaction this is (R71, R72)."""

import pytest
from django.core.exceptions import ValidationError

from activities import identity, joining
from activities.models import Activity, Draft
from customers.models import Customer
from requests_app.models import CareRequest
from tests.cast import ago, call_in, chat_in, chat_of, held
from tests.racing import race

VERA = {"first_name": "Vera", "last_name": "Check", "emails": ["vera@post.example"]}


@pytest.fixture
def activity(internet, ana):
    return held(chat_in(internet), by=ana).activity


@pytest.mark.rule("R71")
def test_nothing_is_stored_as_a_customer_until_create(activity):
    joining.note(activity, {"title": "Router"})
    assert not Customer.objects.exists()
    assert not CareRequest.objects.exists()


@pytest.mark.rule("R41", "R71")
def test_create_makes_the_customer_and_then_the_request_from_the_notes(activity, ana):
    joining.note(activity, {"title": "Router", "description": "Goes dark"})
    customer = identity.create_customer(activity, VERA, by=ana.user)
    care_request = CareRequest.objects.get()
    assert (care_request.customer, care_request.title) == (customer, "Router")
    assert care_request.description == "Goes dark"
    assert (activity.customer, activity.care_request, activity.verified) == (customer, care_request, True)
    assert not Draft.objects.exists()


@pytest.mark.rule("R71")
def test_refused_create_leaves_the_notes(activity, ana):
    joining.note(activity, {"title": "Router"})
    with pytest.raises(ValidationError):
        identity.create_customer(activity, {"emails": ["vera@"]}, by=ana.user)
    assert joining.notes_of(activity) == {"title": "Router"}
    assert not Customer.objects.exists()


@pytest.mark.rule("R41", "R50")
def test_notes_have_their_limit(activity):
    with pytest.raises(ValidationError) as refused:
        joining.note(activity, {"title": "x" * 2001, "description": "fine"})
    assert list(refused.value.message_dict) == ["title"]
    assert joining.notes_of(activity) == {}


@pytest.mark.rule("R41")
def test_emptied_note_is_forgotten(activity):
    joining.note(activity, {"title": "Router"})
    joining.note(activity, {"title": ""})
    assert joining.notes_of(activity) == {}


@pytest.mark.rule("R71")
@pytest.mark.parametrize(
    "source", [{"source_email": "JELENA@post.example"}, {"source_phone": "0038111 555 0134"}]
)
def test_likely_duplicates_by_email_or_phone(jelena, source):
    assert list(identity.likely(Activity(medium="chat", **source))) == [jelena]


@pytest.mark.rule("R71")
def test_nobody_is_like_somebody_without_address(jelena):
    assert not identity.likely(Activity(medium="chat", source_name="Jelena Marković")).exists()


@pytest.mark.rule("R41", "R71")
def test_use_this_one_joins_their_open_request(activity, ana, jelena):
    open_request = CareRequest.objects.create(customer=jelena)
    identity.use_customer(activity, jelena, by=ana.user)
    assert (activity.customer, activity.care_request) == (jelena, open_request)


@pytest.mark.rule("R71")
def test_title_already_typed_becomes_a_new_request(activity, ana, jelena):
    open_request = CareRequest.objects.create(customer=jelena, title="Older")
    joining.note(activity, {"title": "Router"})
    identity.use_customer(activity, jelena, by=ana.user)
    assert activity.care_request != open_request
    assert activity.care_request.title == "Router"


@pytest.mark.rule("R72")
def test_not_this_customer_unlinks_and_leaves_their_request(internet, ana, jelena):
    activity = held(chat_of(jelena, internet), by=ana).activity
    theirs = activity.care_request
    identity.unlink(activity, by=ana.user)
    assert (activity.customer, activity.care_request) == (None, None)
    assert CareRequest.objects.get() == theirs


@pytest.mark.rule("R90")
def test_unlinking_is_a_change_of_the_request_it_leaves(internet, ana, jelena):
    activity = held(chat_of(jelena, internet), by=ana).activity
    CareRequest.objects.update(touched_at=ago(days=4))
    identity.unlink(activity, by=ana.user)
    assert CareRequest.objects.get().touched_at > ago(minutes=1)


@pytest.mark.rule("R72")
def test_who_was_confirmed_meanwhile_is_not_unlinked(internet, ana, jelena):
    activity = held(chat_of(jelena, internet), by=ana).activity
    identity.confirm(Activity.objects.get(), by=ana.user)
    with pytest.raises(identity.Verified):
        identity.unlink(activity, by=ana.user)
    assert Activity.objects.get().customer == jelena


@pytest.mark.rule("R41")
def test_note_is_refused_where_another_tab_has_just_made_the_request(activity, ana):
    identity.create_customer(Activity.objects.get(), VERA, by=ana.user)
    with pytest.raises(identity.AlreadyKnown):
        joining.note(activity, {"title": "Router"})
    assert not Draft.objects.exists()


@pytest.mark.rule("R72")
def test_unlinking_is_an_edit(internet, ana, jelena):
    activity = held(chat_of(jelena, internet), by=ana).activity
    version = activity.version
    identity.unlink(activity, by=ana.user)
    assert activity.version == version + 1


@pytest.mark.rule("R72")
def test_claim_is_confirmed_by_the_agent(internet, ana, jelena):
    activity = held(chat_of(jelena, internet), by=ana).activity
    assert not activity.verified
    identity.confirm(activity, by=ana.user)
    activity.refresh_from_db()
    assert activity.verified


@pytest.mark.rule("R70")
@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Vera", "Vera", ""),
        ("Vera Check", "Vera", "Check"),
        (" Jan van Dijk ", "Jan van", "Dijk"),
        ("", "", ""),
    ],
)
def test_last_word_is_the_last_name(name, first, last):
    known = identity.known_values(Activity(medium="chat", source_name=name))
    assert (known["first_name"], known["last_name"]) == (first, last)


@pytest.mark.rule("R70")
def test_new_customer_form_knows_the_callers_number(internet):
    activity = call_in(internet, number="31207940800").activity
    assert identity.known_values(activity, "NL")["phones"] == ["+31 20 794 0800"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R71")
def test_create_in_two_tabs_makes_one_customer(activity, ana):
    def create():
        return identity.create_customer(Activity.objects.get(), VERA, by=ana.user)

    told = race(create, create)
    assert sorted(type(answer).__name__ for answer in told) == ["AlreadyKnown", "Customer"]
    assert Customer.objects.count() == CareRequest.objects.count() == 1
