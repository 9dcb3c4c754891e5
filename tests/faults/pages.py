"""Open pages of agents and customers, as their scripts are: one socket, opened again whenever it is gone; what is not
acknowledged is said again with the same mark, and where no pushes arrive the page looks every three seconds."""

import abc
import asyncio
import contextlib
import http.client
import json
import re
import secrets
import time
import uuid
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

AGAIN_SECONDS, LOOK_SECONDS, ANSWER_SECONDS = 0.5, 3, 10
GONE = (OSError, TimeoutError, WebSocketException, http.client.HTTPException)


class Refused(Exception):
    """An answer that no page should get: logged out, or not allowed."""


class Page(abc.ABC):
    """`cookies` {name: value}; `said` {mark: when it was acknowledged}; `heard` {mark: [when it came]}."""

    path = ""

    def __init__(self, port):
        self.address, self.cookies = ("127.0.0.1", port), {"csrftoken": secrets.token_hex(16)}
        self.unsaid, self.sent, self.said, self.heard = {}, {}, {}, {}
        self.socket, self.live, self.alive_at, self.opened = None, False, 0, 0

    async def ask(self, method, path, **fields):
        """(status, headers, body), or None while the web process is away."""
        try:
            return await asyncio.to_thread(self.request, method, path, fields)
        except GONE:
            return None

    def request(self, method, path, fields):
        host = "{}:{}".format(*self.address)
        headers = {
            "Cookie": self.cookie,
            "X-CSRFToken": self.cookies["csrftoken"],
            "Origin": f"http://{host}",
            "HX-Request": "true",
        }
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        line = http.client.HTTPConnection(*self.address, timeout=ANSWER_SECONDS)
        with contextlib.closing(line):
            line.request(method, path, urlencode(fields) if kind else None, headers | kind)
            answer = line.getresponse()
            for sent in answer.headers.get_all("Set-Cookie") or []:
                name, value = re.match(r"([^=]+)=([^;]*)", sent).groups()
                self.cookies[name] = value
            return answer.status, answer.headers, answer.read().decode()

    @property
    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def stay_open(self):
        while True:
            with contextlib.suppress(*GONE):
                await self.listen()
            self.socket = None
            await asyncio.sleep(AGAIN_SECONDS)

    async def listen(self):
        url = "ws://{}:{}".format(*self.address)
        headers = {"Cookie": self.cookie}
        async with connect(
            url + self.path, origin=url.replace("ws", "http", 1), additional_headers=headers, open_timeout=5
        ) as socket:
            self.socket, self.opened = socket, self.opened + 1
            await self.tell(**self.greeting())
            async for text in socket:
                self.alive_at = time.monotonic()
                await self.hear(json.loads(text))
        if socket.close_code in (4401, 4403):
            raise Refused(f"{self.path} was closed with {socket.close_code}")

    async def tell(self, **words):
        with contextlib.suppress(*GONE):
            if self.socket:
                await self.socket.send(json.dumps(words))

    async def say(self, **words):
        mark = str(uuid.uuid4())
        self.sent[mark] = time.monotonic()
        self.unsaid[mark] = {"uuid": mark, "text": f"It still does not work. {mark}", **words}
        await self.tell(say=self.unsaid[mark])

    async def hear(self, told):
        if "watching" in told:
            for words in list(self.unsaid.values()):
                await self.tell(say=words)
        self.live = told.get("live", self.live)
        if told.get("said") in self.unsaid:
            self.unsaid.pop(told["said"])
            self.said[told["said"]] = time.monotonic()
        if told.get("refused") in self.unsaid:
            self.sent.pop(told["refused"])
            self.unsaid.pop(told["refused"])
        if "message" in told:
            self.note(told["message"]["uuid"])

    def note(self, mark):
        self.heard.setdefault(mark, time.monotonic())

    @abc.abstractmethod
    def greeting(self):
        """What it says first on a socket, as an object."""


class Customer(Page):
    """Starts a chat and says something every second."""

    def __init__(self, port, queue):
        super().__init__(port)
        self.queue, self.path = queue, f"/ws/chat/{queue}/"
        self.email = f"{uuid.uuid4().hex}@post.example"

    async def start(self):
        """Again until it is taken: the page sends the same form once more."""
        form = {
            "name": "Vera Check",
            "email": self.email,
            "text": "Is anybody there?",
            "once": str(uuid.uuid4()),
        }
        while not (answer := await self.ask("POST", f"/chat/{self.queue}/", **form)) or answer[0] >= 500:
            await asyncio.sleep(AGAIN_SECONDS)
        return self

    def greeting(self):
        return {"here": 0}

    async def talk(self):
        while True:
            await self.say()
            await asyncio.sleep(1)


class Agent(Page):
    """Ready all the time, accepts whatever is offered, and talks in the first chat it got; unless `is_lazy`."""

    path = "/ws/desk/"

    def __init__(self, port, name, *, is_lazy=False):
        super().__init__(port)
        self.name, self.is_lazy, self.task, self.accepted = name, is_lazy, None, {}
        self.bell = asyncio.Event()

    async def log_in(self, password):
        status, *_rest = await self.ask("POST", "/accounts/login/", username=self.name, password=password)
        assert status in (200, 302, 204), status
        assert "sessionid" in self.cookies, "not logged in"

    def greeting(self):
        return {"watch": {"task": self.task, "records": [], "after": 0}}

    async def hear(self, told):
        await super().hear(told)
        if "watching" in told or "changed" in told:
            self.bell.set()

    async def work(self):
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.bell.wait(), LOOK_SECONDS / 3)
            self.bell.clear()
            await self.look()

    async def look(self):
        answer = await self.ask("GET", "/desk/state/?slot=")
        if not answer or answer[0] >= 500:
            return
        if answer[0] != 200:
            raise Refused(f"{self.name}: /desk/state/ answered {answer[0]}")
        offer = re.search(r"/desk/offers/(\d+)/accept/", answer[2])
        if offer and not self.is_lazy:
            await self.accept(offer[0])
        elif not offer and 'data-state="not_ready"' in answer[2]:
            await self.ask("POST", "/desk/state/ready/")

    async def accept(self, path):
        answer = await self.ask("POST", path)
        if answer and answer[0] == 200:
            self.accepted[path] = time.monotonic()
            if not self.task:
                self.task = int(answer[1]["HX-Push-Url"].strip("/").split("/")[-1])
                await self.tell(**self.greeting())

    async def talk(self):
        while True:
            if self.task:
                await self.say(task=self.task)
            await asyncio.sleep(2)

    async def look_at_talk(self):
        """What the page does while no pushes arrive."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.task and not (self.live and self.socket):
                answer = await self.ask("GET", f"/desk/{self.task}/messages/?after=0")
                for mark in re.findall(
                    r"It still does not work\. ([0-9a-f-]{36})", answer[2] if answer else ""
                ):
                    self.note(mark)
