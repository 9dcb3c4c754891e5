"""Canned replies: what the composer offers after a colon (R120)."""

import pytest

from queues.canned import replies
from queues.models import CannedReply
from tests.beside import html, text

pytestmark = pytest.mark.rule("R120")


@pytest.fixture(autouse=True)
def ready(internet, billing):
    CannedReply.objects.create(shortcut="greeting", text="Good morning!")
    CannedReply.objects.create(shortcut="greeting", text="Hello & welcome", queue=internet)
    CannedReply.objects.create(shortcut="regret", text="We are sorry.")
    CannedReply.objects.create(shortcut="grace", text="You have 14 days to pay.", queue=billing)


def shortcuts(queue, typed):
    return [reply.shortcut for reply in replies(queue, typed)]


def test_those_that_begin_so_come_first(internet):
    assert shortcuts(internet, "gre") == ["greeting", "regret"]
    assert shortcuts(internet, "RE") == ["regret", "greeting"]
    assert shortcuts(internet, "g") == ["greeting"]
    assert shortcuts(internet, "zz") == []


@pytest.mark.rule("R11")
def test_are_found_whichever_i_is_typed(internet):
    CannedReply.objects.create(shortcut="İade", text="14 gün")
    assert [shortcuts(internet, typed) for typed in ("iade", "IADE", "ıad")] == [["İade"]] * 3


def test_the_queues_own_stands_for_the_organisations(internet, billing):
    assert replies(internet, "greeting")[0].text == "Hello & welcome"
    assert replies(billing, "greeting")[0].text == "Good morning!"
    assert shortcuts(billing, "gra") == ["grace"]


def test_at_most_eight_unless_all_are_asked_for():
    CannedReply.objects.bulk_create(CannedReply(shortcut=f"m{n}", text="-") for n in range(20))
    assert len(replies(None, "m")) == 8
    assert len(replies(None, "")) == 22


def test_a_button_opens_all_of_them_where_there_are_any(desk):
    def shown():
        return "data-replies" in html(desk.get("task"))

    assert shown()
    CannedReply.objects.exclude(shortcut="grace").delete()
    assert not shown()


def test_the_list(desk):
    answer = desk.get("canned", typed="gre")
    assert "greeting Hello & welcome" in text(answer)
    assert 'data-text="Hello & welcome"' in html(answer)


def test_is_for_who_holds_the_task(desk, preview, marko, client):
    assert preview.get("canned", typed="g").status_code == 403
    assert desk.post("canned").status_code == 405
    assert client.get(desk.address("canned")).status_code == 302
    client.force_login(marko.user)
    assert client.get(desk.address("canned")).status_code == 404
    assert client.get("/desk/999999/canned/").status_code == 404
