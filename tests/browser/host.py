"""Another site, of another origin, under a strict policy of its own, that shows our chat by one script tag."""

import contextlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from caredesk.engine_room import ROOT

GUIDE = ROOT / "docs" / "integrating.md"
STYLE = """
* { color: red !important; font-size: 40px !important; display: inline !important; }
caredesk-chat { display: none !important; opacity: 0 !important; transform: scale(9) !important; }
button, iframe { all: unset !important; }
"""


class Site:
    """`page` is its HTML; every address of it shows that. Only `origin` may be run and framed."""

    def __init__(self, origin: str, head: str, language="en"):
        self.page = (
            f'<!doctype html><html lang="{language}"><head><title>A shop</title><link rel="icon" href="data:,">'
            '<meta name="viewport" content="width=device-width">'
            f'<link rel="stylesheet" href="/style.css">{head}</head>'
            '<body><main><h1>A shop</h1><a href="/other">Other</a></main>'
        )
        self.policy = (
            f"default-src 'none'; style-src 'self'; img-src data:; script-src {origin}; frame-src {origin}; "
            "require-trusted-types-for 'script'"
        )

    def answer(self, path: str) -> tuple[str, str]:
        return ("text/css", STYLE) if path == "/style.css" else ("text/html", self.page)


class Desktop:
    """Another agent desktop: the complete host page of docs/integrating.md, with the gadget of `origin` in it."""

    policy = ""

    def __init__(self, origin: str):
        (page,) = re.findall(r"```html\n(<!doctype html>.*?)```", GUIDE.read_text(), re.S)
        self.page = page.replace("https://desk.example.org", origin)

    def answer(self, path: str) -> tuple[str, str]:
        return ("text/html", self.page) if path == "/" else ("text/css", "")


@contextlib.contextmanager
def served(site, port=0):
    """The address of the site; 127.0.0.1 is another site than localhost."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            kind, body = site.answer(self.path)
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            if site.policy:
                self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
