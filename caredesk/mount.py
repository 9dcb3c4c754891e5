"""Django as WSGI inside the ASGI application: one hop into a thread a request, instead of one a middleware.

A response is handed over whole. A stream stays in its one thread, where its database connection is, and stops
when its client has gone (a2wsgi's own middleware never sees that: ten aborted exports hang a site for good).
"""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile

from a2wsgi.wsgi import build_environ

IN_MEMORY = 1 << 20
BODY_LIMIT = 12 << 20
SEND_SECONDS = 10


class TooLarge(Exception):
    """The request's body is above BODY_LIMIT."""


class Mount:
    """`wsgi` in at most `threads` threads."""

    def __init__(self, wsgi, threads: int):
        self.wsgi = wsgi
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="http")

    async def __call__(self, scope, receive, send):
        try:
            body = await read(receive)
        except TooLarge:
            await refuse(send)
            return
        if body is None:
            return
        gone = asyncio.ensure_future(receive())
        push = pusher(send, gone)
        run = contextvars.copy_context().run
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self.pool, run, self.respond, build_environ(scope, body), push, gone)
        try:
            for message in await asyncio.shield(work):
                await send(message)
        finally:
            gone.cancel()

    def respond(self, environ, push, gone) -> list[dict]:
        """In the thread: the messages of a whole response, or none because it has been streamed."""
        with environ["wsgi.input"]:
            if gone.done() and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
                return []
            start = {"type": "http.response.start"}
            response = self.wsgi(environ, starter(start))
            try:
                if is_whole(response):
                    return [start, {"type": "http.response.body", "body": b"".join(response)}]
                stream(start, response, push)
                return []
            finally:
                response.close()


async def read(receive):
    """The request's body; None when the client has gone before its end."""
    body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by the thread that reads it
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body.close()
        body.write(message.get("body", b""))
        if body.tell() > BODY_LIMIT:
            body.close()
            raise TooLarge
        if not message.get("more_body"):
            body.seek(0)
            return body


async def refuse(send):
    """413, before anybody has looked at who is asking for what."""
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b"Too large\n"})


def pusher(send, gone):
    """Sends from a thread; raises when nobody is there any more."""
    loop = asyncio.get_running_loop()

    def push(message):
        if gone.done():
            raise ConnectionAbortedError
        asyncio.run_coroutine_threadsafe(send(message), loop).result(SEND_SECONDS)

    return push


def starter(start: dict):
    def start_response(status, headers, exc_info=None):
        start["status"] = int(status[:3])
        start["headers"] = [
            (name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers
        ]

    return start_response


def is_whole(response) -> bool:
    """Small files are streams to Django; whole they cost one hop instead of four."""
    length = response.headers.get("Content-Length")
    return not response.streaming or (length is not None and int(length) <= IN_MEMORY)


def stream(start: dict, response, push) -> None:
    try:
        push(start)
        for chunk in response:
            push({"type": "http.response.body", "body": chunk, "more_body": True})
        push({"type": "http.response.body", "body": b""})
    except ConnectionAbortedError:
        pass
