"""Signing out with tasks in progress asks: stay, or return them to their queues (R38)."""

import pytest
from django.test import Client
from django.urls import reverse

from queues import chats
from queues.models import Agent, Task
from tests.beside import HTMX, html, text
from tests.cast import at_work, call_in, chat_in, held


@pytest.fixture
def leave(client, ana):
    """leave(choice="return") as ana; follow=True to the log-out."""
    client.force_login(ana.user)
    return lambda follow=False, headers=None, **data: client.post(
        reverse("sign_out"), data, follow=follow, headers=headers or {}
    )


def is_in(client):
    return client.get(reverse("desk")).status_code == 200


@pytest.mark.rule("R38")
def test_with_nothing_in_progress_it_asks_nothing(leave, client, ana):
    at_work(ana)
    leave(follow=True)
    assert not is_in(client)
    ana.refresh_from_db()
    assert ana.state == Agent.NOT_READY


@pytest.mark.rule("R38")
def test_with_tasks_in_progress_it_asks(leave, client, internet, ana):
    held(chat_in(internet), ana), held(chat_in(internet), ana)
    response = leave()
    assert "Log out with 2 tasks in progress?" in text(response)
    assert is_in(client)


@pytest.mark.rule("R38")
def test_returned_they_wait_in_their_queues(leave, client, internet, ana):
    task = held(chat_in(internet), ana)
    leave(choice="return", follow=True)
    assert not is_in(client)
    assert Task.objects.get(pk=task.pk).state == Task.WAITING


@pytest.mark.rule("R38")
def test_the_customer_is_told_and_in_line_again(leave, internet, ana):
    vera = Client()
    vera.post("/chat/internet/", {"name": "Vera", "email": "vera@post.example", "text": "Hello?"})
    held(Task.objects.get(), ana)
    leave(choice="return")
    page = text(vera.get("/chat/internet/"))
    assert "Ana Kovač passed the chat on at" in page
    assert "You are next" in page


@pytest.mark.rule("R38")
def test_kept_they_stay(leave, client, internet, ana):
    task = held(chat_in(internet), ana)
    leave(choice="keep", follow=True)
    assert not is_in(client)
    assert Task.objects.get(pk=task.pk).agent == ana


@pytest.mark.rule("R38")
def test_it_says_what_becomes_of_calls_and_of_who_has_left(leave, internet, ana):
    call, chat = held(call_in(internet), ana), held(chat_in(internet), ana)
    chats.leave(chat.activity_id)
    question = text(leave())
    assert "Calls and e-mails that you keep stay yours until a supervisor moves them." in question
    assert "A call that goes back is still on your telephone" in question
    assert "Where the customer has left, nobody waits" in question
    leave(choice="return")
    states = [Task.objects.get(pk=task.pk).state for task in (call, chat)]
    assert states == [Task.WAITING, Task.ABANDONED]


@pytest.mark.rule("R38")
def test_the_menu_of_the_desk_asks_in_its_own_place(leave, internet, ana):
    assert "data-at-once" in html(leave(headers=HTMX))
    held(chat_in(internet), ana)
    page = html(leave(headers=HTMX))
    assert "Log out with 1 task in progress?" in page
    assert "<html" not in page


def test_any_other_choice_asks_again(leave, client, internet, ana):
    held(chat_in(internet), ana)
    assert "Log out with 1 task in progress?" in text(leave(choice="whatever"))
    assert is_in(client)


def test_looking_signs_nobody_out(client, ana):
    client.force_login(ana.user)
    assert client.get(reverse("sign_out")).status_code == 405


def test_strangers_and_others_have_no_desk(client, mallory):
    assert client.post(reverse("sign_out")).status_code == 302
    client.force_login(mallory)
    assert client.post(reverse("sign_out")).status_code == 403
