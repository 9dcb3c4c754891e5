"""When somebody is out, their open desks are closed: at once, through the whole application."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from caredesk.asgi import application
from caredesk.consumers.desk import SIGNED_OUT
from queues import agents

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "long enough"


class Browser:
    """A session, and a desk open in it."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    async def open_desk(self):
        cookie = f"sessionid={self.client.cookies['sessionid'].value}"
        headers = [(b"host", b"testserver"), (b"origin", b"http://testserver"), (b"cookie", cookie.encode())]
        self.socket = WebsocketCommunicator(application, "/ws/desk/", headers=headers)
        assert (await self.socket.connect(timeout=5))[0]
        await self.asks()
        return self

    async def asks(self):
        """The desk answers."""
        await self.socket.send_json_to({"watch": {"task": None, "records": []}})
        while "watching" not in await self.socket.receive_json_from(timeout=5):
            pass

    async def is_closed(self) -> bool:
        while (message := await self.socket.receive_output(timeout=5))["type"] != "websocket.close":
            pass
        return message["code"] == SIGNED_OUT


@pytest.fixture
async def ana():
    agent, _new = await sync_to_async(agents.create)("ana", password=PASSWORD)
    return agent.user


@pytest.fixture
async def browser(ana):
    browser = await (await sync_to_async(Browser)(ana)).open_desk()
    yield browser
    await browser.socket.disconnect(timeout=5)


@pytest.fixture
async def other(ana):
    other = await (await sync_to_async(Browser)(ana)).open_desk()
    yield other
    await other.socket.disconnect(timeout=5)


async def test_all_of_a_disabled_user(ana, browser, other):
    await sync_to_async(agents.disable)(ana, by=None)
    assert await browser.is_closed()
    assert await other.is_closed()


async def test_those_of_a_session_that_was_logged_out_and_no_others(browser, other):
    await sync_to_async(browser.client.post)("/accounts/logout/")
    assert await browser.is_closed()
    await other.asks()


async def test_those_of_all_other_sessions_when_the_password_is_changed(browser, other):
    new = {"old_password": PASSWORD, "new_password1": "blue kettle 7", "new_password2": "blue kettle 7"}
    answer = await sync_to_async(other.client.post)("/accounts/password_change/", new)
    assert answer.status_code == 302
    assert await browser.is_closed()
