"""Customer presses Send → the words are on the agent's socket.

Floor: a bare consumer that saves one row and does one group_send, through the same server, pool and layer.
Targets: p50 of one chat ≤ 3 × its floor; p99 at 50 chats ≤ 5 × their own p50; nothing lost, nothing doubled.
"""

import asyncio
import json
import time
import uuid
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager

from asgiref.sync import sync_to_async

from bench import people
from bench.figures import Figure

ALONE, CHATS, RATE, SECONDS = 300, 50, 30, 20


async def run(server):
    floor = Figure("message floor: bare consumer", await alone_bare(server))
    yield floor
    alone = Figure("message, 1 chat", await alone_chat(server), floor=floor)
    yield alone
    samples, lost, doubled = await many(server)
    together = Figure(f"message, {CHATS} chats at {RATE}/s", samples, floor=floor)
    together.extra = {
        "lost": lost,
        "doubled": doubled,
        "p99_to_own_p50": round(together.at(99) / together.at(50), 2),
    }
    yield together


async def alone_bare(server):
    async with (
        people.socket_to(server, "/ws/bench/1/", "") as speaker,
        people.socket_to(server, "/ws/bench/1/", "") as listener,
    ):
        await people.hear(speaker, "watching")
        await people.hear(listener, "watching")
        return [await one_way(speaker, listener, bare_words, bare_uuid) for _ in range(ALONE)][20:]


async def alone_chat(server):
    async with one_chat(server) as (customer, agent_socket):
        return [await one_way(customer, agent_socket, chat_words, desk_uuid) for _ in range(ALONE)][20:]


@asynccontextmanager
async def one_chat(server):
    """The sockets of a chat in progress: its customer's and its agent's."""
    where = await sync_to_async(people.queue)()
    agent = await sync_to_async(people.make_agent)("bench-0", where)
    task_id, _activity, cookie = await sync_to_async(people.accepted_chat)(where, agent)
    desk = await sync_to_async(people.log_in)(agent)
    async with (
        people.socket_to(server, f"/ws/chat/{where.slug}/", cookie) as customer,
        people.socket_to(server, "/ws/desk/", desk) as agent_socket,
    ):
        await join(customer, agent_socket, task_id)
        yield customer, agent_socket


async def join(customer, agent_socket, task_id):
    await customer.send(json.dumps({"here": 0}))
    await people.hear(customer, "watching")
    await people.watch(agent_socket, task_id)


async def one_way(speaker, listener, words, heard_uuid):
    """Milliseconds from sending until the listener has it."""
    mark = str(uuid.uuid4())
    started = time.perf_counter()
    await speaker.send(words(mark))
    async with asyncio.timeout(10):
        while heard_uuid(json.loads(await listener.recv())) != mark:
            pass
    return (time.perf_counter() - started) * 1000


def bare_words(mark):
    return json.dumps({"uuid": mark, "text": "My router restarts every ten minutes."})


def chat_words(mark):
    return json.dumps({"say": {"uuid": mark, "text": "My router restarts every ten minutes."}})


def bare_uuid(heard):
    return heard.get("uuid")


def desk_uuid(heard):
    return heard.get("message", {}).get("uuid")


async def many(server):
    """CHATS conversations at a steady RATE messages a second in all; returns (samples, lost, doubled)."""
    sent, heard, samples = {}, Counter(), []
    async with AsyncExitStack() as stack:
        attending = []

        def attend(customer, desk):
            """From now on everything is read: a line on which nobody reads answers no ping, and is given up."""
            attending.append(asyncio.create_task(listen(desk, sent, heard, samples)))
            attending.append(asyncio.create_task(drain(customer)))

        customers = await open_all(server, stack, attend)
        await speak(customers, sent)
        await settle(sent, heard)
        for task in attending:
            task.cancel()
    return samples, len(sent.keys() - heard.keys()), sum(count - 1 for count in heard.values())


async def open_all(server, stack, attend):
    where = await sync_to_async(people.queue)()
    customers = []
    for number in range(CHATS):
        agent = await sync_to_async(people.make_agent)(f"bench-{number // 5 + 1}", where)
        task_id, _activity, cookie = await sync_to_async(people.accepted_chat)(where, agent, number)
        desk = await sync_to_async(people.log_in)(agent)
        customers.append(
            await stack.enter_async_context(people.socket_to(server, f"/ws/chat/{where.slug}/", cookie))
        )
        opened = await stack.enter_async_context(people.socket_to(server, "/ws/desk/", desk))
        await join(customers[-1], opened, task_id)
        attend(customers[-1], opened)
    return customers


async def speak(customers, sent):
    start = time.perf_counter()
    for number in range(RATE * SECONDS):
        await asyncio.sleep(max(0, start + number / RATE - time.perf_counter()))
        mark = str(uuid.uuid4())
        sent[mark] = time.perf_counter()
        await customers[number % len(customers)].send(chat_words(mark))


async def listen(desk, sent, heard, samples):
    async for text in desk:
        mark = desk_uuid(json.loads(text))
        if mark in sent:
            heard[mark] += 1
            samples.append((time.perf_counter() - sent[mark]) * 1000)


async def drain(customer):
    async for _text in customer:
        pass


async def settle(sent, heard, seconds=10):
    """Wait for the last words, and half a second more for a double."""
    until = time.monotonic() + seconds
    while len(heard) < len(sent) and time.monotonic() < until:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
