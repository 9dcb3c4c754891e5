"""Finding customers (R114): whole words first, then what is close."""

import pytest
from django.db import connection

from activities import search, ways
from customers import editing
from customers.models import ContactPoint, Customer

PEOPLE = [
    {"first_name": "Pete", "last_name": "Jones", "company": "Post & Sons", "external_id": "K-4711"},
    {"first_name": "Peter", "last_name": "Adams", "phones": ["+48 22 307 1234"]},
    {"first_name": "Ana", "last_name": "Šuković", "city": "İstanbul", "emails": ["ana.s@post.example"]},
    {"first_name": "Noor", "last_name": "van Dijk", "city": "Rotterdam", "phones": ["+31 117 940 800"]},
    {"first_name": "Joke", "last_name": "van Dijksma", "city": "Rotterdam-Zuid", "notes": "Pete is her son"},
    {"first_name": "Van", "last_name": "Morrison", "city": "Dijk", "country": "Rotterdam"},
    {"first_name": "Işık", "last_name": "Yılmaz", "address": "Straße 12"},
    {"emails": ["info@vandijk.example"]},
]
FINDS = [
    ("pete", ["Pete Jones", "Joke van Dijksma", "~Peter Adams"]),  # in the name, anywhere, begun
    ("PETE", ["Pete Jones", "Joke van Dijksma", "~Peter Adams"]),
    ("pete jones", ["Pete Jones"]),
    ("jones pete", ["Pete Jones"]),
    ("pete adams", ["~Peter Adams"]),
    ("šuković", ["Ana Šuković"]),
    ("ŠUKOVIĆ", ["Ana Šuković"]),
    ("sukovic", ["~Ana Šuković"]),
    ("SUKO", ["~Ana Šuković"]),
    ("istanbul", ["Ana Šuković"]),
    ("İSTANBUL", ["Ana Šuković"]),
    ("ıstanbul", ["~Ana Šuković"]),
    ("ışık", ["Işık Yılmaz"]),
    ("IŞIK", ["Işık Yılmaz"]),
    ("isik yilmaz", ["~Işık Yılmaz"]),
    ("strasse", ["~Işık Yılmaz"]),
    ("van dijk", ["Noor van Dijk", "Van Morrison", "~Joke van Dijksma"]),
    ('"van dijk"', ["Noor van Dijk", "~Joke van Dijksma"]),
    ("„van dijk“", ["Noor van Dijk", "~Joke van Dijksma"]),
    ('"van dijk" rotterdam', ["Noor van Dijk", "~Joke van Dijksma"]),
    ('"dijk rotterdam"', []),  # no phrase goes on over the end of a field
    ("ana.s@post.example", ["Ana Šuković"]),
    ("vandijk", ["info@vandijk.example"]),
    ("k-4711", ["Pete Jones"]),
    ("sons", ["Pete Jones"]),
    ("12", ["Işık Yılmaz", "~Peter Adams"]),
    ("nobody at all", []),
    ("   ", []),
    ('" - *', []),
    (r"\m.* %_' :* & | ! <-> ☃", []),
]
NUMBER = [
    "0117940800",
    "0117 940 800",
    "+31 (0)117 940 800",
    "0031117940800",
    "31117940800",
    "117940",
    "0117-940",
]


@pytest.fixture
def people(db):
    return [editing.create(values, by=None, region="NL") for values in PEOPLE]


def found(words, **options):
    """[name, with ~ in front if it is close]"""
    customers = search.customers(words, region="NL", **options)
    return [f"{'~' * customer.is_close}{customer.shown_name}" for customer in customers]


@pytest.mark.rule("R114")
@pytest.mark.parametrize(("words", "names"), FINDS)
def test_words_find(words, names, people):
    assert found(words) == names


@pytest.mark.rule("R114")
@pytest.mark.parametrize(
    "sizes",
    [{"SAMPLE": 0}, {"COMMON": 1, "WALK": 3}, {"COMMON": 1, "SAMPLE": 4, "WALK": 2}],
    ids=["all is rare", "all is common", "what is common ends"],
)
def test_however_they_are_looked_for(sizes, people, monkeypatch):
    for name, size in sizes.items():
        monkeypatch.setattr(ways, name, size)
    assert [(words, found(words)) for words, _names in FINDS] == FINDS


@pytest.mark.rule("R114")
def test_exact_ones_of_more_than_are_ranked(people, monkeypatch):
    monkeypatch.setattr(ways, "SAMPLE", 0)
    monkeypatch.setattr(ways, "RANKED", 0)
    for words, names in FINDS:
        exact = [name for name in names if not name.startswith("~")]
        assert [name for name in found(words) if not name.startswith("~")] == exact


