"""Ready and Not Ready, and why (R30)."""

import pytest

from queues import states
from queues.models import Agent, NotReadyReason, Offer, Task
from tests.cast import at_work, chat_in, offered, sit_down

pytestmark = pytest.mark.django_db


def now(record):
    return type(record).objects.get(pk=record.pk)


@pytest.mark.rule("R30")
def test_ready_and_not_ready_with_a_reason_of_the_supervisors(ana):
    sit_down(ana)
    ready = states.ready(by=ana)
    assert (ready.is_ready, ready.shown_reason) == (True, "")
    lunch = NotReadyReason.objects.create(name="Lunch")
    away = states.not_ready(by=ana, reason=lunch)
    assert (away.state, away.reason, away.shown_reason) == (Agent.NOT_READY, Agent.OTHER, "Lunch")
    assert away.since > ready.since
    again = states.not_ready(by=ana, reason=lunch)
    assert again.since == away.since
    assert states.not_ready(by=ana).shown_reason == "Other"


@pytest.mark.rule("R30")
def test_a_change_rings_the_desk_and_has_its_history(ana):
    states.ready(by=ana)
    seq = now(ana).desk_seq
    states.not_ready(by=ana)
    assert now(ana).desk_seq == seq + 1
    event = Agent.pgh_event_model.objects.filter(pgh_obj_id=ana.pk).latest("pgh_id")
    assert (event.state, event.pgh_context["by"]) == (Agent.NOT_READY, ana.user_id)


@pytest.mark.rule("R30")
def test_a_supervisor_takes_back_what_is_offered(billing, ana, sonja):
    at_work(ana)
    offer = offered(chat_in(billing), ana)
    states.set_by_supervisor(ana, by=sonja.user)
    assert (now(offer).outcome, now(offer.task).state) == (Offer.TAKEN_BACK, Task.WAITING)
    assert (now(ana).state, now(ana).reason) == (Agent.NOT_READY, Agent.BY_SUPERVISOR)
    event = Agent.pgh_event_model.objects.filter(pgh_obj_id=ana.pk).latest("pgh_id")
    assert event.pgh_context["by"] == sonja.user_id
