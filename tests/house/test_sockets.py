"""Who may open a socket, what its consumer knows, and how it ends. Through the product's own application."""

import asyncio
import gc
import time
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.urls import path
from django.utils import timezone, translation

from caredesk.asgi import application as whole_application
from caredesk.layer import QUEUE
from caredesk.proxy import Proxied
from caredesk.sockets import TOO_SLOW, UNREADABLE, Doorway, Socket, in_thread, user_of
from caredesk.zones import read_by

pytestmark = pytest.mark.django_db(transaction=True)

HERE = {"host": "desk.example", "origin": "https://desk.example"}


class Parrot(Socket):
    """Says what it knows, and what it is told."""

    async def connect(self):
        await self.channel_layer.group_add("parrots", self.channel_name)
        await self.accept()

    async def receive_json(self, content):
        answer = await getattr(self, "do_" + content["do"])(content)
        await self.send_json(answer)

    async def do_who(self, content):
        now = await in_thread(user_of, self.scope["cookies"])
        return {"user": self.scope["user"].username, "in": now.is_authenticated}

    async def do_read(self, content):
        with read_by(self.scope):
            moment = timezone.localtime(timezone.datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("UTC")))
            return {"language": translation.get_language(), "hour": moment.hour}

    async def do_sleep(self, content):
        await in_thread(sleep_in_database, content["seconds"])
        return {"slept": content["seconds"]}

    async def do_fail(self, content):
        raise ZeroDivisionError

    async def parrot_say(self, event):
        await self.send_json({"heard": event["word"]})

    async def parrot_sleep(self, event):
        await asyncio.sleep(event["seconds"])


def sleep_in_database(seconds):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


application = Doorway(URLRouter([path("ws/parrot/", Parrot.as_asgi())]))


@pytest.fixture
async def open_socket():
    """open_socket(cookie, query, **headers): a socket to the parrot, or None when it was refused."""
    opened = []

    async def open_one(cookie="", query="", to=application, where="/ws/parrot/", **headers):
        told = HERE | headers | ({"cookie": cookie} if cookie else {})
        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in told.items()]
        socket = WebsocketCommunicator(to, where + query, headers=pairs)
        connected, _code = await socket.connect(timeout=5)
        if connected:
            opened.append(socket)
        return socket if connected else None

    yield open_one
    for socket in opened:
        if not socket.future.done():
            await socket.disconnect(timeout=5)


@pytest.fixture
async def ana():
    return await sync_to_async(get_user_model().objects.create_user)("ana", password="long enough")


async def session_of(user) -> str:
    def log_in():
        client = Client()
        client.force_login(user)
        return client.cookies["sessionid"].value

    return await sync_to_async(log_in)()


async def ask(socket, **what):
    await socket.send_json_to(what)
    return await socket.receive_json_from(timeout=5)


class Test_the_door:
    async def test_is_open_to_a_page_of_this_very_address(self, open_socket):
        assert await open_socket()
        assert await open_socket(host="desk.example:8000", origin="http://desk.example:8000")

    @pytest.mark.parametrize(
        "origin",
        [
            "https://elsewhere.example",
            "https://desk.example:444",
            "null",
            "file://",
            "https://a.desk.example",
            "",
        ],
    )
    async def test_is_closed_to_all_others(self, open_socket, origin):
        assert not await open_socket(origin=origin)

    async def test_wants_https_where_only_https_is_served(self, open_socket, settings):
        settings.HTTPS_ONLY = True
        assert not await open_socket(origin="http://desk.example")
        assert await open_socket()

    async def test_leads_nowhere_at_an_unknown_address(self, open_socket):
        assert not await open_socket(to=whole_application, where="/ws/nothing/")


class Test_the_user:
    async def test_is_whose_session_it_is(self, open_socket, ana):
        socket = await open_socket(cookie=f"__Host-sessionid={await session_of(ana)}")
        assert await ask(socket, do="who") == {"user": "ana", "in": True}

    async def test_is_nobody_with_the_cookie_of_another_way(self, open_socket, ana):
        key = await session_of(ana)
        assert (await ask(await open_socket(cookie=f"sessionid={key}"), do="who"))["user"] == ""
        framed = await open_socket(cookie=f"__Host-sessionid={key}", query="?framed=1")
        assert (await ask(framed, do="who"))["user"] == ""

    async def test_in_a_frame_is_whose_framed_session_it_is(self, open_socket, ana):
        socket = await open_socket(
            cookie=f"__Host-framed-sessionid={await session_of(ana)}", query="?framed=1"
        )
        assert (await ask(socket, do="who"))["user"] == "ana"

    async def test_is_out_when_disabled_or_logged_out(self, open_socket, ana):
        key = await session_of(ana)
        socket = await open_socket(cookie=f"__Host-sessionid={key}")
        await sync_to_async(SessionStore(key).delete)()
        assert not (await ask(socket, do="who"))["in"]
        socket = await open_socket(cookie=f"__Host-sessionid={await session_of(ana)}")
        ana.is_active = False
        await ana.asave()
        assert not (await ask(socket, do="who"))["in"]


