"""Finding customers by words of their name, e-mail or phone."""

import pytest
from django.db import connection
from django.db.models.expressions import RawSQL

from activities import search
from customers import editing


@pytest.fixture
def people(ana):
    known = [
        {"first_name": "Jelena", "last_name": "Marković", "emails": ["jelena@post.example"]},
        {"first_name": "Piotr", "last_name": "Łukasz", "phones": ["+48 22 307 1234"]},
        {"first_name": "Marko", "last_name": "Jelenić", "company": "Post & Sons"},
        {"emails": ["info@vandijk.example"]},
    ]
    return [editing.create(values, by=ana.user) for values in known]


def found(words, **options):
    return [customer.shown_name for customer in search.customers(words, **options)]


@pytest.mark.rule("R81")
@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("jelena", ["Jelena Marković"]),
        ("JELEN", ["Marko Jelenić", "Jelena Marković"]),
        ("mark jelena", ["Jelena Marković"]),
        ("markovic", ["Jelena Marković"]),
        ("lukasz", ["Piotr Łukasz"]),
        ("elena", ["Jelena Marković"]),  # within the e-mail address
        ("vandijk", ["info@vandijk.example"]),
        ("307 1234", ["Piotr Łukasz"]),
        ("022 307-12 34", ["Piotr Łukasz"]),
        ("sons", ["Marko Jelenić"]),
        ("nobody at all", []),
        ("   ", []),
        (r"\m.* %_' ☃", []),
    ],
)
def test_words_find(words, names, people):
    assert found(words) == names


def test_whole_name_stands_first(people, ana):
    editing.create({"first_name": "Jelena", "last_name": "Aaa Marković"}, by=ana.user)
    assert found("jelena marković") == ["Jelena Marković", "Jelena Aaa Marković"]


def test_whole_address_stands_first(people, ana):
    editing.create({"first_name": "Aaa", "emails": ["jelena@post.example.org"]}, by=ana.user)
    assert found("Jelena@post.example") == ["Jelena Marković", "Aaa"]


def test_no_more_than_asked_for(people):
    assert len(found("m", limit=1)) == 1


def test_it_does_not_search_for_ever(people, monkeypatch):
    monkeypatch.setattr(search, "rank", lambda words, region: RawSQL("length(pg_sleep(3)::text)", []))
    monkeypatch.setattr(search, "MILLISECONDS", 50)
    with pytest.raises(search.TooSlow):
        search.customers("jelena")


def test_the_connection_has_its_usual_patience_afterwards(people):
    search.customers("jelena")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10s",)
