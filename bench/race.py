"""Twenty agents reach for each of 1,000 tasks in one instant, through two web processes; and for offers at their end.

One winner each, every other is told who; an offer is accepted or missed and never both. What is counted stands beside
the milliseconds: `winners` and `told` must be all, `wrong` must be 0.
"""

import asyncio
import html
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection

from bench import people
from bench.ends import staying_open
from bench.figures import Figure
from bench.server import dispatcher, web
from queues import chats, closing, offers, presence, states
from queues.clock import clock
from queues.models import Offer, Queue, Task

TASKS, AGENTS = 1_000, 20
ROUNDS, SPREAD_SECONDS, SOONER = 15, 0.01, 1.1


async def run(server):
    with web() as second:
        for figure in await asyncio.to_thread(measured, [server, second]):
            yield figure


def measured(servers):
    try:
        return [*races(servers), deadlines(servers)]
    finally:
        connection.close()


def races(servers):
    where = people.queue("bench-race")
    team = people.make_agents("bench-race", where, AGENTS)
    hands = [people.Browser(servers[n % 2], people.log_in(agent)) for n, agent in enumerate(team)]
    first, later, counts = [], [], {"winners": 0, "told": 0, "wrong": 0}
    with ThreadPoolExecutor(AGENTS) as pool:
        for number in range(TASKS):
            task_id = people.start_chat(where, number)[0]
            line = threading.Barrier(AGENTS)
            answers = list(
                pool.map(lambda hand, task_id=task_id, line=line: reach(hand, task_id, line), hands)
            )
            judge(Task.objects.get(pk=task_id), answers, team, counts)
            first += [spent for status, spent, _body in answers if status == 200]
            later += [spent for status, spent, _body in answers if status != 200]
    won = Figure(f"{AGENTS} reach for one: the winner", first)
    won.extra = counts
    return won, Figure(f"{AGENTS} reach for one: the others", later, floor=won)


def reach(hand, task_id, line):
    """(status, milliseconds, body) of an Accept that all press at once."""
    line.wait()
    started = time.perf_counter()
    status, _headers, body = hand.post(f"/desk/{task_id}/accept/")
    return status, (time.perf_counter() - started) * 1000, html.unescape(body.decode())


def judge(task, answers, team, counts):
    """Whoever was told that they have it has it, and all others were told who that is."""
    winners = [agent for agent, (status, _spent, _body) in zip(team, answers, strict=True) if status == 200]
    told = [
        body
        for status, _spent, body in answers
        if status == 409 and f"{task.agent.shown_name} took it" in body
    ]
    counts["winners"] += winners == [task.agent]
    counts["told"] += len(told)
    counts["wrong"] += winners != [task.agent] or len(told) != len(team) - 1
    closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=task.agent)


# --- accepted at the very end


def deadlines(servers):
    where = people.queue("bench-end", mode=Queue.AUTOMATIC, offer_seconds=4)
    team = people.make_agents("bench-end", where, AGENTS)
    hands = [people.Browser(servers[n % 2], people.log_in(agent)) for n, agent in enumerate(team)]
    counts, samples, ahead = {"accepted": 0, "missed": 0, "wrong": 0}, [], 0.03
    with dispatcher(), staying_open(team), ThreadPoolExecutor(AGENTS) as pool:
        time.sleep(presence.LEASE_SECONDS)
        for _ in range(ROUNDS):
            for spent, outcome, is_sound in pool.map(partial(at_the_end, where, ahead), team, hands):
                samples.append(spent)
                counts[outcome] += 1
                ahead *= SOONER if outcome == "missed" else 1 / SOONER
                counts["wrong"] += not is_sound
    for task in Task.objects.waiting().filter(queue=where):
        chats.leave(task.activity_id)
    figure = Figure("Accept in the instant of the deadline", samples)
    figure.extra = counts
    return figure


def at_the_end(where, ahead, agent, hand):
    """(milliseconds, "accepted" or "missed", whether all that is stored agrees with what the agent was told).

    Pressed so far ahead of the deadline that about half of them are in time, give or take SPREAD_SECONDS.
    """
    try:
        people.start_chat(where)
        offer = until(lambda: offers.open_offer(agent) or (states.ready(by=agent) and None))
        shift = random.uniform(-SPREAD_SECONDS, SPREAD_SECONDS)  # noqa: S311
        time.sleep(max(0, (offer.expires_at - clock()).total_seconds() - ahead + shift))
        started = time.perf_counter()
        status, _headers, _body = hand.post(f"/desk/offers/{offer.pk}/accept/")
        spent = (time.perf_counter() - started) * 1000
        ended = until(lambda: Offer.objects.exclude(outcome="").filter(pk=offer.pk).first())
        return spent, *judged(status, ended, agent)
    finally:
        connection.close()


def judged(status, offer, agent):
    mine = Task.objects.active().filter(pk=offer.task_id, agent=agent).first()
    if offer.outcome != Offer.ACCEPTED:
        return "missed", status == 409 and not mine
    if mine:
        closing.close(mine.pk, closing.Leftovers(), choice=closing.DISCARD, by=agent)
    return "accepted", status == 200 and bool(mine)


def until(found, seconds=20):
    end = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > end:
            raise SystemExit("What the race waits for did not happen.")
        time.sleep(0.01)
    return value
