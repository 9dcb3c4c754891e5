"""An agent's desk. JSON objects both ways; the page's side is static/js/behaviours/socket.js.

page      {"watch": {"task": id or null, "look": id or null, "records": ["request-42", …]}}
                                            after each (re)connect and selection, in place of the former watch;
                                            `look` is a customer who was found by search, in place of a task
          {"say": {"task", "uuid", "text"}} answered by said or refused
          {"seen": {"task", "seq"}}  {"typing": {"task"}}
server    {"watching": [names], "live", "state", "stamp", "talk"}    not live: the page looks every 3 seconds
          {"changed": name, "version"}      a record, or a list: "desk-3", "queue-2"
          {"gone": task}                    the watched task is not this agent's to see any more
          {"message": {"activity", "seq", "uuid", "side", "html"}}
          {"said": uuid, "seq"}  {"refused": uuid, "why"}
          {"seen": {"activity", "seq"}}     the customer has read so far
          {"typing": {"activity", "who"}}
          {"live": bool}                    pushes arrive from now on, or do not
          {"here": {name: words}}           of the watched records, those that other agents have in view, too
          {"tick": state, "stamp", "talk"}  every 15 seconds

state, stamp and talk tell of the lists, the watched task's panes and its last message; the page compares them with
what it shows and looks again where they differ. Closed with 4401: the session has ended; 4403: no agent.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, Error
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from activities import chat as conversation
from activities.models import Message
from caredesk import realtime
from caredesk.consumers.company import Company, meeting_of
from caredesk.places import Looked
from caredesk.sockets import MALFORMED, UNREADABLE, Socket, in_thread, user_of
from caredesk.zones import read_by
from queues import absence, chats, lifelines, presence, watching
from queues.models import Task
from queues.permissions import agent_of
from queues.watching import View

SIGNED_OUT, NO_AGENT, TORN = 4401, 4403, 1006
TICK_SECONDS, TYPING_SECONDS = 15, 3
MOST_RECORDS = 200


def watched(given):
    task, look, records = given.get("task"), given.get("look"), given.get("records", [])
    place = Looked(look) if look else task and int(task)
    return {"place": place, "records": [str(name) for name in records][:MOST_RECORDS]}


def spoken(given):
    return {"task_id": int(given["task"]), "uuid": UUID(given["uuid"]), "text": str(given["text"])}


def seen(given):
    return {"task_id": int(given["task"]), "seq": int(given["seq"])}


def typing(given):
    return {"task_id": int(given["task"])}


HEARD = {"watch": watched, "say": spoken, "seen": seen, "typing": typing}


class Pulse:
    """Renews the leases of all desks whose lines end here, at once: they run out when this process is gone (R37)."""

    def __init__(self):
        self.agents, self.beating, self.loop = {}, None, None
        self.lifeline = lifelines.Lifeline()

    def begin(self, connection, agent_id):
        self.agents[connection] = agent_id
        if self.loop is not asyncio.get_running_loop() or self.beating.done():
            self.loop = asyncio.get_running_loop()
            self.beating = asyncio.ensure_future(self.beat())

    def end(self, connection):
        self.agents.pop(connection, None)

    async def beat(self):
        while self.agents:
            await asyncio.sleep(presence.RENEW_SECONDS)
            with suppress(Error):
                await in_thread(self.renew, dict(self.agents))

    def renew(self, agents):
        self.lifeline.hold()
        presence.renew_all(agents)


pulse = Pulse()


class DeskConsumer(Socket):
    """One for each open page of an agent. Hears of the agent's lists, their queues, and of the task looked at."""

    watching = watching
    agent = ticking = None
    typed_at = float("-inf")

    async def connect(self):
        self.joined, self.view, self.records = frozenset(), View(), []
        self.lease = pulse.lifeline.name(self.channel_name)
        self.company = Company(self.channel_name)
        await self.accept()
        if not await self.admit(self.scope["user"]):
            return
        await self.channel_layer.group_add(self.own_lists, self.channel_name)
        await self.sit_down()
        self.ticking = asyncio.ensure_future(self.tick())

    async def sit_down(self):
        await in_thread(pulse.renew, {self.lease: self.agent.pk})
        pulse.begin(self.lease, self.agent.pk)

    async def disconnect(self, code):
        if self.ticking:
            self.ticking.cancel()
        if self.agent:
            self.company.leave(self.agent)
            await self.stand_up(code)

    async def stand_up(self, code):
        pulse.end(self.lease)
        with suppress(DatabaseError):
            if code == TORN:
                await in_thread(absence.begin, self.lease)
            else:
                await in_thread(presence.leave, self.lease)

    @property
    def own_lists(self):
        """The bell of what this page lists."""
        return f"desk-{self.agent.user_id}"

    async def receive_json(self, content):
        for word in HEARD.keys() & content.keys():
            try:
                given = HEARD[word](content[word])
            except MALFORMED:
                await self.close(UNREADABLE)
                break
            if self.agent:
                await getattr(self, f"hear_{word}")(**given)

    # --- what the page says

    async def hear_watch(self, place, records):
        """Listen first and read then: nothing that changes in between is missed."""
        self.records = records
        await self.look_at(await in_thread(self.watching.view_of, self.agent, place, records))
        news = await in_thread(self.watching.news_of, self.agent, self.view)
        told = {"live": self.channel_layer.live, "state": news.state, "stamp": news.stamp, "talk": news.talk}
        await self.send_json({"watching": sorted(self.view.names), "task": self.view.task_id} | told)
        if place and not self.view.place:
            await self.send_json({"gone": place})

    async def hear_say(self, task_id, uuid, text):
        with read_by(self.scope):
            try:
                message = await in_thread(chats.answer, task_id, text=text, uuid=uuid, by=self.agent)
            except conversation.Refused as error:
                answer = {"refused": str(uuid), "why": error.messages[0]}
            except Task.DoesNotExist:
                answer = {"refused": str(uuid), "why": _("This task is not yours any more.")}
            else:
                answer = {"said": str(uuid), "seq": message.seq}
        await self.send_json(answer)

    async def hear_seen(self, task_id, seq):
        await in_thread(chats.read, task_id, seq, by=self.agent)

    async def hear_typing(self, task_id):
        if task_id != self.view.task_id or not self.view.is_mine:
            return
        if time.monotonic() < self.typed_at + TYPING_SECONDS:
            return
        self.typed_at = time.monotonic()
        who = {"side": Message.AGENT, "who": self.agent.shown_name}
        activity = self.view.activity_id
        realtime.post(f"talk-{activity}", {"type": "talk.typing", "activity": activity} | who)

    # --- what the page is told

    async def record_changed(self, event):
        """The page looks at it; what it may not see any more, it is told to leave. A bell may ring after that."""
        if event["name"] == f"activity-{self.view.activity_id}":
            await self.still_there()
        if event["name"] in self.joined | {self.own_lists}:
            await self.send_json({"changed": event["name"], "version": event["version"]})

    async def talk_message(self, event):
        if event["activity"] == self.view.activity_id:
            fragment = {name: event[name] for name in ("activity", "seq", "uuid", "side")}
            await self.send_json({"message": fragment | {"html": self.line(event)}})

    async def talk_seen(self, event):
        if event["side"] == Message.CUSTOMER:
            await self.send_json({"seen": {"activity": event["activity"], "seq": event["seq"]}})

    async def talk_typing(self, event):
        if event["side"] == Message.CUSTOMER:
            await self.send_json({"typing": {"activity": event["activity"], "who": event["who"]}})

    async def layer_live(self, event):
        await self.send_json({"live": event["live"]})
        self.company.turn(event["live"], self.agent)
        await self.tell_here()

    async def record_here(self, event):
        self.company.hear(event, self.agent)
        await self.tell_here()

    async def tell_here(self):
        with read_by(self.scope):
            here = self.company.news(self.agent) if self.agent else None
        if here is not None:
            await self.send_json({"here": here})

    async def rights_changed(self, event):
        """The agent is signed out, disabled, renamed, or in other queues."""
        if await self.admit(await in_thread(user_of, self.scope["cookies"])) and await self.still_there():
            view = await in_thread(self.watching.view_of, self.agent, self.view.place, self.records)
            await self.look_at(view)
            await self.tell_tick()

    async def desk_tick(self, event):
        """Through the channel, so that it happens between the page's words and not within them."""
        if await self.admit(await in_thread(user_of, self.scope["cookies"])):
            await self.tell_tick()
            self.company.tick(self.agent)
            await self.tell_here()

    async def tell_tick(self):
        news = await in_thread(self.watching.news_of, self.agent, self.view)
        if not news.may_see:
            await self.lose()
        if news.queues != self.view.queues:
            await self.look_at(replace(self.view, queues=news.queues))
        await self.send_json({"tick": news.state, "stamp": news.stamp, "talk": news.talk})

    # --- how it knows

    async def tick(self):
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self.channel_layer.send(self.channel_name, {"type": "desk.tick"})

    async def admit(self, user):
        """Whether this is still the socket of a working agent; else it is closed, and the page says why."""
        if not user.is_authenticated or user.pk != self.scope["user"].pk:
            await self.close(SIGNED_OUT)
            return False
        try:
            self.agent = await in_thread(agent_of, user)
        except PermissionDenied:
            await self.close(NO_AGENT)
            return False
        return True

    async def look_at(self, view):
        groups = view.groups | ({meeting_of(view.names)} - {""})
        for group in self.joined - groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        for group in groups - self.joined:
            await self.channel_layer.group_add(group, self.channel_name)
        self.joined, self.view = groups, view
        self.company.move(view.names, self.agent)
        await self.tell_here()

    async def still_there(self):
        """Whether the task looked at is still to be seen; it may have become this agent's own."""
        if not self.view.task_id:
            return True
        found = await in_thread(self.watching.state_seen, self.agent, self.view.task_id)
        self.view.is_mine = found == Task.ACTIVE
        if not found:
            await self.lose()
        return bool(found)

    async def lose(self):
        lost = self.view.task_id
        await self.look_at(View(queues=self.view.queues))
        await self.send_json({"gone": lost})

    def line(self, event):
        message = SimpleNamespace(**event | {"sent_at": datetime.fromisoformat(event["sent_at"])})
        shown = {"message": message, "activity": SimpleNamespace(customer_seen_seq=0)}
        with read_by(self.scope):
            return render_to_string("panes/communication.html#message", shown).strip()
