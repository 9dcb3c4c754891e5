"""The socket of the gadget: the same words as a desk's, about open customers; and nobody is at work by it."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from activities import interactions, opening, remarks
from activities.models import OpenCustomer
from caredesk.asgi import application
from caredesk.consumers.desk import SIGNED_OUT
from queues import agents
from queues.models import Presence
from tests.queues.test_desk_consumer import PATIENCE, Desk, connection_is_returned  # noqa: F401 (fixture)

pytestmark = pytest.mark.django_db(transaction=True)


class Gadget(Desk):
    """An open gadget in a frame, whose cookies are the frame's own."""

    def __init__(self, user):
        client = Client()
        client.force_login(user)
        cookie = "; ".join(f"__Host-framed-{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = [(b"host", b"testserver"), (b"origin", b"http://testserver"), (b"cookie", cookie.encode())]
        self.socket = WebsocketCommunicator(application, "/ws/gadget/?framed=1", headers=headers)

    async def watch(self, opened=None, *records):
        await self.tell(watch={"task": opened and opened.pk, "records": list(records)})
        return await self.hear("watching")


@pytest.fixture
async def call(ana, jelena):
    """A call of Jelena that Ana's other desktop has reported."""
    told = {"id": "7", "event": "started", "medium": "call", "phone": "+381115550134"}
    return await sync_to_async(interactions.started)(interactions.read(told), by=ana.user)


@pytest.fixture
async def gadget(ana):
    open_one = await sync_to_async(Gadget)(ana.user)
    assert (await open_one.socket.connect(timeout=PATIENCE))[0]
    yield open_one
    await open_one.socket.disconnect(timeout=PATIENCE)


async def rung(gadget, name):
    while (await gadget.hear("changed"))["changed"] != name:
        pass


@pytest.mark.rule("R110", "R52")
async def test_rings_for_what_is_open_and_for_the_lists(gadget, call, ana, marko, jelena):
    told = await gadget.watch(call, f"customer-{jelena.pk}", f"activity-{call.activity_id}", "request-999999")
    assert told["task"] == call.pk
    assert told["watching"] == [f"activity-{call.activity_id}", f"customer-{jelena.pk}"]
    assert told["stamp"]
    await sync_to_async(remarks.add_tag)(call.activity, "router", by=marko.user)
    await rung(gadget, f"activity-{call.activity_id}")
    await sync_to_async(opening.ring)(ana.user_id)
    await rung(gadget, f"gadget-{ana.user_id}")


@pytest.mark.rule("R110")
async def test_tells_when_the_customer_was_closed_elsewhere(gadget, call, ana):
    await gadget.watch(call)
    await OpenCustomer.objects.all().adelete()
    await sync_to_async(opening.ring)(ana.user_id)
    assert (await gadget.hear("gone"))["gone"] == call.pk


@pytest.mark.rule("R37")
async def test_makes_nobody_present(gadget, call):
    await gadget.watch(call)
    assert not await Presence.objects.aexists()


async def test_does_not_listen_to_what_others_have_open(call, marko, jelena):
    other = await sync_to_async(Gadget)(marko.user)
    assert (await other.socket.connect(timeout=PATIENCE))[0]
    told = await other.watch(call, f"customer-{jelena.pk}", f"activity-{call.activity_id}")
    assert told["watching"] == []
    assert (await other.hear("gone"))["gone"] == call.pk
    await other.socket.disconnect(timeout=PATIENCE)


async def test_ends_with_the_session(gadget, ana, sonja):
    await sync_to_async(agents.disable)(ana.user, by=sonja.user)
    assert await gadget.closed_with() == SIGNED_OUT
