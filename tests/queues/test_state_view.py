"""Ready and Not Ready in the bar, and what stands at the foot of the rail (R30, R32)."""

import pytest
from django.urls import reverse

from queues import offers, states
from queues.models import Agent, NotReadyReason, Offer
from tests.beside import HTMX, html, text, toast
from tests.cast import ago, at_work, chat_in, held, offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(client, ana):
    """look() → what ana's bar shows; with `shown` and `slot`, what her page shows already."""
    client.force_login(ana.user)
    return lambda **shown: client.get(reverse("state"), shown, headers=HTMX)


@pytest.fixture
def press(client, ana):
    """press("ready") as ana; with `reason` of a NotReadyReason."""
    client.force_login(ana.user)
    return lambda name, **data: client.post(reverse(name), data, headers=HTMX)


def shown_of(response):
    """What the page sends along with its next look."""
    page = response.content.decode()
    slot = page.split('data-slot="')[1].split('"')[0] if "data-slot" in page else ""
    return {"shown": page.split('data-shown="')[1].split('"')[0], "slot": slot}


@pytest.mark.rule("R30")
def test_begins_not_ready_signed_in(look):
    assert "Not Ready · Signed in" in text(look())


@pytest.mark.rule("R30")
def test_one_press_each_way(press, ana):
    assert "Ready" in text(press("ready"))
    ana.refresh_from_db()
    assert ana.state == Agent.READY
    assert "Not Ready · Other" in text(press("not_ready"))
    ana.refresh_from_db()
    assert (ana.state, ana.reason) == (Agent.NOT_READY, Agent.OTHER)


@pytest.mark.rule("R30")
def test_reasons_are_the_supervisors(look, press):
    lunch = NotReadyReason.objects.create(name="Lunch")
    assert "Lunch" in text(look())
    assert "Not Ready · Lunch" in text(press("not_ready", reason=lunch.pk))


@pytest.mark.rule("R30")
@pytest.mark.parametrize("reason", ["404", "no", "9" * 20])
def test_no_other_reasons_are_taken(press, ana, reason):
    assert press("not_ready", reason=reason).status_code == 404
    ana.refresh_from_db()
    assert ana.reason == Agent.SIGNED_IN


@pytest.mark.rule("R36")
def test_limits_stand_beside_it(look, ana, internet):
    held(chat_in(internet), ana)
    assert "Chats 1/3 Calls 0/1 E-mails 0/5" in text(look())


def test_what_is_shown_already_is_not_sent_again(look, press):
    shown = shown_of(look())
    assert look(**shown).status_code == 204
    press("ready")
    assert look(**shown).status_code == 200


@pytest.mark.rule("R31")
def test_an_offer_that_stands_is_not_drawn_anew(look, ana, billing):
    offer = offered(chat_in(billing), ana)
    first = look()
    assert f'data-slot="offer-{offer.pk}"' in html(first)
    again = look(shown="something else", slot=f"offer-{offer.pk}")
    assert (again.status_code, 'id="offer"' in html(again)) == (200, False)


@pytest.mark.rule("R31")
def test_the_offer_says_who_waits_where_and_for_how_long(look, ana, billing):
    offer = offered(chat_in(billing, name="Piotr Zieliński", text="Od rana nie mam sygnału"), ana)
    page = html(look())
    for words in ("Piotr Zieliński", "Billing", "waited", "“Od rana nie mam sygnału”", 'role="timer"'):
        assert words in page
    assert f'data-expires="{offer.expires_at.isoformat()}"' in page


@pytest.mark.rule("R32")
def test_no_answer_is_told_with_one_press_back_to_ready(look, press, ana, billing):
    at_work(ana)
    offer = offered(chat_in(billing, name="Piotr"), ana)
    miss(offer)
    page = text(look())
    assert "No answer in 15 s: you are Not Ready. Piotr goes to whoever is free next." in page
    assert "Not Ready · No answer" in page
    assert "No answer" not in text(press("ready"))
    ana.refresh_from_db()
    assert ana.state == Agent.READY


@pytest.mark.rule("R37")
def test_an_offer_that_is_taken_back_says_so(look, ana, billing):
    offer = offered(chat_in(billing, name="Piotr"), ana)
    offers.withdraw(offer.pk)
    response = look(slot=f"offer-{offer.pk}")
    assert toast(response) == "Piotr is not offered to you any more."


def test_what_the_page_claims_to_show_is_believed_by_nobody(look, ana, marko, billing):
    theirs = offered(chat_in(billing), marko)
    assert not toast(look(slot=f"offer-{theirs.pk}"))
    assert look(slot="offer-x").status_code == look(slot="-" * 3000).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_supervisor_ends_the_offer_of_the_only_agent_as_well(ana, sonja, billing):
    at_work(ana)
    chat_in(billing)
    assert Offer.objects.live().get().agent == ana
    states.set_by_supervisor(ana, by=sonja)
    ana.refresh_from_db()
    assert (ana.reason, Offer.objects.get().outcome) == (Agent.BY_SUPERVISOR, Offer.TAKEN_BACK)


def test_set_by_a_supervisor_is_told(look, ana, sonja):
    states.ready(by=ana)
    states.set_by_supervisor(ana, by=sonja)
    assert "A supervisor set you Not Ready." in text(look())


@pytest.mark.parametrize("name", ["ready", "not_ready"])
def test_looking_changes_nothing(client, ana, name):
    client.force_login(ana.user)
    assert client.get(reverse(name)).status_code == 405


def test_a_look_is_no_press(client, ana):
    client.force_login(ana.user)
    assert client.post(reverse("state")).status_code == 405


@pytest.mark.parametrize("name", ["state", "ready", "not_ready"])
def test_strangers_and_others_have_no_state(client, mallory, name):
    send = client.get if name == "state" else client.post
    assert send(reverse(name)).status_code == 302
    client.force_login(mallory)
    assert send(reverse(name)).status_code == 403


def miss(offer):
    """Its time is over, and its agent was there all the while."""
    Offer.objects.filter(pk=offer.pk).update(offered_at=ago(seconds=16), expires_at=ago(seconds=1))
    assert offers.expire(offer.pk)
