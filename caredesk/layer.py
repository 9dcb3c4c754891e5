"""The channel layer: groups over Redis PUBLISH/SUBSCRIBE, which opens sockets while Redis is away.

Like channels-redis' PubSub layer on the wire, and its subclass; but a channel lives in this process only, one
task alone connects and reads (stock: whoever subscribes, beside the reader), a subscription counts when Redis
has confirmed it, and a line gone silent is a dead one. Nothing here waits for Redis longer than a second.
"""

import asyncio
import contextlib
import logging
import uuid

from channels_redis.pubsub import RedisPubSubChannelLayer
from channels_redis.utils import _wrap_close, create_pool, decode_hosts
from redis.exceptions import RedisError

from caredesk import realtime

logger = logging.getLogger(__name__)

QUEUE = 100
PATIENCE = 1
PULSE = 2
SILENCE = 5
AGAIN = 0.5


class Layer(RedisPubSubChannelLayer):
    """`live`: whether pushes arrive now. Channels get `{"type": "layer.live", "live"}` when that changes."""

    def _get_layer(self):
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = LoopLayer(*self._args, **self._kwargs, layer=self)
            _wrap_close(self, loop)
        return self._layers[loop]

    @property
    def prefix(self) -> str:
        return self._kwargs.get("prefix", "asgi")


class LoopLayer:
    """The layer of one event loop: its channels, their groups, and the line on which it hears of them."""

    extensions = ["groups", "flush"]

    def __init__(self, hosts, layer, prefix="asgi"):
        self.layer, self.prefix = layer, prefix
        self.channels: dict[str, asyncio.Queue] = {}
        self.groups: dict[str, set[str]] = {}
        self.line = Line(decode_hosts(hosts)[0], self)

    @property
    def live(self) -> bool:
        return bool(self.line.live)

    async def new_channel(self, prefix="specific."):
        name = f"{self.prefix}{prefix}{uuid.uuid4().hex}"
        self.channels[name] = asyncio.Queue(QUEUE)
        self.line.open()
        return name

    async def receive(self, channel):
        try:
            return self.layer.deserialize(await self.channels[channel].get())
        except asyncio.CancelledError:
            self.forget(channel)
            raise

    def forget(self, channel: str) -> None:
        """The consumer has ended, perhaps without leaving its groups."""
        self.channels.pop(channel, None)
        for group in [group for group, members in self.groups.items() if channel in members]:
            self.leave(group, channel)

    async def send(self, channel, message):
        """To one channel of this process; whoever is elsewhere is reached by a group."""
        self.deliver(channel, self.layer.serialize(message))

    async def group_add(self, group, channel):
        if channel not in self.channels:
            raise RuntimeError("group_add() takes only channels of this process: self.channel_name")
        name = self.key(group)
        self.groups.setdefault(name, set()).add(channel)
        await self.line.hear(name)

    async def group_discard(self, group, channel):
        self.leave(self.key(group), channel)

    async def group_send(self, group, message):
        realtime.post(group, message)

    async def flush(self):
        self.channels.clear()
        self.groups.clear()
        await self.line.close()

    def key(self, group: str) -> str:
        return f"{self.prefix}__group__{group}"

    def leave(self, name: str, channel: str) -> None:
        members = self.groups.get(name, set())
        members.discard(channel)
        if not members and self.groups.pop(name, None) is not None:
            self.line.unhear(name)

    def arrived(self, name: str, payload: bytes) -> None:
        for channel in self.groups.get(name, ()):
            self.deliver(channel, payload)

    def tell_all(self, message: dict) -> None:
        payload = self.layer.serialize(message)
        for channel in self.channels:
            self.deliver(channel, payload)

    def deliver(self, channel: str, payload: bytes) -> None:
        """A consumer that is 100 pushes behind gets no more but the word to close: its page connects anew."""
        waiting = self.channels.get(channel)
        if waiting is None:
            return
        if waiting.full():
            while not waiting.empty():
                waiting.get_nowait()
            payload = self.layer.serialize({"type": "layer.overrun"})
        waiting.put_nowait(payload)


class Line:
    """One connection that listens: opened, read and opened again by one task; all others only send on it."""

    def __init__(self, host: dict, layer: LoopLayer):
        self.host, self.layer = host, layer
        self.live = None
        self.connection = None
        self.confirmed: dict[str, asyncio.Event] = {}
        self.tasks: set[asyncio.Task] = set()

    def open(self) -> None:
        if not self.tasks:
            self.start(self.run())
            self.start(self.pulse())

    def start(self, job) -> None:
        task = asyncio.ensure_future(job)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def close(self) -> None:
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def hear(self, name: str) -> None:
        """Return when Redis has confirmed it, at the latest after a second: then it is made by and by."""
        known = name in self.confirmed
        event = self.confirmed.setdefault(name, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                if not known:
                    await self.say("SUBSCRIBE", name)
                if self.live is not False:
                    await event.wait()

    def unhear(self, name: str) -> None:
        if self.confirmed.pop(name, None):
            self.start(self.leave(name))

    async def leave(self, name: str) -> None:
        """Unless somebody hears it again by now: told in this order, Redis would let go what they have asked for."""
        if name not in self.confirmed:
            await self.say("UNSUBSCRIBE", name)

    async def say(self, *words: str) -> None:
        """Left out while there is no line: a new one begins with everything that is to be heard."""
        if self.connection and self.connection.is_connected:
            with contextlib.suppress(RedisError, OSError):
                await self.connection.send_command(*words, check_health=False)

    async def run(self) -> None:
        while True:
            try:
                await self.listen()
            except (RedisError, OSError, TimeoutError) as error:
                self.turn(False, error)
            except Exception as error:
                logger.exception("The line to Redis failed in an unknown way")
                self.turn(False, error)
            await asyncio.sleep(AGAIN)

    async def listen(self) -> None:
        connection = create_pool(self.host | TIMEOUTS).make_connection()
        try:
            await connection.connect()
            self.connection = connection
            await self.say("SUBSCRIBE", self.layer.key("line"), *self.layer.groups)
            while True:
                self.take(await connection.read_response(timeout=SILENCE))
        finally:
            self.connection = None
            await connection.disconnect(nowait=True)

    def take(self, answer: list | None) -> None:
        if answer is None:
            raise TimeoutError(f"silent for {SILENCE} seconds")
        kind, name, payload = (*answer, None)[:3]
        if kind == b"message":
            self.layer.arrived(name.decode(), payload)
        elif kind == b"subscribe":
            self.turn(True)
            if event := self.confirmed.get(name.decode()):
                event.set()

    async def pulse(self) -> None:
        """Makes Redis say something every two seconds, so that silence means a dead line."""
        while True:
            await asyncio.sleep(PULSE)
            await self.say("PING")

    def turn(self, live: bool, error: Exception | None = None) -> None:
        if live == self.live:
            return
        self.live = live
        if live:
            logger.info("Pushes arrive from Redis")
        else:
            logger.error("No pushes arrive from Redis, sockets go on without: %s", error)
            for event in self.confirmed.values():
                event.clear()
        self.layer.tell_all({"type": "layer.live", "live": live})


TIMEOUTS = {"protocol": 2, "socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
