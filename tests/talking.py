"""A customer's open page as its script is: one socket, which says and hears JSON objects."""

import json
import time
import uuid

from websockets.sync.client import connect


class Page:
    """`cookie` is a Cookie header. Enters the conversation by here(), as each page does."""

    def __init__(self, url: str, cookie: str, slug="internet", query="", origin="", **headers: str):
        self.socket = connect(
            f"ws{url.removeprefix('http')}/ws/chat/{slug}/{query}",
            origin=origin or url,
            additional_headers={"Cookie": cookie, **headers},
            legacy=True,
        )
        self.heard = []

    def tell(self, **words) -> None:
        self.socket.send(json.dumps(words))

    def here(self) -> dict:
        self.tell(here=0)
        return self.hear("watching")

    def say(self, text: str, mark: str = "") -> dict:
        """The answer: said or refused."""
        mark = mark or str(uuid.uuid4())
        self.tell(say={"uuid": mark, "text": text})
        return self.hear_one(lambda words: mark in (words.get("said"), words.get("refused")))

    def hear(self, word: str, seconds: float = 15) -> dict:
        return self.hear_one(
            lambda words: word in words and (word == "watching" or "watching" not in words), seconds
        )

    def hear_one(self, wanted, seconds: float = 15) -> dict:
        """The first not yet taken that is wanted; all others stay to be heard."""
        deadline = time.monotonic() + seconds
        while True:
            for words in self.heard:
                if wanted(words):
                    self.heard.remove(words)
                    return words
            self.heard.append(json.loads(self.socket.recv(timeout=deadline - time.monotonic())))

    def hears_nothing(self, word: str, seconds: float = 0.5) -> bool:
        try:
            self.hear(word, seconds)
        except TimeoutError:
            return True
        return False

    def close(self) -> None:
        self.socket.close()
