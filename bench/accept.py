"""Accept → the task is gone from another agent's Queue: the doorbell on their socket, and their list drawn anew.

Floor: a POST that writes one row and publishes one event, heard on a bare socket.
"""

import asyncio
import json
import time
import uuid

from asgiref.sync import sync_to_async

from bench import people
from bench.figures import Figure
from queues import closing

ROUNDS, WARM = 120, 10


async def run(server):
    floor = Figure("accept floor: one row, one event", await bare(server))
    yield floor
    doorbell, gone = await accepts(server)
    yield Figure("accept → doorbell of another agent", doorbell, floor=floor)
    yield Figure("accept → gone from their Queue", gone, floor=floor)


async def bare(server):
    agent = await sync_to_async(people.make_agent)(
        "bench-taker", await sync_to_async(people.queue)("bench-accept")
    )
    browser, samples = people.Browser(server, await sync_to_async(people.log_in)(agent)), []
    async with people.socket_to(server, "/ws/bench/0/", "") as listener:
        await people.hear(listener, "watching")
        for _ in range(ROUNDS):
            mark, started = str(uuid.uuid4()), time.perf_counter()
            post = asyncio.create_task(asyncio.to_thread(browser.post, f"/bench/write/?uuid={mark}"))
            while json.loads(await listener.recv()).get("uuid") != mark:
                pass
            samples.append((time.perf_counter() - started) * 1000)
            await post
    return samples[WARM:]


async def accepts(server):
    where = await sync_to_async(people.queue)("bench-accept")
    taker = await sync_to_async(people.make_agent)("bench-taker", where)
    other = await sync_to_async(people.make_agent)("bench-other", where)
    cookies = [await sync_to_async(people.log_in)(agent) for agent in (taker, other)]
    taking, looking = (people.Browser(server, cookie) for cookie in cookies)
    doorbell, gone = [], []
    async with people.socket_to(server, "/ws/desk/", cookies[1]) as socket:
        await people.watch(socket)
        for number in range(ROUNDS):
            rung, seen = await one(where, number, taker, taking, looking, socket)
            doorbell.append(rung)
            gone.append(seen)
    return doorbell[WARM:], gone[WARM:]


async def one(where, number, taker, taking, looking, socket):
    task_id, _activity, _cookie = await sync_to_async(people.start_chat)(where, number)
    await bell(socket, where)
    started = time.perf_counter()
    post = asyncio.create_task(asyncio.to_thread(taking.post, f"/desk/{task_id}/accept/"))
    await bell(socket, where)
    rung = (time.perf_counter() - started) * 1000
    await look_until_gone(looking, task_id)
    seen = (time.perf_counter() - started) * 1000
    status, _headers, _body = await post
    if status >= 400:
        raise SystemExit(f"Accept answered {status}.")
    await sync_to_async(finish)(task_id, taker)
    return rung, seen


async def bell(socket, where):
    while (await people.hear(socket, "changed"))["changed"] != f"queue-{where.pk}":
        pass


async def look_until_gone(browser, task_id):
    while True:
        _status, _headers, body = await asyncio.to_thread(
            browser.get, "/desk/tasks/", **{"HX-Request": "true"}
        )
        if f"/desk/{task_id}/".encode() not in body:
            return


def finish(task_id, agent):
    """Close it, so that the taker's own list stays short."""
    closing.close(task_id, closing.Leftovers(), choice=closing.DISCARD, by=agent)
