"""The channel layer on a real Valkey: as stock Channels, but sockets open while Redis is away."""

import asyncio
import time

import pytest
import redis

from caredesk import layer as module
from caredesk.layer import QUEUE, Layer
from caredesk.realtime import Publisher, envelope


@pytest.fixture
async def layer(valkey, monkeypatch):
    layer = Layer(hosts=[valkey.url])
    publisher = Publisher(valkey.url)
    monkeypatch.setattr("caredesk.realtime._publisher", publisher)
    yield layer
    await layer.flush()


async def heard(layer, channel, seconds=5, passing=("layer.live",)):
    """The next message that is not about the line itself."""
    async with asyncio.timeout(seconds):
        while (message := await layer.receive(channel))["type"] in passing:
            pass
    return message


async def until(condition, seconds=10):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_group_hears_what_is_sent_to_it(layer):
    channel, other = await layer.new_channel(), await layer.new_channel()
    await layer.group_add("request-42", channel)
    assert layer.live
    await layer.group_send("request-42", {"type": "record.changed", "version": 7})
    await layer.group_add("request-43", other)
    assert await heard(layer, channel) == {"type": "record.changed", "version": 7}
    await layer.group_send("request-43", {"type": "one.more"})
    assert await heard(layer, other) == {"type": "one.more"}


async def test_what_is_sent_after_group_add_has_returned_is_heard(layer):
    """The page looks when the server says "watching": nothing may fall between."""
    channel = await layer.new_channel()
    for number in range(200):
        await layer.group_add(f"request-{number}", channel)
        await layer.group_send(f"request-{number}", {"type": "x", "number": number})
        assert (await heard(layer, channel))["number"] == number


async def test_who_has_left_hears_nothing(layer):
    channel = await layer.new_channel()
    await layer.group_add("a", channel)
    await layer.group_add("b", channel)
    await layer.group_discard("a", channel)
    await layer.group_send("a", {"type": "not.for.us"})
    await layer.group_send("b", {"type": "for.us"})
    assert (await heard(layer, channel))["type"] == "for.us"


async def test_a_group_without_members_is_not_listened_to(layer, valkey):
    channel = await layer.new_channel()
    await layer.group_add("a", channel)
    client = redis.Redis.from_url(valkey.url)
    assert [key for key in client.pubsub_channels() if b"group__a" in key]
    await layer.group_discard("a", channel)
    await until(lambda: not [key for key in client.pubsub_channels() if b"group__a" in key])


async def test_who_comes_in_the_moment_in_which_the_last_one_leaves_hears_on(layer):
    leaving, coming = await layer.new_channel(), await layer.new_channel()
    await layer.group_add("a", leaving)
    await layer.group_discard("a", leaving)  # Redis is told by and by
    await layer.group_add("a", coming)
    await layer.group_add("b", coming)
    await layer.group_send("a", {"type": "x"})
    assert (await heard(layer, coming))["type"] == "x"


async def test_a_consumer_that_ends_leaves_its_groups(layer):
    channel = await layer.new_channel()
    await layer.group_add("a", channel)
    await layer.group_send("a", {"type": "x"})
    await heard(layer, channel)
    waiting = asyncio.ensure_future(layer.receive(channel))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not layer.groups
    assert not layer.channels


async def test_a_consumer_far_behind_is_told_to_close_and_others_hear_on(layer):
    slow, quick = await layer.new_channel(), await layer.new_channel()
    for channel in (slow, quick):
        await layer.group_add("a", channel)
    for number in range(QUEUE + 1):
        await layer.group_send("a", {"type": "x", "number": number})
        assert (await heard(layer, quick))["number"] == number
    assert (await heard(layer, slow))["type"] == "layer.overrun"


async def test_a_message_to_one_channel_of_this_process(layer):
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "hello"})
    assert (await heard(layer, channel))["type"] == "hello"


class Test_while_redis_is_away:
    async def test_a_channel_opens_at_once_and_is_told_when_pushes_arrive(self, layer, valkey):
        valkey.kill()
        began = time.monotonic()
        channel = await layer.new_channel()
        await layer.group_add("a", channel)
        assert time.monotonic() - began < 1.5
        assert not layer.live
        valkey.start()
        assert await heard(layer, channel, passing=()) == {"type": "layer.live", "live": False}
        assert await heard(layer, channel, passing=()) == {"type": "layer.live", "live": True}
        await layer.group_send("a", {"type": "x"})
        assert (await heard(layer, channel))["type"] == "x"

    async def test_known_to_be_away_nobody_waits_for_it(self, layer, valkey):
        channel = await layer.new_channel()
        await layer.group_add("a", channel)
        valkey.kill()
        await until(lambda: not layer.live)
        began = time.monotonic()
        for number in range(20):
            await layer.group_add(f"b-{number}", channel)
            await layer.group_discard(f"b-{number}", channel)
        assert time.monotonic() - began < 0.5

    async def test_groups_are_heard_again_after_a_restart_those_joined_meanwhile_too(self, layer, valkey):
        channel = await layer.new_channel()
        await layer.group_add("a", channel)
        valkey.kill()
        await until(lambda: not layer.live)
        await layer.group_add("b", channel)
        valkey.start()
        await until(lambda: layer.live)
        for group in ("a", "b"):
            await layer.group_add(group, channel)
            await layer.group_send(group, {"type": "x", "group": group})
            assert (await heard(layer, channel))["group"] == group

    async def test_a_hung_redis_is_noticed_and_left_when_it_answers_again(self, layer, valkey, monkeypatch):
        monkeypatch.setattr(module, "PULSE", 0.2)
        monkeypatch.setattr(module, "SILENCE", 0.6)
        channel = await layer.new_channel()
        await layer.group_add("a", channel)
        valkey.hang()
        began = time.monotonic()
        await layer.group_add("b", channel)
        assert time.monotonic() - began < 1.5
        await until(lambda: not layer.live)
        valkey.resume()
        await until(lambda: layer.live)
        await layer.group_send("b", {"type": "x"})
        assert (await heard(layer, channel))["type"] == "x"

    async def test_a_flushed_redis_is_no_event(self, layer, valkey):
        channel = await layer.new_channel()
        await layer.group_add("a", channel)
        redis.Redis.from_url(valkey.url).flushall()
        await layer.group_send("a", {"type": "x"})
        assert (await heard(layer, channel))["type"] == "x"
        assert layer.live


async def test_an_idle_line_stays_alive(layer, monkeypatch):
    monkeypatch.setattr(module, "PULSE", 0.1)
    monkeypatch.setattr(module, "SILENCE", 0.5)
    channel = await layer.new_channel()
    await layer.group_add("a", channel)
    line, answers = layer.line.connection, []
    take = layer.line.take
    monkeypatch.setattr(layer.line, "take", lambda answer: (answers.append(answer), take(answer)))
    await until(lambda: len(answers) > 10)
    assert layer.line.connection is line
    assert layer.live


def test_the_envelope_has_the_layers_own_prefix(settings):
    assert envelope("x", {"type": "y"})[0] == "asgi__group__x"
