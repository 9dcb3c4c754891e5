"""Valkey flushed in mid-chat, the web process killed with -9: both sides go on by themselves within 15 s."""

import os
import signal
import subprocess
import sys

import pytest
import redis
from playwright.sync_api import expect

from caredesk.engine_room import ROOT
from tests.browser import agent, customer
from tests.house.up import Up, environment
from tests.waiting import eventually

BACK_MILLISECONDS = 15_000


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """bin/up with a queue, an agent and engines of its own."""
    data = tmp_path_factory.mktemp("product")
    up = Up(data).ready()
    manage(data, "createqueue", "internet", "--mode", "pick")
    manage(data, "createagent", "ana", "--queue", "internet", "--password-env", "ANA", ANA=agent.PASSWORD)
    yield up
    up.end()


def manage(data, *words, **more):
    command = [sys.executable, "-m", "caredesk.borrow", *words]
    subprocess.run(command, cwd=ROOT, env=environment(data, **more), check=True, timeout=60)


@pytest.fixture
def both(product, chromium, firefox):
    """(agent's page in Chromium, customer's page in Firefox), in one conversation."""
    contexts = [
        browser.new_context(base_url=f"http://127.0.0.1:{product.port}") for browser in (chromium, firefox)
    ]
    desk, visitor = (context.new_page() for context in contexts)
    agent.log_in(desk, "ana")
    visitor.goto("/chat/internet/")
    fields = {"Name": "Vera Check", "E-mail": "vera@post.example", "How can we help?": "Is anybody there?"}
    for label, text in fields.items():
        visitor.get_by_role("textbox", name=label, exact=True).fill(text)
    visitor.get_by_role("button", name="Start chat").click()
    agent.accept(desk, "Vera Check")
    expect(visitor.get_by_role("heading", name="ana")).to_be_visible()
    yield desk, visitor
    for context in contexts:
        context.close()


def talk(desk, visitor, mark):
    """Each says something; both have both, once and in one order, within the time."""
    agent.say(desk, f"{mark} from the agent")
    customer.say(visitor, f"{mark} from the customer")
    for page in (desk, visitor):
        log = page.get_by_role("log", name="Messages")
        for side in ("agent", "customer"):
            expect(log).to_contain_text(f"{mark} from the {side}", timeout=BACK_MILLISECONDS)
    eventually(lambda: agent.words(desk) == customer.shown(visitor))
    said = agent.words(desk)
    assert len(said) == len(set(said))


@pytest.mark.rule("R100", "R51")
def test_both_go_on_by_themselves(product, both):
    desk, visitor = both
    talk(desk, visitor, "At first")

    flush(product)
    talk(desk, visitor, "After the flush")

    os.kill(product.pid_of("daphne"), signal.SIGKILL)
    talk(desk, visitor, "While the web was away")

    os.kill(product.pid_of("valkey"), signal.SIGKILL)
    talk(desk, visitor, "While Valkey was away")
    talk(desk, visitor, "At last")


def flush(product):
    url = product.urls["REDIS_URL"]
    with redis.Redis.from_url(url) as valkey:
        assert valkey.flushall()
