"""A customer in a chat: waits, reads, takes their time to type, answers, and leaves or is taken leave of."""

import heapq
import itertools
import json
import time
import urllib.error
import uuid

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from queues.simulation.browser import TooMany

TYPING = 7  # characters a second
THANKS = {
    "sr": "Hvala puno, prijatno!",
    "nl": "Heel erg bedankt!",
    "pl": "Dziękuję bardzo!",
    "tr": "Çok teşekkürler!",
}
THERE = {"sr": "Ima li koga?", "nl": "Bent u er nog?", "pl": "Halo, jest tam kto?", "tr": "Orada mısınız?"}
WAITING, ACTIVE, LEFT, ENDED = "waiting", "active", "left", "ended"


class Customer:
    """`words`: what they come to say, in this order, one after each answer. `tell(text)` says what happens.

    They stop when `stopped()`; `pace` 1 is as fast as people are, 0.1 ten times as fast.
    """

    def __init__(self, page, person, words, *, dice, tell, stopped, pace=1.0):
        self.page, self.person, self.words = page, person, list(words)
        self.dice, self.tell, self.stopped, self.pace = dice, tell, stopped, pace
        self.state, self.agent, self.place = WAITING, "", None
        self.seen = self.said = self.heard = self.rated = 0
        self.started = self.was_accepted = self.thanked = False
        self.plans, self.numbers = [], itertools.count()
        self.unsent, self.leaving = {}, None

    def run(self):
        """Come, talk, go; return when it is over."""
        if not (self.page.talks or self.arrive()):
            return
        self.started = True
        self.later(self.dice.uniform(40, 90), self.ask_again)
        while self.is_here() and not self.stopped():
            try:
                with self.page.socket() as socket:
                    self.talk(socket)
            except (OSError, ConnectionClosed, InvalidHandshake):
                self.tell("lost the line, tries again")
                self.pause(1)
        self.take_leave()

    def arrive(self):
        """Start the chat; whoever comes after too many others from this address tries again in a while."""
        while not self.stopped():
            try:
                first = self.words.pop(0)
                self.page.start(name=self.person.name, email=self.person.email, text=first)
            except TooMany:
                self.words.insert(0, first)
                self.tell("is asked to come back in a minute")
                self.pause(15, hurried=False)
            except (OSError, ValueError) as error:
                self.tell(f"cannot start: {error}")
                return False
            else:
                self.tell(f"starts a chat: {first}")
                return True
        return False

    # --- talking

    def talk(self, socket):
        self.send = lambda **word: socket.send(json.dumps(word))
        self.send(here=self.seen)
        for mark, text in self.unsent.items():
            self.send(say={"uuid": mark, "text": text})
        while not self.may_go():
            try:
                self.hear(json.loads(socket.recv(timeout=self.until_next_plan())))
            except TimeoutError:
                self.do_what_is_due()

    def hear(self, word):
        if "watching" in word:
            self.catch_up()
            self.stands(word["status"])
        elif "message" in word:
            self.read(word["message"])
        elif "status" in word:
            self.stands(word["status"])
        elif "said" in word:
            self.said += self.unsent.pop(word["said"], None) is not None
        elif "refused" in word:
            self.unsent.pop(word["refused"], None)
            self.tell(f"is refused: {word['why']}")
        elif word.get("tick", 0) > self.seen:
            self.catch_up()

    def catch_up(self):
        """What was said while nobody listened."""
        for message in self.page.messages(self.seen)["messages"]:
            self.read(message)

    def read(self, message):
        if message["seq"] <= self.seen:
            return
        self.seen = message["seq"]
        if 'data-side="agent"' in message["html"]:
            self.heard += 1
            self.plans.clear()
            self.later(self.dice.uniform(1, 2) + len(message["html"]) / 200, self.answer)

    def stands(self, status):
        state, place = status["state"], status["place"]
        if state == WAITING and place not in (None, self.place):
            self.tell(f"is number {place} in line")
        if state == ACTIVE and self.state != ACTIVE:
            self.was_accepted = True
            self.tell(f"is with {status['agent']}")
            self.later(self.dice.uniform(40, 80), self.ask_again)
        if state in (LEFT, ENDED) and self.state != state:
            self.tell("is taken leave of" if state == ENDED else "is gone")
        self.state, self.agent, self.place = state, status["agent"], place

    def answer(self):
        """They have read it; now they type the next thing on their mind. Who has said it all says thanks and goes."""
        self.send(seen=self.seen)
        if not self.words and self.thanked:
            self.later(self.dice.uniform(5, 60), self.end)
            return
        self.thanked = not self.words
        text = self.words.pop(0) if self.words else THANKS.get(self.person.language, "Thank you very much!")
        self.send(typing=True)
        self.later(min(len(text) / TYPING, 12), lambda: self.say(text))
        if not self.thanked:
            self.later(self.dice.uniform(60, 120), self.ask_again)

    def ask_again(self):
        self.send(typing=True)
        self.later(3, lambda: self.say(THERE.get(self.person.language, "Are you still there?")))

    def say(self, text):
        mark = str(uuid.uuid4())
        self.unsent[mark] = text
        self.send(say={"uuid": mark, "text": text})
        self.tell(f"says: {text}")

    def end(self):
        self.tell("ends the chat")
        self.send(leave=True)

    # --- the end

    def take_leave(self):
        """Who still waits or talks ends the chat; whoever was helped says how it was."""
        try:
            if self.is_here():
                self.page.look()
                self.page.submit("end/")
                self.tell("has no more time and ends the chat")
            if self.was_accepted:
                self.rate()
        except (OSError, urllib.error.HTTPError) as error:
            self.tell(f"cannot say good-bye: {error}")

    def rate(self):
        stars = self.dice.choice([3, 4, 4, 5, 5, 5])
        self.page.look()
        if 'name="rating"' in self.page.html:
            self.page.submit("rate/", rating=str(stars), rating_comment="")
            self.rated = stars
            self.tell(f"gives {stars} of 5")

    def may_go(self):
        """When it is time, and what they said last has arrived; nobody waits for that longer than three seconds."""
        if self.is_here() and not self.stopped():
            return False
        self.leaving = self.leaving or time.monotonic()
        return not self.unsent or time.monotonic() > self.leaving + 3

    def is_here(self):
        return self.state in (WAITING, ACTIVE)

    # --- time

    def later(self, seconds, action):
        heapq.heappush(self.plans, (time.monotonic() + seconds * self.pace, next(self.numbers), action))

    def until_next_plan(self):
        due = self.plans[0][0] - time.monotonic() if self.plans else 0.5
        return min(max(due, 0), 0.5)

    def do_what_is_due(self):
        while self.plans and self.plans[0][0] <= time.monotonic():
            heapq.heappop(self.plans)[2]()

    def pause(self, seconds, *, hurried=True):
        end = time.monotonic() + seconds * (self.pace if hurried else 1)
        while time.monotonic() < end and not self.stopped():
            time.sleep(0.05)
