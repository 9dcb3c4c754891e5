"""The texts of journeys are found by their words, by supervisors (R114)."""

import pytest
from django.urls import reverse

from activities import remarks, search, searching
from activities.models import Activity, Comment, Message
from requests_app.models import CareRequest
from tests.beside import text
from tests.cast import chat_of, held


@pytest.fixture
def task(internet, ana, jelena):
    task = held(chat_of(jelena, internet, text="Ruter se gasi svaki čas, u Łodzi"), ana)
    remarks.comment(task.activity, "Zamenjen adapter, Terazije 12", by=ana.user)
    CareRequest.objects.update(title="Pokvaren ruter", description="Beli model")
    Activity.objects.create(
        medium="call",
        title_note="Račun kasni",
        source_email="petra@post.example",
        source_phone="+31207940800",
    )
    return task


@pytest.mark.rule("R114")
@pytest.mark.parametrize(
    ("model", "words", "count"),
    [
        (Message, "ruter cas", 1),
        (Message, "lodz", 1),
        (Message, '"gasi svaki"', 1),
        (Message, '"svaki gasi"', 0),
        (Comment, "adapt 12", 1),
        (Comment, "ruter", 0),
        (CareRequest, "ruter beli", 1),
        (CareRequest, '"ruter beli"', 0),
        (CareRequest, "jelena 5550134", 1),  # whose customer it is
        (CareRequest, "luka", 0),
        (Activity, "kasni", 1),
        (Activity, "5550134", 1),
        (Activity, "petra@post.example", 1),
        (Activity, "0794080", 1),
        (Activity, "ruter", 0),
    ],
)
def test_words_find_texts(model, words, count, task):
    assert searching.with_words(model.objects.all(), words).count() == count


@pytest.mark.rule("R114")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("activities_message", "ruter"),
        ("activities_comment", "adapter"),
        ("activities_activity", "kasni"),
        ("requests_carerequest", "beli"),
        ("customers_customer", "jelena 5550134"),
    ],
)
def test_supervisors_search_them_in_the_admin(name, words, task, client, sonja, ana):
    address = reverse(f"admin:{name}_changelist")
    client.force_login(sonja.user)
    assert "1 result" in text(client.get(address, {"q": words}))
    assert "0 results" in text(client.get(address, {"q": "zzyzx"}))
    client.force_login(ana.user)
    assert client.get(address, {"q": words}).status_code in (302, 403)


def test_too_slow_is_said(task, client, sonja, monkeypatch):
    def slow(rows, words):
        if words:
            raise search.TooSlow
        return rows

    monkeypatch.setattr(searching, "with_words", slow)
    client.force_login(sonja.user)
    answer = client.get(reverse("admin:activities_message_changelist"), {"q": "ruter"}, follow=True)
    assert "took too long" in text(answer)
