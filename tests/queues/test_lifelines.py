"""Whether a desk's web process runs is known at once, and decides how a missed offer is booked (R37)."""

import psycopg
import pytest

from queues import lifelines, offers, presence
from queues.lifelines import Lifeline
from queues.models import Agent, Offer, Presence
from queues.waking import address
from tests.cast import ago, at_work, chat_in, offered
from tests.waiting import eventually

pytestmark = pytest.mark.rule("R37")


@pytest.fixture
def lifeline(db):
    line = Lifeline()
    line.hold()
    yield line
    line.drop()


@pytest.fixture
def missed(lifeline, billing, ana):
    """An offer whose time is over, before Ana at a desk of that process."""
    at_work(ana)
    Presence.objects.update(connection=lifeline.name("desk"))
    offer = offered(chat_in(billing), ana)
    Offer.objects.filter(pk=offer.pk).update(offered_at=ago(seconds=16), expires_at=ago(seconds=1))
    return offer


def outcome(offer):
    return Offer.objects.get(pk=offer.pk).outcome


def test_at_a_desk_whose_process_runs_a_missed_offer_is_no_answer(missed, ana):
    offers.expire_due()
    assert outcome(missed) == Offer.NO_ANSWER


def test_a_process_that_died_just_before_the_deadline_is_not_the_agents_fault(missed, lifeline, ana):
    lifeline.drop()
    eventually(lambda: lifeline.number not in lifelines.alive())
    offers.expire_due()
    assert outcome(missed) == Offer.CONNECTION_LOST
    assert Agent.objects.get(pk=ana.pk).is_ready


def test_nor_is_one_that_died_and_is_there_again(missed, lifeline, ana):
    lifeline.drop()
    eventually(lambda: lifeline.number not in lifelines.alive())
    presence.renew(ana.pk, "again")
    offers.expire_due()
    assert outcome(missed) == Offer.TAKEN_BACK
    assert Agent.objects.get(pk=ana.pk).is_ready


def test_another_desk_of_theirs_saw_it(missed, lifeline, ana):
    at_work(ana)
    lifeline.drop()
    eventually(lambda: lifeline.number not in lifelines.alive())
    offers.expire_due()
    assert outcome(missed) == Offer.NO_ANSWER


def test_one_that_was_cut_is_held_again(lifeline):
    with psycopg.connect(**address(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [lifeline.line.info.backend_pid])
    eventually(lambda: lifeline.number not in lifelines.alive())
    lifeline.hold()
    assert lifeline.number in lifelines.alive()
    lifeline.hold()
    assert lifeline.number in lifelines.alive()


def test_what_names_no_process_has_only_its_lease():
    assert lifelines.holds("desk-of-1", set())
    assert not lifelines.holds("7!desk", {8})
    assert lifelines.holds("7!desk", {7})
