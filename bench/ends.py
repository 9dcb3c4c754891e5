"""An offer ends unanswered → the next agent's offer, with 200 agents in one automatic queue.

- At 13 ends a second, one after the other, as when nobody of them answers within 15 s.
- And 100 in the very same instant, while the other 100 are free.

`cpu_each`: milliseconds that the dispatcher worked for each, which a busy machine changes less than the rest.
"""

import os
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from django.db import connection

from activities.models import Activity
from bench import people
from bench.figures import Figure
from bench.server import dispatcher
from queues import chats, presence, routing, states
from queues.clock import clock
from queues.models import Agent, Offer, Queue, Task
from queues.waking import wake

AGENTS, CHATS, SECONDS, OFFER_SECONDS = 200, 40, 20, 3
STORMS, AT_ONCE = 4, 100
LIMIT_MS = 500


def measured():
    team = people.make_agents("bench-ends", people.queue("bench-ends", mode=Queue.AUTOMATIC), AGENTS)
    Agent.objects.filter(pk__in=[agent.pk for agent in team]).update(max_chats=AT_ONCE)
    with dispatcher() as child, staying_open(team):
        time.sleep(presence.LEASE_SECONDS)
        yield from (figure(*found) for found in (steady(team, child.pid), storms(team, child.pid)))
    for agent in team:
        states.not_ready(by=agent)


def figure(name, samples, cpu_seconds):
    late = Figure(name, samples)
    late.extra = {"limit_p99": LIMIT_MS, "beyond_limit": sum(sample > LIMIT_MS for sample in samples)}
    late.extra["cpu_each"] = round(cpu_seconds * 1000 / max(len(samples), 1), 1)
    return late


def steady(team, pid):
    where = the_queue(OFFER_SECONDS)
    with coming_back(team):
        before = cpu_of(pid)
        tasks = [arrive(where, number, OFFER_SECONDS / CHATS) for number in range(CHATS)]
        time.sleep(SECONDS)
        spent = cpu_of(pid) - before
    samples = [sample for task in tasks for sample in gaps(task)]
    empty(tasks)
    return f"end of an offer → the next, {AGENTS} agents", samples, spent


def storms(team, pid):
    where = the_queue(600)
    make_ready(team)
    tasks, samples, spent = [arrive(where, number, 0) for number in range(AT_ONCE)], [], 0
    for _ in range(STORMS):
        before = cpu_of(pid)
        samples += storm(tasks)
        spent += cpu_of(pid) - before
        make_ready(team)
    empty(tasks)
    return f"{AT_ONCE} end at once → the next of each", samples, spent


def storm(tasks):
    """All live offers of these tasks end in one instant; milliseconds from then to the offer that follows each."""
    live = Offer.objects.live().filter(task__in=tasks)
    ending, moment = list(live.values_list("pk", flat=True)), clock() + timedelta(seconds=1.5)
    Offer.objects.filter(pk__in=ending).update(expires_at=moment)
    wake()
    until = time.monotonic() + 60
    while live.exclude(pk__in=ending).count() < len(ending):
        if time.monotonic() > until:
            raise SystemExit("The offers that ended at once did not go on.")
        time.sleep(0.05)
    return [(at - moment).total_seconds() * 1000 for at in live.values_list("offered_at", flat=True)]


def the_queue(offer_seconds):
    Queue.objects.filter(slug="bench-ends").update(offer_seconds=offer_seconds)
    return Queue.objects.get(slug="bench-ends")


def arrive(where, number, pause):
    """A chat of nobody's page, which on a slow machine would be silent for too long."""
    time.sleep(pause)
    task = Task.objects.get(pk=people.start_chat(where, number)[0])
    Activity.objects.filter(pk=task.activity_id).update(customer_seen_at=None)
    return task


def empty(tasks):
    for task in tasks:
        chats.leave(task.activity_id)


def gaps(task):
    made = Offer.objects.filter(task=task, outcome__in=[*routing.REFUSED, Offer.TAKEN_BACK, ""])
    for before, after in pairwise(made.order_by("pk")):
        yield (after.offered_at - before.expires_at).total_seconds() * 1000


def cpu_of(pid):
    """Seconds of processor time, its own and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- the agents


def staying_open(team):
    """Their desks' leases are renewed meanwhile, as their web process does."""
    return repeating(
        lambda: presence.renew_all({f"bench-{agent.pk}": agent.pk for agent in team}), presence.RENEW_SECONDS
    )


def coming_back(team):
    """One press on Ready after each missed offer."""
    return repeating(lambda: make_ready(team), 0.5)


def make_ready(team):
    for agent in Agent.objects.filter(pk__in=[agent.pk for agent in team], state=Agent.NOT_READY):
        states.ready(by=agent)


@contextmanager
def repeating(job, pause):
    """The job is done again and again in a thread of its own."""
    over = threading.Event()

    def run():
        try:
            while True:
                job()
                if over.wait(pause):
                    break
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
