"""Missed calls: whom to call back, and what settles it (R101)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Call
from queues import missed_calls
from queues.models import Queue, Task
from tests.beside import HTMX, text
from tests.calling import CALLER
from tests.cast import agent, ago

OTHER = "48221234567"
pytestmark = pytest.mark.rule("R101")


def miss(pbx, **fields):
    pbx.new_call(**fields)
    pbx.hang_up("cancel")
    return pbx.task


def missed(who):
    return [(task.activity.source_phone, task.times) for task in missed_calls.of(who)]


@pytest.fixture
def page(client, ana):
    client.force_login(ana.user)
    return client


def test_each_number_stands_there_once_the_newest_first(pbx, ana):
    for number in (CALLER, OTHER, CALLER, "anonymous", "anonymous"):
        miss(pbx, **{"from": number})
    assert missed(ana) == [("", 1), ("", 1), ("+49 30 1234567", 2), ("+48 22 123 45 67", 1)]
    assert missed_calls.count(ana) == 4


def test_only_of_ones_own_queues(pbx, internet, ana):
    petar = agent("petar", "Petar", "Simić", internet)
    miss(pbx, queue="billing")
    assert missed(ana)
    assert not missed(petar)


@pytest.mark.parametrize("settled_by", ["outgoing", "outgoing of nobody", "answered", "elsewhere", "a press"])
def test_whoever_speaks_with_them_settles_all_calls_of_the_number(pbx, ana, marko, settled_by):
    task = miss(pbx)
    miss(pbx, queue="billing")
    miss(pbx, **{"from": OTHER})
    seq = Queue.objects.get(slug="billing").seq
    if settled_by.startswith("outgoing"):
        pbx.new_call(
            direction="out", user="marko" if settled_by == "outgoing" else "x", to="+49 (0)30 1234567"
        )
    elif settled_by == "a press":
        missed_calls.call_back(task.pk, by=marko)
    else:
        pbx.new_call(**{"from": CALLER})
        pbx.answer("marko" if settled_by == "answered" else "x")
    assert missed(ana) == [("+48 22 123 45 67", 1)]
    by = {call.called_back_by for call in Call.objects.filter(called_back_at__isnull=False)}
    assert by == {None if settled_by in ("outgoing of nobody", "elsewhere") else marko.user}
    assert Queue.objects.get(slug="billing").seq > seq


def test_who_withheld_their_number_is_settled_alone(pbx, ana):
    first, _second = miss(pbx, **{"from": "anonymous"}), miss(pbx, **{"from": "anonymous"})
    missed_calls.call_back(first.pk, by=ana)
    assert len(missed(ana)) == 1


def test_old_ones_are_left_alone(pbx, ana):
    miss(pbx)
    Call.objects.update(rang_at=ago(days=15))
    assert missed(ana) == []


def test_the_list_says_who_when_and_how_often(pbx, page, jelena):
    miss(pbx)
    miss(pbx)
    miss(pbx, **{"from": "381115550134"})
    miss(pbx, **{"from": "anonymous"})
    said = page.get(reverse("missed_calls"), headers=HTMX)
    words = text(said)
    for part in (
        "Jelena Marković +381 11 5550134",
        "+49 30 1234567 Internet",
        "called 2 times",
        "Call back",
        "Number withheld",
    ):
        assert part in words
    assert 'href="tel:+49301234567"' in said.content.decode()


def test_it_is_a_page_and_a_part_of_one(pbx, page):
    miss(pbx)
    whole = page.get(reverse("missed_calls")).content.decode()
    assert "<html" in whole
    assert "Missed calls" in whole
    part = page.get(reverse("missed_calls"), headers=HTMX | {"HX-Target": "missed"}).content.decode()
    assert part.lstrip().startswith("<ul")
    assert "No missed calls" not in part


def test_without_any_it_says_so_and_the_rail_says_nothing(pbx, page, mallory):
    assert "No missed calls" in text(page.get(reverse("missed_calls")))
    assert "missed_calls" not in page.get(reverse("tasks"), headers=HTMX).content.decode()


def test_the_rail_counts_them_quietly(pbx, page):
    miss(pbx)
    assert "Missed calls 1" in text(page.get(reverse("tasks"), headers=HTMX))


def test_a_press_settles_and_shows_what_is_left(pbx, page, ana):
    task = miss(pbx)
    answer = page.post(reverse("call_back", args=[task.pk]), headers=HTMX)
    assert "No missed calls" in text(answer)
    call = Call.objects.get()
    assert call.called_back_by == ana.user
    at = call.called_back_at
    assert page.post(reverse("call_back", args=[task.pk]), headers=HTMX).status_code == 200
    call.refresh_from_db()
    assert call.called_back_at == at


def test_many_missed_calls_ask_no_more_than_one(pbx, ana):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            [task.activity.shown_name for task in missed_calls.of(ana)]
        return len(queries)

    miss(pbx)
    few = asked()
    for number in range(5):
        miss(pbx, **{"from": f"4930123456{number}"})
    assert asked() == few


def test_strangers_and_other_queues_are_kept_out(pbx, client, internet, mallory):
    task = miss(pbx, queue="billing")
    addresses = reverse("missed_calls"), reverse("call_back", args=[task.pk])
    assert {client.get(addresses[0]).status_code, client.post(addresses[1]).status_code} == {302}
    client.force_login(mallory)
    assert {client.get(addresses[0]).status_code, client.post(addresses[1]).status_code} == {403}
    client.force_login(agent("petar", "Petar", "Simić", internet).user)
    assert client.post(addresses[1]).status_code == 404
    assert client.post(reverse("call_back", args=[10**9])).status_code == 404
    assert client.post(addresses[0]).status_code == client.get(addresses[1]).status_code == 405
    assert Task.objects.count() == 1
    assert not Call.objects.filter(called_back_at__isnull=False).exists()
