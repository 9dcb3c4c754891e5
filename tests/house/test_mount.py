"""Django inside the ASGI application: whole answers, streams, and clients that go away."""

import asyncio
import contextlib
import http.client
import io
import socket
import threading
import time

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from caredesk.mount import BODY_LIMIT, IN_MEMORY, Mount
from tests.server import Server
from tests.waiting import eventually


class Client:
    """One request to a mount, and what it answers; `leave()` is the browser's stop button."""

    def __init__(self, body=b"", method="GET", pieces=1):
        self.method = method
        size = max(1, len(body) // pieces)
        self.inbox = asyncio.Queue()
        for start in range(0, max(1, len(body)), size):
            more = start + size < len(body)
            part = {"type": "http.request", "body": body[start : start + size], "more_body": more}
            self.inbox.put_nowait(part)
        self.sent = []

    def leave(self):
        self.inbox.put_nowait({"type": "http.disconnect"})

    async def send(self, message):
        self.sent.append(message)

    async def ask(self, mount, headers=()):
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": self.method,
            "path": "/ž",
            "query_string": b"a=1",
            "scheme": "https",
            "headers": list(headers),
            "client": ["192.0.2.7", 5],
            "server": ["127.0.0.1", 80],
        }
        await mount(scope, self.inbox.get, self.send)
        return self

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent)


def django(view):
    """A WSGI application as Django's handler is one: it returns the response itself."""

    def wsgi(environ, start_response):
        response = view(environ)
        headers = [*response.items(), *(("Set-Cookie", c.OutputString()) for c in response.cookies.values())]
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        return response

    return wsgi


async def test_a_whole_answer_is_two_messages():
    def view(environ):
        response = HttpResponse(environ["PATH_INFO"].encode("latin1").decode(), status=201)
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    client = await Client().ask(Mount(django(view), 1))
    start, body = client.sent
    assert start["status"] == 201
    assert [value for name, value in start["headers"] if name == b"set-cookie"] == [
        b"a=1; Path=/",
        b"b=2; Path=/",
    ]
    assert body["body"].decode() == "/ž"


async def test_the_request_is_what_the_client_sent():
    seen = {}

    def view(environ):
        seen.update(environ, body=environ["wsgi.input"].read())
        return HttpResponse()

    body = bytes(range(256)) * (IN_MEMORY // 128)
    await Client(body, "POST", pieces=7).ask(Mount(django(view), 1), [(b"x-one", b"1"), (b"host", b"desk")])
    assert seen["body"] == body
    expected = {"REQUEST_METHOD": "POST", "QUERY_STRING": "a=1", "HTTP_X_ONE": "1", "HTTP_HOST": "desk"}
    expected |= {"REMOTE_ADDR": "192.0.2.7", "wsgi.url_scheme": "https"}
    assert {name: seen[name] for name in expected} == expected


async def test_a_stream_comes_in_pieces_from_one_thread():
    threads = set()

    def rows():
        for number in range(3):
            threads.add(threading.current_thread().name)
            yield str(number)

    client = await Client().ask(Mount(django(lambda environ: StreamingHttpResponse(rows())), 4))
    assert [message.get("body") for message in client.sent[1:]] == [b"0", b"1", b"2", b""]
    assert len(threads) == 1
    assert not client.sent[-1].get("more_body")


async def test_a_small_file_is_handed_over_whole_and_a_big_one_in_pieces():
    def file(size):
        return lambda environ: FileResponse(io.BytesIO(b"x" * size), filename="a.css")

    small = await Client().ask(Mount(django(file(100)), 1))
    big = await Client().ask(Mount(django(file(IN_MEMORY + 1)), 1))
    assert len(small.sent) == 2
    assert len(big.sent) > 3
    assert (len(small.body), len(big.body)) == (100, IN_MEMORY + 1)


async def test_a_stream_stops_when_its_client_has_gone_and_is_closed():
    closed, client = threading.Event(), Client()

    def rows():
        try:
            while True:
                yield b"x"
        finally:
            closed.set()

    mount = Mount(django(lambda environ: StreamingHttpResponse(rows())), 1)
    asking = asyncio.ensure_future(client.ask(mount))
    while len(client.sent) < 3:
        await asyncio.sleep(0)
    client.leave()
    await asyncio.wait_for(asking, 5)
    assert closed.is_set()


async def test_a_stream_whose_application_is_cancelled_stops_too():
    closed, client = threading.Event(), Client()

    def rows():
        try:
            while True:
                yield b"x"
        finally:
            closed.set()

    mount = Mount(django(lambda environ: StreamingHttpResponse(rows())), 1)
    asking = asyncio.ensure_future(client.ask(mount))
    while len(client.sent) < 3:
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await asyncio.to_thread(closed.wait, 5)
    assert closed.is_set()


@pytest.mark.parametrize(("method", "done"), [("GET", []), ("POST", ["POST"])])
async def test_who_leaves_the_line_is_not_looked_up_for_but_what_they_posted_is_done(method, done):
    ran, busy = [], threading.Event()

    def view(environ):
        if environ["REQUEST_METHOD"] == "PUT":
            busy.wait(5)
        else:
            ran.append(environ["REQUEST_METHOD"])
        return HttpResponse()

    mount = Mount(django(view), 1)
    first = asyncio.ensure_future(Client(method="PUT").ask(mount))
    second = Client(method=method)
    second.leave()
    waiting = asyncio.ensure_future(second.ask(mount))
    for _ in range(5):
        await asyncio.sleep(0)
    busy.set()
    await asyncio.gather(first, waiting)
    assert ran == done


async def test_a_body_that_never_ends_is_given_up():
    client = Client(method="POST")
    client.inbox = asyncio.Queue()
    client.inbox.put_nowait({"type": "http.request", "body": b"half", "more_body": True})
    client.leave()
    await client.ask(Mount(django(lambda environ: HttpResponse()), 1))
    assert client.sent == []


async def test_a_body_above_the_limit_is_refused_and_not_read_to_its_end():
    asked = []
    client = Client(bytes(BODY_LIMIT + 2), "POST", pieces=4)
    client.inbox.put_nowait({"type": "http.request", "body": b"and on", "more_body": True})
    await client.ask(Mount(django(asked.append), 1))
    assert (client.sent[0]["status"], asked) == (413, [])
    assert client.inbox.qsize() == 1


async def test_a_body_at_the_limit_is_taken():
    client = await Client(bytes(BODY_LIMIT), "POST", pieces=4).ask(Mount(django(lambda _: HttpResponse()), 1))
    assert client.sent[0]["status"] == 200


@pytest.fixture
def streaming_server(transactional_db, tmp_path):
    server = Server(tmp_path, DJANGO_SETTINGS_MODULE="tests.house.streaming_settings").start()
    yield server
    server.stop()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_ten_aborted_exports_leave_a_site_that_answers_at_once(streaming_server):
    """With four threads in all, over real sockets, through the real server."""
    server = streaming_server
    for _ in range(10):
        with contextlib.closing(socket.create_connection((server.host, server.port), 5)) as client:
            client.sendall(b"GET /chat/endless/export/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert client.recv(10_000)
    began = time.monotonic()
    assert get(server, "/accounts/login/")[0] == 200
    assert time.monotonic() - began < 2
    eventually(lambda: get(server, "/chat/endless/count/")[1] == b"0")


def get(server, path):
    with contextlib.closing(http.client.HTTPConnection(server.host, server.port, timeout=10)) as client:
        client.request("GET", path)
        response = client.getresponse()
        return response.status, response.read()
