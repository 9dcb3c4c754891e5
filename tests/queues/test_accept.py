"""Accept from the desk: the work area of the now own task, or who took it (R21, R22)."""

import pytest
from django.test import Client
from django.urls import reverse

from queues import chats
from queues.models import Task
from tests.cast import chat_in, held
from tests.racing import race

HTMX = {"HX-Request": "true", "HX-Target": "work"}


@pytest.fixture
def accept(client, ana):
    client.force_login(ana.user)
    return lambda task: client.post(reverse("accept", args=[task.pk]), headers=HTMX)


@pytest.mark.rule("R21")
def test_the_task_is_mine_and_its_composer_has_the_pen(accept, internet, ana):
    task = chat_in(internet)
    response = accept(task)
    task.refresh_from_db()
    assert (response.status_code, task.agent) == (200, ana)
    assert response["HX-Push-Url"] == reverse("task", args=[task.pk])
    page = response.content.decode()
    assert "autofocus" in page.split('id="message"')[1].split(">")[0]
    assert 'data-state="active"' in page


@pytest.mark.rule("R22")
def test_the_late_one_is_told_who_took_it(accept, internet, marko):
    task = held(chat_in(internet), marko)
    response = accept(task)
    assert response.status_code == 409
    assert "Marko Babić took it a moment ago." in response.content.decode()
    assert response["HX-Trigger"] == "look-tasks"


@pytest.mark.rule("R22")
@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_instant_one_gets_it(internet, ana, marko):
    task = chat_in(internet)
    browsers = []
    for agent in (ana, marko):
        browsers.append(Client())
        browsers[-1].force_login(agent.user)
    address = reverse("accept", args=[task.pk])
    answers = race(*[lambda browser=browser: browser.post(address, headers=HTMX) for browser in browsers])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner = Task.objects.get(pk=task.pk).agent.shown_name
    loser = next(answer for answer in answers if answer.status_code == 409)
    assert f"{winner} took it" in loser.content.decode()


@pytest.mark.rule("R22")
def test_pressing_twice_is_no_error(accept, internet):
    task = chat_in(internet)
    assert [accept(task).status_code, accept(task).status_code] == [200, 200]


@pytest.mark.rule("R42")
def test_a_customer_who_has_left_is_said_so(accept, internet):
    task = chat_in(internet)
    chats.leave(task.activity_id)
    response = accept(task)
    assert (response.status_code, "The customer has left." in response.content.decode()) == (409, True)


@pytest.mark.rule("R23")
def test_no_limit_and_no_ready_state_stand_in_the_way_of_a_pick(accept, internet, ana):
    ana.max_chats = 1
    ana.save()
    assert ana.state == ana.NOT_READY
    assert [accept(chat_in(internet)).status_code for _ in range(3)] == [200, 200, 200]


def test_automatic_queues_are_not_picked_from(accept, billing):
    task = chat_in(billing)
    assert accept(task).status_code == 404
    task.refresh_from_db()
    assert task.is_waiting


def test_queues_of_others_are_not_picked_from(accept, internet, ana):
    ana.memberships.all().delete()
    assert accept(chat_in(internet)).status_code == 404


def test_there_is_no_such_task(client, ana):
    client.force_login(ana.user)
    assert client.post(reverse("accept", args=[404])).status_code == 404


def test_looking_is_not_accepting(client, internet, ana):
    client.force_login(ana.user)
    task = chat_in(internet)
    assert client.get(reverse("accept", args=[task.pk])).status_code == 405


def test_strangers_and_others_accept_nothing(client, internet, mallory):
    address = reverse("accept", args=[chat_in(internet).pk])
    assert client.post(address).status_code == 302
    client.force_login(mallory)
    assert client.post(address).status_code == 403
