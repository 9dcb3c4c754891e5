"""The cast: the name tells who they are and what they may do.

ana, marko   agents of both queues
sonja        supervisor, also an agent
mallory      has an account and is nobody's agent
jelena       a stored customer
internet     agents pick; billing: offered automatically
"""

import itertools
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from activities.models import Activity, Call
from customers import editing
from queues import agents, chats, offering, offers, presence, starting, states
from queues.accepting import accept
from queues.models import Presence, Queue, Task

PASSWORD = "right battery horse"
numbers = itertools.count(1)


@pytest.fixture
def internet(db):
    return Queue.objects.create(slug="internet", name="Internet", mode=Queue.PICK)


@pytest.fixture
def billing(db):
    return Queue.objects.create(slug="billing", name="Billing", mode=Queue.AUTOMATIC)


@pytest.fixture
def ana(internet, billing):
    return agent("ana", "Ana", "Kovač", internet, billing)


@pytest.fixture
def marko(internet, billing):
    return agent("marko", "Marko", "Babić", internet, billing)


@pytest.fixture
def sonja(internet, billing):
    return agent("sonja", "Sonja", "de Wit", internet, billing, supervisor=True)


@pytest.fixture
def mallory(db):
    return get_user_model().objects.create_user("mallory", password=PASSWORD)


@pytest.fixture
def jelena(ana):
    values = {"first_name": "Jelena", "last_name": "Marković", "emails": ["jelena@post.example"]}
    return editing.create(values | {"phones": ["+381 11 555 0134"]}, by=ana.user)


def agent(username, first_name, last_name, *queues, supervisor=False):
    made, _new = agents.create(username, password=PASSWORD, queues=queues, supervisor=supervisor)
    agents.rename(made, first_name, last_name)
    return made


def chat_in(queue, *, name="Vera Check", email="vera@post.example", text="Is anybody there?"):
    """A customer writes; return the waiting task. Each comes from an address of its own."""
    activity, _token = starting.start(
        queue, name=name, email=email, text=text, address=f"10.0.0.{next(numbers)}"
    )
    return activity.tasks.get()


def chat_of(customer, queue, text="It is me again."):
    return chat_in(queue, name=customer.full_name, email=customer.emails[0], text=text)


def call_in(queue, *, number="+31 20 794 0800"):
    """A call that waits; return its task."""
    activity = Activity.objects.create(medium=Activity.CALL, source_phone=number)
    Call.objects.create(activity=activity, call_id=f"call-{next(numbers)}", from_number=number)
    return chats.wait_in(queue, activity)


def held(task, by):
    """The task once `by` has accepted it, as it is stored."""
    if task.queue.is_pick:
        accept(task.pk, by=by)
    else:
        offers.accept(offered(task, by).pk, by=by)
    return Task.objects.whole().get(pk=task.pk)


def over(**values):
    """A stored interaction that has begun and ended just now."""
    now = timezone.now()
    return Activity.objects.create(state="ended", started_at=now, ended_at=now, **values)


def ago(**time):
    return timezone.now() - timedelta(**time)


def at_work(*agents):
    """They have had a desk open for a minute, and are Ready."""
    for one in agents:
        sit_down(one)
        states.ready(by=one)


def sit_down(agent):
    """A desk of theirs has been open for a minute, and is so on a slow machine, too; return its connection's name."""
    connection = f"desk-of-{agent.pk}"
    presence.renew(agent.pk, connection)
    Presence.objects.filter(connection=connection).update(since=ago(minutes=1), lease_until=ago(minutes=-1))
    return connection


def offered(task, agent):
    """What routing does with this waiting task when it is this agent's turn; return the offer."""
    with transaction.atomic():
        return offering.make(Task.objects.select_related("queue").get(pk=task.pk), agent)