class Test_what_is_read:
    async def test_is_in_the_readers_language_and_zone(self, open_socket):
        socket = await open_socket(cookie="__Host-zone=Europe/Amsterdam", accept_language="nl,en;q=0.5")
        assert await ask(socket, do="read") == {"language": "nl", "hour": 14}

    async def test_is_in_the_language_that_was_chosen(self, open_socket):
        socket = await open_socket(cookie="__Host-django_language=tr", accept_language="nl")
        assert await ask(socket, do="read") == {"language": "tr", "hour": 12}


class Test_the_socket:
    @pytest.mark.parametrize("text", ["no json", "[]", '"word"', "7", "null"])
    async def test_is_closed_by_what_is_no_object(self, open_socket, text):
        socket = await open_socket()
        await socket.send_to(text_data=text)
        assert await socket.receive_output(timeout=5) == {"type": "websocket.close", "code": UNREADABLE}

    async def test_hears_its_groups(self, open_socket):
        socket = await open_socket()
        await get_channel_layer().group_send("parrots", {"type": "parrot.say", "word": "hello"})
        assert await socket.receive_json_from(timeout=5) == {"heard": "hello"}

    async def test_that_is_too_slow_is_closed(self, open_socket):
        socket, witness = await open_socket(), await open_socket()
        layer = get_channel_layer()
        await layer.group_send("parrots", {"type": "parrot.sleep", "seconds": 1})
        for number in range(QUEUE + 50):
            await layer.group_send("parrots", {"type": "parrot.say", "word": number})
        for one in (socket, witness):
            while (message := await one.receive_output(timeout=5))["type"] != "websocket.close":
                pass
            assert message["code"] == TOO_SLOW

    async def test_has_its_share_of_the_databases_pool(self, open_socket, settings):
        await open_socket()
        threads = asyncio.get_running_loop()._default_executor._max_workers
        pool = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
        assert (threads, pool) == (
            settings.SOCKET_THREADS,
            settings.SOCKET_THREADS + settings.HTTP_THREADS + 2,
        )

    async def test_waits_for_no_other_sockets_lock(self, open_socket):
        """Each verb has a thread of its own."""
        slow, quick = await open_socket(), await open_socket()
        await slow.send_json_to({"do": "sleep", "seconds": 2})
        began = time.monotonic()
        assert await ask(quick, do="sleep", seconds=0) == {"slept": 0}
        assert time.monotonic() - began < 1.5

    async def test_that_ends_by_an_error_leaves_nothing_behind(self, open_socket):
        socket = await open_socket()
        layer = get_channel_layer()
        assert layer.groups
        await socket.send_json_to({"do": "fail"})
        with pytest.raises(ZeroDivisionError):
            await socket.wait(timeout=5)
        assert not layer.groups
        assert not layer.channels


def test_what_was_imported_is_left_alone_by_the_collector():
    assert whole_application
    assert gc.get_freeze_count() > 10_000


class Test_behind_a_proxy:
    @staticmethod
    async def seen(scheme="http", kind="http", **headers):
        found = {}

        async def inner(scope, receive, send):
            found.update(scope)

        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": kind, "scheme": scheme, "client": ["10.0.0.1", 5], "headers": pairs}
        await Proxied(inner)(scope, None, None)
        return found["client"][0], found["scheme"]

    async def test_the_caller_is_whom_the_proxy_saw_last(self):
        assert await self.seen(x_forwarded_for="192.0.2.7") == ("192.0.2.7", "http")
        assert await self.seen(x_forwarded_for="203.0.113.9, 192.0.2.7") == ("192.0.2.7", "http")
        assert await self.seen(x_forwarded_for="2001:db8::7") == ("2001:db8::7", "http")

    @pytest.mark.parametrize("nonsense", ["unknown", "192.0.2.7, ", "<script>", "192.0.2.7:55"])
    async def test_nonsense_names_nobody(self, nonsense):
        assert (await self.seen(x_forwarded_for=nonsense))[0] == "10.0.0.1"

    async def test_https_is_what_the_proxy_says(self):
        assert (await self.seen(x_forwarded_proto="https"))[1] == "https"
        assert (await self.seen(x_forwarded_proto="https, http", scheme="https"))[1] == "http"
        assert (await self.seen())[1] == "http"
