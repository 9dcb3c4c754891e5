"""What every socket has in common: who may open one, who is there, and how it ends.

`Doorway` is the counterpart of the HTTP middlewares: same origin, cookies by their plain names, user, language
and zone in the scope. `Socket` is the consumers' base.
"""

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import SimpleNamespace
from urllib.parse import urlsplit
from weakref import WeakSet

from autobahn.exception import Disconnected
from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.security.websocket import WebsocketDenier
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from django.contrib import auth
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.utils import translation

from caredesk import cookies, zones

# Meaning 1013, 1003 and 1011, which daphne cannot send: it knows 1000 and its own from 3000 on.
TOO_SLOW, UNREADABLE, TRY_AGAIN = 4013, 4003, 4011

# What is raised by reading words that are not of the form they should have.
MALFORMED = (AttributeError, KeyError, OverflowError, TypeError, ValueError)

logger = logging.getLogger(__name__)

# In bytes; whoever sends more is cut off before it is read. Daphne has no option for it and takes any length from
# anybody; each of its connections finds this here.
WebSocketProtocol.maxMessagePayloadSize = 1 << 20

_ready_loops: WeakSet = WeakSet()


class Doorway:
    """Refuses pages of other origins, and puts cookies, session, user, language and zone into the scope."""

    def __init__(self, inner):
        self.inner = inner

    async def __call__(self, scope, receive, send):
        lend_threads()
        origin = urlsplit(header(scope, b"origin"))
        if not welcome(origin, header(scope, b"host")):
            return await WebsocketDenier()(scope, receive, send)
        scope = dict(scope)
        scope["cookies"] = cookies.from_headers(
            scope["headers"], scope["query_string"], secure=origin.scheme == "https"
        )
        scope["language"] = language_of(scope)
        scope["zone"] = zones.zone_of(scope["cookies"])
        scope["user"] = await in_thread(user_of, scope["cookies"])
        return await self.inner(scope, receive, send)


class Socket(AsyncJsonWebsocketConsumer):
    """JSON objects both ways. Handlers run one after another; verbs are called by `in_thread`."""

    async def __call__(self, scope, receive, send):
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.channel_layer.forget(self.channel_name)

    async def dispatch(self, message):
        """As Channels does it, without its hop into a thread for each message."""
        handler = getattr(self, get_handler_name(message), None)
        if not handler:
            raise ValueError(f"No handler for message type {message['type']}")
        try:
            await handler(message)
        except Disconnected:
            pass  # the page went while it was being told something: its end is the next that we hear
        except (DatabaseError, ObjectDoesNotExist) as error:
            logger.warning("A socket is closed, its page connects anew: %s", error)
            await self.close(TRY_AGAIN)

    async def receive(self, text_data=None, bytes_data=None, **kwargs):
        try:
            content = json.loads(text_data or "")
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            await self.close(UNREADABLE)
        else:
            await self.receive_json(content)

    async def layer_overrun(self, event):
        """Too many pushes wait for this socket; its page connects anew and looks at everything."""
        await self.close(TOO_SLOW)

    async def layer_live(self, event):
        """Pushes arrive from now on (`event["live"]`), or do not: to be told to the page."""


async def in_thread(verb, *args, **kwargs):
    """A function that uses the database, in a thread of its own: one lock wait never stalls other sockets."""
    return await database_sync_to_async(verb, thread_sensitive=False)(*args, **kwargs)


def lend_threads() -> None:
    """The loop's default threads are where `in_thread` runs; their number is part of the database's pool."""
    loop = asyncio.get_running_loop()
    if loop not in _ready_loops:
        _ready_loops.add(loop)
        loop.set_default_executor(ThreadPoolExecutor(settings.SOCKET_THREADS, thread_name_prefix="socket"))


def welcome(origin, host: str) -> bool:
    """Browsers always tell the origin: only a page of this very address may open a socket."""
    schemes = ("https",) if settings.HTTPS_ONLY else ("https", "http")
    return origin.scheme in schemes and origin.netloc == host


def header(scope: dict, name: bytes) -> str:
    return next((value.decode("latin1") for key, value in scope["headers"] if key == name), "")


def language_of(scope: dict) -> str:
    asked = SimpleNamespace(
        COOKIES=scope["cookies"], META={"HTTP_ACCEPT_LANGUAGE": header(scope, b"accept-language")}
    )
    return translation.get_language_from_request(asked)


def user_of(sent: dict):
    """The user of the session cookie, freshly read; AnonymousUser if there is none, or it has ended."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    return auth.get_user(SimpleNamespace(session=store(sent.get(settings.SESSION_COOKIE_NAME))))
