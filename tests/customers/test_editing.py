"""Creating and changing a customer (R50, R70, R72)."""

import pytest
from django.core.exceptions import ValidationError

from customers import editing
from customers.matching import matches, the_one
from customers.models import FIELDS, Customer
from customers.phones import normalise_phone, shown_phone
from tests.racing import race


@pytest.mark.rule("R72")
def test_all_fields_are_stored_trimmed(ana):
    values = {field: f" {field} " for field in FIELDS}
    customer = editing.create(values | {"emails": [" a@post.example ", ""], "phones": []}, by=ana.user)
    stored = Customer.objects.get(pk=customer.pk)
    assert [getattr(stored, field) for field in FIELDS] == list(FIELDS)
    assert stored.emails == ["a@post.example"]


def test_somebody_without_any_value_is_nobody(ana):
    with pytest.raises(ValidationError):
        editing.create({"first_name": " ", "emails": [""], "phones": []}, by=ana.user)


@pytest.mark.rule("R7")
@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"first_name": "Vera", "last_name": "Check", "emails": ["v@post.example"]}, "Vera Check"),
        ({"last_name": "Check"}, "Check"),
        ({"emails": ["v@post.example"], "phones": ["+31207940800"]}, "v@post.example"),
        ({"phones": ["+31 20 794 0800"]}, "+31 20 794 0800"),
        ({"city": "Delft"}, "Unknown customer"),
    ],
)
def test_shown_name_falls_back(ana, values, shown):
    assert editing.create(values, by=ana.user).shown_name == shown


@pytest.mark.rule("R50")
def test_too_long_and_incomplete_values_are_told_beside_their_fields(ana):
    wrong = {"city": "x" * 2001, "emails": ["vera@"], "notes": "fine"}
    with pytest.raises(ValidationError) as refused:
        editing.create(wrong, by=ana.user)
    assert set(refused.value.message_dict) == {"city", "emails"}
    assert refused.value.message_dict["city"] == ["1 character too many."]


@pytest.mark.rule("R53")
def test_saving_what_stands_there_changes_no_version(ana, jelena):
    same = {"first_name": " Jelena", "emails": ["jelena@post.example"], "phones": ["+381 11 555 0134"]}
    assert editing.save(jelena, same, version=1, by=ana.user).version == 1


@pytest.mark.rule("R52")
def test_names_and_addresses_together_are_one_edit(ana, jelena):
    values = {"city": "Niš", "emails": ["a@post.example", "b@post.example"]}
    stored = editing.save(jelena, values, version=1, by=ana.user)
    assert Customer.objects.get().version == stored.version
    assert Customer.objects.get().emails == ["a@post.example", "b@post.example"]
    assert Customer.objects.get().phones == ["+381 11 555 0134"]


@pytest.mark.rule("R72")
def test_addresses_keep_the_order_of_the_form(ana, jelena):
    editing.save(jelena, {"emails": ["b@post.example", "jelena@post.example"]}, version=1, by=ana.user)
    assert Customer.objects.get().emails == ["b@post.example", "jelena@post.example"]


@pytest.mark.rule("R72")
def test_address_typed_twice_is_stored_once(ana, jelena):
    editing.save(jelena, {"emails": ["a@post.example", "A@post.example"]}, version=1, by=ana.user)
    assert Customer.objects.get().emails == ["a@post.example"]


@pytest.mark.rule("R72")
@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("020 794 0800", "NL", "+31207940800"),
        ("011/555-0134", "RS", "+381115550134"),
        ("0031 20 794 0800", "NL", "+31207940800"),
        ("ask for Jelena", "NL", "ask for jelena"),
        ("ext. 12", "NL", "12"),
    ],
)
def test_number_is_never_refused(typed, region, stored):
    assert normalise_phone(typed, region) == stored


def test_number_is_shown_for_reading():
    assert shown_phone("31207940800", "NL") == "+31 20 794 0800"
    assert shown_phone("ask for Jelena") == "ask for Jelena"


@pytest.mark.rule("R72")
def test_matching_by_each_address_and_by_external_id(ana, jelena):
    other = editing.create({"external_id": "K-77"}, by=ana.user)
    assert the_one(emails=["Jelena@Post.example"]) == jelena
    assert the_one(phones=["011 555 0134"], region="RS") == jelena
    assert the_one(external_id=" K-77 ") == other
    assert the_one(emails=[""], phones=[" "]) is None
    assert list(matches(emails=["jelena@post.example"], external_id="K-77")) == [jelena, other]
    assert the_one(emails=["jelena@post.example"], external_id="K-77") is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R52")
def test_two_agents_save_at_once_and_nothing_is_lost(ana, marko, jelena):
    told = race(
        lambda: editing.save(jelena, {"city": "Niš"}, version=1, by=ana.user),
        lambda: editing.save(jelena, {"city": "Čačak"}, version=1, by=marko.user),
    )
    assert sorted(type(answer).__name__ for answer in told) == ["Customer", "Stale"]
    winner = next(answer for answer in told if isinstance(answer, Customer))
    assert (Customer.objects.get().city, Customer.objects.get().version) == (winner.city, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R53")
def test_two_tabs_of_one_agent_save_without_caution(ana, jelena):
    told = race(
        lambda: editing.save(jelena, {"city": "Niš"}, version=1, by=ana.user),
        lambda: editing.save(jelena, {"company": "Post"}, version=1, by=ana.user),
    )
    assert {type(answer) for answer in told} == {Customer}
    stored = Customer.objects.get()
    assert (stored.city, stored.company, stored.version) == ("Niš", "Post", 3)


@pytest.mark.rule("R72")
def test_a_stored_number_is_not_read_again_in_another_country(ana):
    customer = editing.create({"first_name": "Jelena", "phones": ["064 123 4567"]}, by=ana.user, region="RS")
    values = {"city": "Novi Sad", "phones": ["064 123 4567"]}
    stored = editing.save(customer, values, version=1, by=ana.user, region="NL")
    assert stored.contact_points.get().normalised == "+381641234567"
