"""Why something still waits, for those who may know it."""

import pytest
from django.urls import reverse

from queues import states
from tests.beside import HTMX, text
from tests.cast import at_work, chat_in


@pytest.fixture
def ask(client, ana):
    """ask("why_waiting", queue) as ana."""
    client.force_login(ana.user)
    return lambda name, record: client.get(reverse(name, args=[record.pk]), headers=HTMX)


def test_each_agent_of_the_queue_is_named_with_the_reason(ask, ana, marko, billing):
    at_work(marko)
    states.not_ready(by=marko)
    chat_in(billing)
    said = text(ask("why_waiting", billing))
    assert "Ana Kovač Not at their desk." in said
    assert "Marko Babić Not Ready: Other." in said


def test_of_a_task_to_pick(ask, ana, internet):
    at_work(ana)
    assert "Ana Kovač Could pick it." in text(ask("why_task", chat_in(internet)))


def test_nobody_waits(ask, billing):
    assert ask("why_waiting", billing).status_code == 200


def test_a_ready_agent_without_work_is_told_why(client, ana, billing):
    at_work(ana)
    client.force_login(ana.user)
    assert "Nobody waits in the queues that offer you tasks." in text(client.get(reverse("tasks")))


def test_of_other_queues_only_supervisors_ask(ask, client, ana, sonja, billing):
    ana.memberships.all().delete(), sonja.memberships.all().delete()
    assert ask("why_waiting", billing).status_code == 404
    client.force_login(sonja.user)
    assert client.get(reverse("why_waiting", args=[billing.pk])).status_code == 200


def test_of_a_task_that_is_not_to_be_seen(ask, ana, internet):
    ana.memberships.all().delete()
    assert ask("why_task", chat_in(internet)).status_code == 404


@pytest.mark.parametrize("name", ["why_waiting", "why_task"])
def test_strangers_and_others_know_nothing(client, mallory, internet, name):
    task = chat_in(internet)
    address = reverse(name, args=[internet.pk if name == "why_waiting" else task.pk])
    assert client.get(address).status_code == 302
    client.force_login(mallory)
    assert client.get(address).status_code == 403


def test_it_is_only_looked_at(client, ana, billing):
    client.force_login(ana.user)
    assert client.post(reverse("why_waiting", args=[billing.pk])).status_code == 405
