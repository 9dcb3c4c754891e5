"""Why a task waits, and why an agent has nothing to do."""

import pytest

from queues import agents, offers, room, states, why
from queues.models import Agent, Queue, Task
from tests.cast import at_work, call_in, chat_in, held, offered, sit_down

pytestmark = pytest.mark.django_db


def told(task):
    return {agent.shown_name: words for agent, words in why.waiting(task)}


@pytest.mark.rule("R35", "R36")
def test_everybody_in_the_queue_has_a_reason(
    billing, internet, ana, marko, sonja, django_assert_max_num_queries
):
    task = chat_in(billing)
    at_work(ana, marko)
    sit_down(sonja)
    Agent.objects.filter(pk=ana.pk).update(max_chats=1)
    held(chat_in(internet), ana)
    offered(chat_in(billing), marko)
    with django_assert_max_num_queries(8):
        assert told(task) == {
            "Ana Kovač": "Has 1 chat of 1.",
            "Marko Babić": "Is being offered something else.",
            "Sonja de Wit": "Not Ready: Signed in.",
        }


def test_calls_bar_calls(billing, internet, ana, marko):
    task = call_in(billing)
    at_work(ana, marko)
    held(call_in(internet), ana)
    assert told(task) == {"Ana Kovač": "In a call.", "Marko Babić": "Free: whoever waits longer comes first."}


def test_who_is_not_there_and_who_may_not_work(billing, ana, marko):
    agents.disable(marko.user, by=ana.user)
    assert told(chat_in(billing)) == {"Ana Kovač": "Not at their desk."}


def test_who_has_it_before_them_and_who_declined_it(billing, ana, marko):
    at_work(ana, marko)
    task = chat_in(billing)
    offers.decline(offered(task, ana).pk, by=ana)
    states.ready(by=ana)
    assert told(task)["Ana Kovač"] == "Free, but declined it."
    offered(task, marko)
    assert told(Task.objects.get(pk=task.pk))["Marko Babić"] == "Is being offered this task."


def test_in_pick_queues_somebody_must_reach_for_it(internet, ana, marko):
    sit_down(ana)
    assert told(chat_in(internet)) == {"Ana Kovač": "Could pick it.", "Marko Babić": "Not at their desk."}


def test_an_idle_agent_is_told_why_in_one_line(billing, internet, ana):
    assert why.idle(room.of(ana.pk)) == ""
    states.ready(by=ana)
    assert why.idle(room.of(ana.pk)) == "Your desk is not connected."
    at_work(ana)
    assert why.idle(room.of(ana.pk)) == "Nobody waits in the queues that offer you tasks."
    Agent.objects.filter(pk=ana.pk).update(max_chats=1)
    held(chat_in(internet), ana)
    chat_in(billing)
    assert why.idle(room.of(ana.pk)) == "You have 1 chat of 1: no room for those who wait."
    Agent.objects.filter(pk=ana.pk).update(offers_during_call=False)
    held(call_in(internet), ana)
    assert why.idle(room.of(ana.pk)) == "Nothing that waits can be offered to you during a call."
    Queue.objects.update(mode=Queue.PICK)
    assert why.idle(room.of(ana.pk)) == "None of your queues offers tasks: pick one."


def test_nothing_is_explained_while_something_is_offered(billing, ana):
    at_work(ana)
    offered(chat_in(billing), ana)
    assert why.idle(room.of(ana.pk)) == ""
