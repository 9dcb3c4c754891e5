"""A customer's page. JSON objects both ways; the page's side is static/js/chat/.

page      {"here": seq}                     after each (re)connect: what it has; answered by watching
          {"say": {"uuid", "text"}}         answered by said or refused
          {"seen": seq}  {"typing": true}  {"leave": true}
server    {"watching": true, "live", "seq", "seen", "status"}    the page looks now; not live: every 3 seconds
          {"message": {"seq", "uuid", "html"}}
          {"said": uuid, "seq"}  {"refused": uuid, "why", "code"}
          {"seen": seq}                     the agent has read so far
          {"read": seq}                     the customer has, perhaps on another page of theirs
          {"typing": name}
          {"status": {"state", "agent", "place", "line"}}
          {"tick": seq}                     every 15 seconds: the last number there is
"""

import asyncio
import time
from contextlib import suppress
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError

from activities import chat as conversation
from activities.models import Activity, Message
from caredesk import realtime
from caredesk.sockets import MALFORMED, UNREADABLE, Socket, in_thread
from caredesk.zones import read_by
from queues import chats, starting
from queues.standing import WAITING, standing_of
from queues.views.chat_page import line, status

TICK_SECONDS = 15
TYPING_SECONDS = 3
STATUS_SECONDS = 1
TORN = 1006


def spoken(given):
    return {"uuid": UUID(given["uuid"]), "text": str(given["text"])}


HEARD = {"here": int, "say": spoken, "seen": int, "typing": bool, "leave": bool}


class ChatConsumer(Socket):
    """Opened by the cookie `chat-<queue>`; hears of this one conversation, and of its queue while it waits."""

    slug = activity_id = queue_id = told = ticking = telling = None
    seen = 0
    typed_at = told_at = float("-inf")

    async def connect(self):
        self.slug = slug = self.scope["url_route"]["kwargs"]["queue"]
        activity = await in_thread(starting.of_token, self.scope["cookies"].get(f"chat-{slug}"), slug)
        if not activity:
            await self.close()
            return
        self.activity, self.activity_id, self.one_by_one = activity, activity.pk, asyncio.Lock()
        await self.accept()
        for group in (f"talk-{activity.pk}", f"activity-{activity.pk}"):
            await self.channel_layer.group_add(group, self.channel_name)
        self.ticking = asyncio.ensure_future(self.tick())

    async def disconnect(self, code):
        """A page that closes is gone from now on; a torn line has been silent for longer than anybody knows."""
        for job in filter(None, (self.ticking, self.telling)):
            job.cancel()
        if self.activity_id and code != TORN:
            with suppress(DatabaseError):
                await in_thread(conversation.here, self.activity_id)

    async def receive_json(self, content):
        for word in HEARD.keys() & content.keys():
            try:
                given = HEARD[word](content[word])
            except MALFORMED:
                await self.close(UNREADABLE)
                return
            await getattr(self, f"hear_{word}")(given)

    # --- what the page says

    async def hear_here(self, _seq):
        await self.tell_watching()

    async def hear_say(self, given):
        mark = str(given["uuid"])
        try:
            with read_by(self.scope):
                message = await in_thread(chats.hear, self.activity, **given)
            answer = {"said": mark, "seq": message.seq}
        except conversation.Refused as error:
            answer = {"refused": mark, "why": error.messages[0], "code": error.code}
        await self.send_json(answer)

    async def hear_seen(self, seq):
        await in_thread(conversation.seen_by_customer, self.activity_id, seq)

    async def hear_typing(self, _true):
        if time.monotonic() < self.typed_at + TYPING_SECONDS:
            return
        self.typed_at = time.monotonic()
        who = {"side": Message.CUSTOMER, "who": self.activity.source_name}
        event = {"type": "talk.typing", "activity": self.activity_id} | who
        realtime.post(f"talk-{self.activity_id}", event)

    async def hear_leave(self, _true):
        await in_thread(chats.leave, self.activity_id)

    # --- what the page is told

    async def talk_message(self, event):
        if event["side"] == Message.AGENT:
            self.seen = event["seq"]
        with read_by(self.scope):
            shown = line(event, self.seen, self.slug)
        await self.send_json({"message": shown})
        if event["kind"] != Message.TEXT:
            await self.tell_status()

    async def talk_seen(self, event):
        by_agent = event["side"] == Message.AGENT
        if by_agent:
            self.seen = max(self.seen, event["seq"])
        await self.send_json({"seen" if by_agent else "read": event["seq"]})

    async def talk_typing(self, event):
        if event["side"] == Message.AGENT:
            await self.send_json({"typing": event["who"]})

    async def record_changed(self, event):
        """The conversation itself; or the line in which it waits, which moves often: told once a second."""
        if event["name"] == f"activity-{self.activity_id}":
            await self.tell_status()
        elif not self.telling or self.telling.done():
            self.telling = asyncio.ensure_future(self.tell_status_soon())

    async def layer_live(self, event):
        """Also a page that is being refused, or not yet let in, may hear of this."""
        if self.activity_id:
            await self.tell_watching()

    async def tell_watching(self):
        async with self.one_by_one:
            activity, standing = await in_thread(answering, self.activity_id)
            standing = await self.followed(standing)
            self.seen, self.told = activity.agent_seen_seq, self.status_of(standing)
            now = {"seq": activity.last_seq, "seen": self.seen, "status": self.told}
            await self.send_json({"watching": True, "live": self.channel_layer.live} | now)

    async def tell_status_soon(self):
        await asyncio.sleep(max(0, self.told_at + STATUS_SECONDS - time.monotonic()))
        with suppress(DatabaseError, ObjectDoesNotExist):
            await self.tell_status()

    async def tell_status(self):
        async with self.one_by_one:
            self.told_at = time.monotonic()
            standing = await self.followed(await in_thread(standing_now, self.activity_id))
            now = self.status_of(standing)
            if now != self.told:
                self.told = now
                await self.send_json({"status": now})

    def status_of(self, standing):
        with read_by(self.scope):
            return status(standing)

    async def followed(self, standing):
        """Hear of the queue while waiting in it; return the standing, read anew where the hearing has just begun."""
        queue_id = standing.queue_id if standing.state == WAITING else None
        if queue_id == self.queue_id:
            return standing
        if self.queue_id:
            await self.channel_layer.group_discard(f"queue-{self.queue_id}", self.channel_name)
        if queue_id:
            await self.channel_layer.group_add(f"queue-{queue_id}", self.channel_name)
        self.queue_id = queue_id
        return await in_thread(standing_now, self.activity_id) if queue_id else standing

    async def tick(self):
        while True:
            await asyncio.sleep(TICK_SECONDS)
            with suppress(DatabaseError, ObjectDoesNotExist):
                await self.send_json({"tick": await in_thread(last_seq_while_here, self.activity_id)})


def answering(activity_id):
    """(activity, standing) now that the customer's page has answered."""
    chats.present(Activity.objects.get(pk=activity_id))
    activity = Activity.objects.get(pk=activity_id)
    return activity, standing_of(activity)


def standing_now(activity_id):
    return standing_of(Activity.objects.get(pk=activity_id))


def last_seq_while_here(activity_id):
    activity = Activity.objects.get(pk=activity_id)
    chats.present(activity)
    return activity.last_seq
