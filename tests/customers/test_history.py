"""Triggers write history: who changed which field when, by whatever way (R52)."""

from itertools import pairwise

import pytest
from django.db import connection, transaction

from caredesk.history import acting
from caredesk.stale import author_of, names_changed, shown_author
from customers import editing
from customers.models import ContactPoint, Customer

Event = Customer.pgh_event_model


def last(customer):
    return Event.objects.filter(pgh_obj_id=customer.pk).order_by("pgh_id").last()


@pytest.mark.rule("R52")
def test_verb_signs_what_it_stores(ana, jelena):
    editing.save(jelena, {"city": "Niš"}, version=1, by=ana.user)
    event = last(jelena)
    assert (event.pgh_label, author_of(event), event.city, event.version) == (
        "changed",
        ana.user.pk,
        "Niš",
        2,
    )
    assert shown_author(event) == "Ana Kovač"


@pytest.mark.rule("R52")
def test_creation_is_the_first_event(ana, jelena):
    event = Event.objects.get(pgh_obj_id=jelena.pk)
    assert (event.pgh_label, author_of(event)) == ("created", ana.user.pk)


@pytest.mark.rule("R52")
def test_fields_that_changed_are_named(ana, jelena):
    editing.save(jelena, {"city": "Niš", "company": "", "notes": "VIP"}, version=1, by=ana.user)
    steps = pairwise(Event.objects.filter(pgh_obj_id=jelena.pk).order_by("pgh_id"))
    assert [names_changed(*step) for step in steps] == [["city", "notes"]]


@pytest.mark.django_db(transaction=True)
def test_bulk_update_is_signed(ana, jelena):
    with transaction.atomic(), acting(ana.user):
        Customer.objects.update(city="Niš")
    assert (author_of(last(jelena)), last(jelena).city) == (ana.user.pk, "Niš")


@pytest.mark.django_db(transaction=True)
def test_raw_sql_is_recorded_without_an_author(jelena):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET city = 'Niš'")
    assert (last(jelena).city, author_of(last(jelena))) == ("Niš", None)
    assert shown_author(last(jelena)) == "The system"


@pytest.mark.django_db(transaction=True)
def test_context_ends_with_its_block(ana, jelena):
    with acting(ana.user):
        Customer.objects.update(city="Niš")
    Customer.objects.update(city="Čačak")
    assert author_of(last(jelena)) is None


def test_verb_within_a_verb_signs_only_its_own(ana, marko, jelena):
    with acting(ana.user):
        with acting(marko.user):
            Customer.objects.update(city="Niš")
        Customer.objects.update(city="Čačak")
    authors = [author_of(event) for event in Event.objects.order_by("pgh_id")]
    assert authors == [ana.user.pk, marko.user.pk, ana.user.pk]


def test_outer_verb_signs_again_after_an_error_within(ana, marko, jelena):
    with acting(ana.user):
        with pytest.raises(ZeroDivisionError), acting(marko.user):
            raise ZeroDivisionError
        Customer.objects.update(city="Niš")
    assert author_of(last(jelena)) == ana.user.pk


def test_deletion_is_recorded(ana):
    with acting(ana.user):
        customer = Customer.objects.create(first_name="Luka")
        pk = customer.pk
        customer.delete()
    event = Event.objects.filter(pgh_obj_id=pk).order_by("pgh_id").last()
    assert (event.pgh_label, event.first_name, author_of(event)) == ("deleted", "Luka", ana.user.pk)


@pytest.mark.rule("R53")
def test_saving_the_same_is_no_event(ana, jelena):
    editing.save(jelena, {"first_name": "Jelena"}, version=1, by=ana.user)
    Customer.objects.get(pk=jelena.pk).save()
    assert Event.objects.filter(pgh_obj_id=jelena.pk).count() == 1


def test_addresses_have_history_too(ana, jelena):
    editing.save(jelena, {"emails": ["new@post.example"]}, version=1, by=ana.user)
    events = ContactPoint.pgh_event_model.objects.filter(customer=jelena, kind="email").order_by("pgh_id")
    told = [(event.pgh_label, event.value) for event in events]
    assert told == [
        ("created", "jelena@post.example"),
        ("deleted", "jelena@post.example"),
        ("created", "new@post.example"),
    ]
