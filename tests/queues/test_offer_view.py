"""Accept and Decline of an offer over HTTP (R31, R34, R43)."""

import pytest
from django.urls import reverse

from queues import chats, transferring
from queues.models import Agent, Offer, Task
from tests.beside import html, text, toast
from tests.cast import ago, at_work, chat_in, held, offered

HTMX = {"HX-Request": "true", "HX-Target": "work"}


@pytest.fixture
def offer(ana, billing):
    """A chat in an automatic queue is before Ana, who is Ready."""
    at_work(ana)
    return offered(chat_in(billing, name="Piotr Zieliński"), ana)


@pytest.fixture
def press(client, ana):
    """press("accept_offer", offer) as ana."""
    client.force_login(ana.user)
    return lambda name, offer: client.post(reverse(name, args=[offer.pk]), headers=HTMX)


@pytest.mark.rule("R31")
def test_the_task_is_mine_its_composer_has_the_pen_and_the_offer_is_gone(press, offer, ana):
    response = press("accept_offer", offer)
    task = Task.objects.get(pk=offer.task_id)
    assert (response.status_code, task.agent) == (200, ana)
    assert response["HX-Push-Url"] == reverse("task", args=[task.pk])
    page = html(response)
    assert "autofocus" in page.split('id="message"')[1].split(">")[0]
    assert '<div id="offer" hx-swap-oob="innerHTML"></div>' in page
    assert "Chats </span>1/3" in page


@pytest.mark.rule("R31")
def test_pressing_twice_is_no_error(press, offer):
    assert [press("accept_offer", offer).status_code for _ in range(2)] == [200, 200]


@pytest.mark.rule("R34")
def test_too_late_is_refused_in_words_and_the_work_stays(press, offer):
    Offer.objects.filter(pk=offer.pk).update(offered_at=ago(seconds=16), expires_at=ago(seconds=1))
    response = press("accept_offer", offer)
    assert (response.status_code, response["HX-Retarget"]) == (409, "#state")
    assert toast(response) == "Too late: the time to accept this task is over."
    assert 'id="communication"' not in html(response)
    assert Task.objects.get(pk=offer.task_id).agent is None


@pytest.mark.rule("R42")
def test_a_customer_who_has_left_is_said_so(press, offer):
    chats.leave(offer.task.activity_id)
    assert toast(press("accept_offer", offer)) == "The customer has left."


@pytest.mark.rule("R31")
def test_declining_makes_not_ready_and_says_so(press, offer, ana):
    response = press("decline_offer", offer)
    assert "Not Ready · Declined" in text(response)
    assert "You declined Piotr Zieliński and are Not Ready." in text(response)
    assert "alertdialog" not in html(response)
    ana.refresh_from_db()
    assert (ana.state, ana.reason) == (Agent.NOT_READY, Agent.DECLINED)


@pytest.mark.rule("R43")
def test_declining_a_transfer_changes_nothing_of_the_state(press, ana, marko, internet):
    at_work(ana)
    offer = transferring.to_agent(held(chat_in(internet), marko).pk, ana, note="", by=marko)
    assert "Not Ready" not in text(press("decline_offer", offer)).replace("Ready Not Ready", "")
    ana.refresh_from_db()
    assert ana.is_ready


@pytest.mark.parametrize("name", ["accept_offer", "decline_offer"])
class Test_nobody_else:
    def test_has_this_offer(self, client, name, offer, marko):
        client.force_login(marko.user)
        assert client.post(reverse(name, args=[offer.pk])).status_code == 404
        assert Offer.objects.get(pk=offer.pk).outcome == ""

    def test_has_one_that_is_not(self, client, name, ana):
        client.force_login(ana.user)
        assert client.post(reverse(name, args=[404])).status_code == 404

    def test_looks_at_it_so(self, client, name, offer, ana):
        client.force_login(ana.user)
        assert client.get(reverse(name, args=[offer.pk])).status_code == 405

    def test_may_come_in(self, client, name, offer, mallory):
        address = reverse(name, args=[offer.pk])
        assert client.post(address).status_code == 302
        client.force_login(mallory)
        assert client.post(address).status_code == 403