@pytest.mark.rule("R114")
@pytest.mark.parametrize("words", NUMBER)
def test_digits_find_a_phone_however_it_is_written(words, people):
    assert found(words) == ["~Noor van Dijk"]


def test_a_number_as_it_stands_is_exact(people):
    assert found("+31 117 940 800") == ["Noor van Dijk"]


def test_words_and_a_number(people):
    assert found("noor 0117 940") == ["~Noor van Dijk"]
    assert found("noor 0117 941") == []


def test_a_few_digits_are_no_phone(people):
    assert found("117") == ["Noor van Dijk"]  # it stands there as a word
    assert found("940 80") == ["~Noor van Dijk"]
    assert found("794") == []


@pytest.mark.rule("R114")
def test_words_follow_whoever_changes_them(jelena, ana):
    editing.save(
        jelena, {"last_name": "Petrović", "phones": ["0117940800"]}, version=1, by=ana.user, region="NL"
    )
    assert found("petrović") == found("jelena petrović") == ["Jelena Petrović"]
    assert found("marković") == found("5550134") == []
    assert found("117940800") == ["~Jelena Petrović"]
    other = editing.create({"first_name": "Other"}, by=ana.user)
    ContactPoint.objects.filter(customer=jelena, kind="phone").update(customer=other)
    assert found("117940800") == ["~Other"]
    ContactPoint.objects.filter(customer=other).delete()
    assert found("117940800") == []
    Customer.objects.filter(pk=other.pk).delete()
    assert found("other") == []


def test_whole_name_stands_first(people, ana):
    editing.create({"first_name": "Aaa", "last_name": "Ana Šuković"}, by=ana.user)
    assert found("ana šuković") == ["Ana Šuković", "Aaa Ana Šuković"]


def test_whole_number_stands_first(people, ana):
    editing.create({"first_name": "Aaa", "phones": ["+31 117 940 80099"]}, by=ana.user)
    assert found("0117940800") == ["~Noor van Dijk", "~Aaa"]


@pytest.mark.rule("R114")
def test_pages(ana):
    for name in ("Dora", "Boris", "Ćira", "Aca"):
        editing.create({"first_name": "Petar", "last_name": name}, by=ana.user)
    first = search.customers("petar", limit=3)
    assert [customer.last_name for customer in first] == ["Aca", "Boris", "Ćira"]
    assert (first.total, first.next_offset, first.is_more) == (4, 3, False)
    last = search.customers("petar", limit=3, offset=first.next_offset)
    assert [customer.last_name for customer in last] == ["Dora"]
    assert last.next_offset is None


def test_no_more_than_a_hundred_are_counted(ana):
    Customer.objects.bulk_create(Customer(first_name="Petar", last_name=f"{number}") for number in range(102))
    last = search.customers("petar", limit=20, offset=90)
    assert (len(last), last.total, last.is_more, last.next_offset) == (10, 100, True, None)
    assert search.customers("petar", offset=100) == []


def test_exact_ones_are_not_lost_behind_many_close_ones(ana):
    Customer.objects.bulk_create(
        Customer(first_name="Petera", last_name=f"{number}") for number in range(102)
    )
    Customer.objects.create(first_name="Peter")
    assert found("peter", limit=1) == ["Peter"]


@pytest.mark.parametrize(
    ("large", "close"), [(-2, []), (200_000, ["~Petarson Rotterdam"])], ids=["of many", "of few"]
)
def test_common_words_that_are_hardly_ever_together(large, close, ana, monkeypatch):
    for name in ("Petar Rotterdam", "Petarson Rotterdam", "Petar", "Rotterdam"):
        editing.create({"last_name": name}, by=ana.user)
    for name, size in {"SAMPLE": 2, "COMMON": 1, "LARGE": large}.items():
        monkeypatch.setattr(ways, name, size)
    assert found("petar rotterdam") == ["Petar Rotterdam", *close]


def test_it_does_not_search_for_ever(people, monkeypatch):
    monkeypatch.setattr(ways, "STATEMENT", ways.STATEMENT.replace("count(*) OVER ()", "pg_sleep(3)::text"))
    monkeypatch.setattr(search, "MILLISECONDS", 50)
    with pytest.raises(search.TooSlow):
        search.customers("pete")


def test_the_connection_has_its_usual_ways_afterwards(people):
    search.customers("pete")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('enable_seqscan')")
        assert cursor.fetchone() == ("10s", "on")
