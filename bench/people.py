"""Agents, customers and their connections, as browsers would make them."""

import asyncio
import http.client
import json
import uuid
from email import message_from_bytes
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import get_random_string
from websockets.asyncio.client import connect

from queues import accepting, agents, starting
from queues.models import Queue, Task

CSRF = get_random_string(32)


def queue(slug="bench", **fields):
    return Queue.objects.get_or_create(slug=slug, defaults={"name": slug.title(), **fields})[0]


def make_agent(name, where):
    return agents.create(name, password=get_random_string(20), queues=[where])[0]


def make_agents(name, where, count):
    """Many, who need no password to be logged in."""
    return [agents.create(f"{name}-{number}", password=None, queues=[where])[0] for number in range(count)]


def log_in(agent):
    """The Cookie header of a logged-in agent."""
    session = SessionStore()
    session[SESSION_KEY] = str(agent.user_id)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = agent.user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}; csrftoken={CSRF}"


def start_chat(where, number=0):
    """A waiting chat; returns (its task's id, activity, the customer's Cookie header)."""
    activity, token = starting.start(
        where,
        name=f"Bench {number}",
        email=f"n{number}.{uuid.uuid4().hex[:8]}@bench.example",
        text="Is anybody there?",
        address=f"bench-{uuid.uuid4()}",
    )
    return Task.objects.get(activity=activity).pk, activity, f"chat-{where.slug}={token}"


def accepted_chat(where, agent, number=0):
    task_id, activity, cookie = start_chat(where, number)
    accepting.accept(task_id, by=agent)
    return task_id, activity, cookie


def socket_to(server, path, cookie):
    host, port = server
    headers = {"Cookie": cookie} if cookie else {}
    return connect(f"ws://{host}:{port}{path}", origin=f"http://{host}:{port}", additional_headers=headers)


async def hear(socket, wanted, seconds=10):
    """The next object from the socket that has the key `wanted`."""
    async with asyncio.timeout(seconds):
        while True:
            said = json.loads(await socket.recv())
            if wanted in said:
                return said


async def watch(socket, task_id=None):
    await socket.send(json.dumps({"watch": {"task": task_id, "records": [], "after": 0}}))
    return await hear(socket, "watching")


class Customer:
    """One kept-alive HTTP connection of a customer, who presses buttons while others wait for what comes of it."""

    def __init__(self, server):
        self.server = server

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_connection(*self.server)
        return self

    async def __aexit__(self, *_error):
        self.writer.close()
        await self.writer.wait_closed()

    def form(self, path, **fields):
        """The request, ready to be sent."""
        host = "{}:{}".format(*self.server)
        body = urlencode(fields)
        head = [
            f"POST {path} HTTP/1.1",
            f"Host: {host}",
            f"Origin: http://{host}",
            f"Cookie: csrftoken={CSRF}",
            f"X-CSRFToken: {CSRF}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*head, "", body]).encode()

    def press(self, request):
        self.writer.write(request)

    async def answer(self):
        """The status of the answer, which has been read to its end."""
        line, _end, rest = (await self.reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
        await self.reader.readexactly(int(message_from_bytes(rest)["Content-Length"]))
        return int(line.split()[1])


class Browser:
    """One kept-alive HTTP connection of a logged-in agent."""

    def __init__(self, server, cookie):
        self.origin = "http://{}:{}".format(*server)
        self.connection = http.client.HTTPConnection(*server, timeout=30)
        self.headers = {"Cookie": cookie, "X-CSRFToken": CSRF, "Origin": self.origin}

    def ask(self, method, path, **headers):
        """Return (status, headers, body); the connection is opened anew if the server has closed it."""
        self.connection.request(method, path, headers=self.headers | headers)
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, **fields):
        body = urlencode(fields)
        kind = "application/x-www-form-urlencoded"
        self.connection.request(
            "POST", path, body, self.headers | {"HX-Request": "true", "Content-Type": kind}
        )
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()
