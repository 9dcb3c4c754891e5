"""Transfer over HTTP: the dialog, to a queue, to an agent, and what the sender sees (R43)."""

import pytest
from django.urls import reverse

from activities import drafts
from caredesk.realtime import name_of
from queues import offers
from queues.models import Offer, Task
from tests.beside import HTMX, at_desk, html, text, toast, told
from tests.cast import ago, at_work, chat_in, chat_of, held


def choice(kind, record):
    return f"{kind}-{record.pk}"


@pytest.fixture
def theirs(desk, marko):
    """Marko is there to take Ana's chat of Jelena."""
    at_work(marko)
    return marko


@pytest.mark.rule("R43")
def test_it_asks_to_whom(desk, theirs, sonja, billing):
    page = html(desk.get("transfer"))
    assert f'value="queue-{billing.pk}"' in page
    assert f'value="agent-{theirs.pk}">Marko Babić</option>' in page
    assert "Sonja de Wit" not in page
    assert f'value="queue-{desk.task.queue_id}"' not in page


@pytest.mark.rule("R43")
def test_who_has_no_room_is_shown_with_the_reason(desk, theirs, internet):
    theirs.max_chats = 1
    theirs.save()
    held(chat_in(internet), theirs)
    assert f'value="agent-{theirs.pk}" disabled>Marko Babić · no room' in html(desk.get("transfer"))


@pytest.mark.rule("R43")
def test_to_a_queue_it_waits_there_and_the_next_task_is_shown(desk, ana, internet, billing):
    following = held(chat_in(internet), ana)
    response = desk.post("transfer", to=choice("queue", billing), note="Twice charged")
    task = Task.objects.get(pk=desk.task.pk)
    assert (task.state, task.queue, task.transfer_note) == (Task.WAITING, billing, "Twice charged")
    assert task.waiting_since == desk.task.waiting_since
    assert reverse("task", args=[following.pk]) in response["HX-Location"]
    assert toast(response) == "Jelena Marković was transferred to Billing."


@pytest.mark.rule("R43")
def test_to_an_agent_it_is_an_offer_and_stays_with_the_sender(desk, theirs, ana):
    response = desk.post("transfer", to=choice("agent", theirs), note="Knows the case")
    assert "Offered to Marko Babić. It stays yours until it is accepted." in text(response)
    assert Offer.objects.live().get().agent == theirs
    assert Task.objects.get(pk=desk.task.pk).agent == ana
    assert "Offered to Marko Babić" in text(desk.client.get(reverse("tasks"), headers=HTMX))


@pytest.mark.rule("R43")
def test_the_receiver_sees_who_sends_it_and_the_note(client, desk, theirs):
    desk.post("transfer", to=choice("agent", theirs), note="Knows <b>")
    client.force_login(theirs.user)
    page = client.get(reverse("state"), headers=HTMX)
    assert "From Ana Kovač" in text(page)
    assert "Knows &lt;b&gt;" in page.content.decode()
    offers.accept(Offer.objects.get().pk, by=theirs)
    assert "Knows <b>" in html(at_desk(theirs, desk.task).get("communication"))


@pytest.mark.rule("R43")
def test_the_sender_is_told_that_it_was_declined(desk, theirs):
    desk.post("transfer", to=choice("agent", theirs))
    offers.decline(Offer.objects.get().pk, by=theirs)
    assert "Marko Babić declined the transfer. The task stays with you." in text(desk.get("communication"))


@pytest.mark.rule("R43")
def test_the_sender_is_told_that_nobody_answered(desk, theirs):
    desk.post("transfer", to=choice("agent", theirs))
    Offer.objects.update(offered_at=ago(seconds=16), expires_at=ago(seconds=1))
    assert offers.expire(Offer.objects.get().pk)
    told = text(desk.get("communication"))
    assert "Marko Babić did not answer the transfer. The task stays with you." in told
    theirs.refresh_from_db()
    assert theirs.is_ready


@pytest.mark.rule("R43")
def test_the_sender_may_take_it_back(desk, theirs):
    desk.post("transfer", to=choice("agent", theirs))
    response = desk.post("take_back")
    assert "Offered to" not in text(response)
    assert Offer.objects.get().outcome == Offer.TAKEN_BACK
    assert desk.post("take_back").status_code == 200


@pytest.mark.rule("R43", "R50")
def test_a_note_that_is_too_long_is_refused_beside_it(desk, billing):
    response = desk.post("transfer", to=choice("queue", billing), note="x" * 2001)
    assert response.status_code == 422
    assert "1 character too many." in text(response)
    assert "x" * 2001 in html(response)
    assert f'value="queue-{billing.pk}" selected' in html(response)
    assert Task.objects.get(pk=desk.task.pk).is_active


@pytest.mark.rule("R50")
def test_the_longest_note_is_taken(desk, billing):
    assert desk.post("transfer", to=choice("queue", billing), note="š" * 2000).status_code == 200
    assert len(Task.objects.get(pk=desk.task.pk).transfer_note) == 2000


@pytest.mark.rule("R43")
def test_who_is_not_there_is_refused_in_words(desk, marko):
    response = desk.post("transfer", to=choice("agent", marko), note="Please")
    assert (response.status_code, "Marko Babić is not at their desk." in text(response)) == (409, True)
    assert "Please" in html(response)


@pytest.mark.parametrize("to", ["", "queue-404", "agent-x", "billing", "agent-" + "9" * 30])
def test_nobody_chosen_is_said_so(desk, to):
    response = desk.post("transfer", to=to)
    assert (response.status_code, "Choose a queue or an agent." in text(response)) == (422, True)


def test_a_note_half_written_is_kept_until_it_is_sent(desk, ana, billing):
    drafts.keep(ana.user, name_of(desk.activity), "transfer_note", "Half a sent")
    assert "Half a sent" in html(desk.get("transfer"))
    response = desk.post("transfer", to=choice("queue", billing), note="Half a sentence")
    assert told(response, "saved") == {"drafts": [f"{name_of(desk.activity)}:transfer_note"]}
    assert not drafts.of(ana.user, name_of(desk.activity))[name_of(desk.activity)]


@pytest.mark.parametrize("name", ["transfer", "take_back"])
class Test_nobody_else:
    def test_passes_on_what_only_waits(self, preview, billing, name):
        assert preview.post(name, to=choice("queue", billing)).status_code == 403

    def test_passes_on_what_is_anothers(self, ana, marko, internet, jelena, billing, name):
        theirs = held(chat_of(jelena, internet), marko)
        assert at_desk(ana, theirs).post(name, to=choice("queue", billing)).status_code == 404

    def test_may_come_in(self, client, desk, mallory, name):
        address = reverse(name, args=[desk.task.pk])
        assert client.post(address).status_code == 302
        client.force_login(mallory)
        assert client.post(address).status_code == 403


def test_looking_takes_nothing_back(desk):
    assert desk.get("take_back").status_code == 405
