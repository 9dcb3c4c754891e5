"""What the database itself refuses of customers and their addresses."""

import pytest

from customers.models import FIELDS, ContactPoint, Customer
from tests.violations import refused, too_long


def point(cast, **values):
    given = {"customer": cast["jelena"], "kind": "email", "value": "other@post.example"} | values
    return ContactPoint.objects.create(**given)


def raw_point(cast, **values):
    """Past `save`, which normalises."""
    row = ContactPoint(customer=cast["jelena"], kind="email", value="x", normalised="x")
    for name, value in values.items():
        setattr(row, name, value)
    ContactPoint.objects.bulk_create([row])


CASES = {
    "customer_version_starts_at_1": lambda cast: Customer.objects.create(version=0),
    **too_long("customer", lambda cast, **values: Customer.objects.create(**values), FIELDS),
    "contact_point_is_listed_once_a_customer": lambda cast: point(cast, value=" Jelena@POST.example"),
    "contact_point_is_an_email_or_a_phone": lambda cast: raw_point(cast, kind="fax"),
    "contact_point_is_not_empty": lambda cast: raw_point(cast, normalised=""),
    **too_long("contact_point", lambda cast, **values: raw_point(cast, **values), ["value"]),
}


@pytest.mark.rule("R50")
@pytest.mark.parametrize("name", CASES)
def test_database_refuses(name, jelena):
    assert refused(lambda: CASES[name]({"jelena": jelena})) == name


@pytest.mark.rule("R50")
def test_two_thousand_code_points_are_stored(db):
    text = "ž" * 1999 + "😀"
    assert Customer.objects.create(notes=text).notes == text


def test_same_address_may_be_of_two_customers(jelena):
    other = Customer.objects.create(first_name="Luka")
    assert point({"jelena": other}, value="jelena@post.example").pk
