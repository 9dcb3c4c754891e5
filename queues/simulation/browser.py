"""What a customer's browser does: the page with its cookies and forms, and the socket (caredesk/consumers/chat.py)."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import Cookie, CookieJar

from websockets.sync.client import connect

SECONDS = 10


class TooMany(Exception):
    """This address has started as many chats as it may for now."""


class Page:
    """The chat's page of one queue in a browser of its own."""

    def __init__(self, url, queue, language="en"):
        self.origin, self.queue = url.rstrip("/"), queue
        self.address = f"{self.origin}/chat/{queue}/"
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.opener.addheaders = [("Accept-Language", language), ("Origin", self.origin)]
        self.html = ""

    def look(self, path=""):
        """GET the page, or what belongs to it."""
        self.html = self.fetch(self.address + path)
        return self.html

    def start(self, **typed):
        """Fill in the form and press "Start chat". Raises TooMany, or ValueError when the form was not taken."""
        self.look()
        try:
            self.submit("", once=self.hidden("once"), page=typed.pop("page", ""), **typed)
        except urllib.error.HTTPError as error:
            if error.code == 429:
                raise TooMany from error
            raise ValueError(f"The form was refused (status {error.code}).") from error
        if not self.talks:
            raise ValueError("The chat did not start.")

    def submit(self, path, **typed):
        """POST one of the page's forms; the answer is the page then."""
        form = {"csrfmiddlewaretoken": self.hidden("csrfmiddlewaretoken"), **typed}
        self.html = self.fetch(self.address + path, urllib.parse.urlencode(form).encode())

    def messages(self, after):
        return json.loads(self.fetch(f"{self.address}messages/?after={after}"))

    def socket(self):
        """An open socket to this conversation."""
        path = re.search(r'data-socket="([^"]+)"', self.html)[1]
        scheme, rest = self.origin.split(":", 1)
        url = f"{'wss' if scheme == 'https' else 'ws'}:{rest}{path}"
        return connect(
            url,
            origin=self.origin,
            additional_headers={"Cookie": self.cookies()},
            open_timeout=SECONDS,
            close_timeout=1,
        )

    @property
    def talks(self):
        return "data-socket=" in self.html

    @property
    def last(self):
        return int(re.search(r'data-last="(\d+)"', self.html)[1])

    def remember(self, token):
        """The cookie of a conversation that began elsewhere."""
        secure = self.origin.startswith("https:")
        name = f"{'__Host-' if secure else ''}chat-{self.queue}"
        host = urllib.parse.urlsplit(self.origin).hostname
        # A name without a dot is kept under .local by the standard library.
        domain = host if "." in host else f"{host}.local"
        self.jar.set_cookie(
            Cookie(
                *(0, name, token, None, False, domain, False, False, "/", True),
                *(secure, None, True, None, None, {}),
            )
        )

    def cookies(self):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def hidden(self, name):
        return re.search(rf'name="{name}" value="([^"]*)"', self.html)[1]

    def fetch(self, url, data=None):
        with self.opener.open(url, data, timeout=SECONDS) as answer:
            return answer.read().decode()
