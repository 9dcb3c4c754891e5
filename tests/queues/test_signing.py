"""Signing in and out (R30, R38)."""

import pytest
from django.urls import reverse

from activities import joining
from activities.models import Activity
from queues import calls, offers, signing, states
from queues.models import Agent, Offer, Task
from tests.cast import PASSWORD, at_work, call_in, chat_in, held, offered

pytestmark = pytest.mark.django_db


def now(record):
    return type(record).objects.get(pk=record.pk)


@pytest.mark.rule("R30")
def test_an_agent_starts_not_ready_signed_in(client, ana):
    states.ready(by=ana)
    client.post(reverse("login"), {"username": "ana", "password": PASSWORD})
    assert (now(ana).state, now(ana).reason) == (Agent.NOT_READY, Agent.SIGNED_IN)


@pytest.mark.rule("R30")
def test_signing_in_on_another_page_disturbs_nobody_at_work(client, ana):
    at_work(ana)
    client.post(reverse("login"), {"username": "ana", "password": PASSWORD})
    assert now(ana).is_ready


def test_who_is_no_agent_signs_in_all_the_same(client, mallory):
    assert client.post(reverse("login"), {"username": "mallory", "password": PASSWORD}).status_code == 302


@pytest.mark.rule("R38")
def test_signing_out_may_keep_the_tasks(internet, ana):
    at_work(ana)
    task = held(chat_in(internet), ana)
    assert signing.out(ana, keep=True) == []
    assert (now(task).agent, now(ana).reason) == (ana, Agent.OTHER)


@pytest.mark.rule("R38")
def test_signing_out_may_return_them_calls_too(internet, billing, ana):
    at_work(ana)
    tasks = [held(chat_in(internet), ana), held(chat_in(billing), ana), held(call_in(internet), ana)]
    assert signing.out(ana, keep=False) == tasks
    assert set(Task.objects.waiting()) == set(tasks)
    assert not Task.objects.filter(line_busy=True).exists()


@pytest.mark.rule("R38", "R42")
def test_a_call_that_is_over_is_not_put_in_line(internet, ana):
    task = held(call_in(internet), ana)
    joining.note(task.activity, {"title": "Router"})
    calls.hang_up(calls.Told(call_id=task.activity.call.call_id, agent=ana))
    signing.out(ana, keep=False)
    assert (now(task).state, now(task.activity).state) == (Task.CLOSED, Activity.ENDED)
    assert now(task.activity).title_note == "Router"


@pytest.mark.rule("R31", "R38")
def test_what_is_offered_meanwhile_is_declined(billing, ana):
    at_work(ana)
    offer = offered(chat_in(billing), ana)
    signing.out(ana, keep=True)
    assert (now(offer).outcome, offers.open_offer(ana)) == (Offer.DECLINED, None)
    assert not now(ana).is_ready
