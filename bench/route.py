"""Automatic queues: who is next, how soon the agent hears of it, and how soon the next one does.

- Taking the next of 100,000 waiting tasks against the next of 100. Target: ≤ 3 ×.
- A customer presses Start chat → the doorbell of the offer on the agent's socket. Floor: the way of a message, asked
  in turn with it, each after a tenth of a second of rest. Target: p50 ≤ 3 ×. And the offer drawn after that: target
  ≤ 3 × the bare view.
- An offer ends unanswered → the next agent's offer, with 200 agents (bench/ends.py). Target: p99 ≤ 500 ms after the
  deadline.
"""

import asyncio
import time
import uuid
from contextlib import contextmanager, suppress

import pgtrigger
from asgiref.sync import sync_to_async
from django.db import connection, transaction

from bench import ends, messages, people
from bench.figures import Figure
from queues import closing, offers, routing, states
from queues.models import Queue, Task

ROUNDS, WARM = 120, 20
FEW, MANY = 100, 100_000

INSERT = """
WITH arrived AS (
    INSERT INTO activities_activity
    (medium, direction, state, version, verified, subject, source_name, source_email, source_phone, source_page,
     language, title_note, description_note, started_at, last_seq, chat_token_hash, address_hash, agent_seen_seq,
     customer_seen_seq, unread, rating_comment)
    SELECT 'chat', 'in', 'waiting', 1, true, '', 'Waits', '', '', '', '', '', '', now() - n * interval '1 s', 0, '', '',
           0, 0, 0, ''
    FROM generate_series(1, %s) n RETURNING id, started_at
)
INSERT INTO queues_task (activity_id, queue_id, state, medium, priority, line_busy, transfer_note, waiting_since)
SELECT id, %s, 'waiting', 'chat', 5, false, '', started_at FROM arrived
"""


async def run(server):
    for figure in await sync_to_async(take_next)():
        yield figure
    said, heard, drawn, bare = await arrivals(server)
    floor = Figure("message, 1 chat", said)
    yield floor
    yield Figure("arrival → doorbell of the offer", heard, floor=floor)
    view = Figure("bare view", bare)
    yield view
    yield Figure("offer drawn", drawn, floor=view)
    for figure in await sync_to_async(lambda: list(ends.measured()))():
        yield figure


# --- who is next


def take_next():
    where = people.queue("bench-line", mode=Queue.AUTOMATIC)
    made = []
    for waiting in (FEW, MANY):
        fill(where, waiting - Task.objects.filter(queue=where).count())
        floor = made[0] if made else None
        made.append(
            Figure(f"next of {waiting:,} waiting", [take(where) for _ in range(ROUNDS)][WARM:], floor=floor)
        )
    empty(where)
    return made


def fill(where, count):
    with unwatched() as cursor:
        cursor.execute(INSERT, [count, where.pk])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE queues_task")


def take(where):
    """Milliseconds to find and lock the next task; nobody gets it."""
    with transaction.atomic():
        started = time.perf_counter()
        task = routing.take_next({(where.pk, "chat")})
        spent = (time.perf_counter() - started) * 1000
        transaction.set_rollback(True)
    if not task:
        raise SystemExit("Nobody waits in the line of the bench.")
    return spent


def empty(where):
    with unwatched() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE line ON COMMIT DROP AS SELECT * FROM queues_task WHERE queue_id = %s",
            [where.pk],
        )
        cursor.execute("DELETE FROM queues_task WHERE queue_id = %s", [where.pk])
        cursor.execute("DELETE FROM activities_activity WHERE id IN (SELECT activity_id FROM line)")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM queues_task")  # or the few of the next run stand behind them in the index,
        cursor.execute("REINDEX TABLE queues_task")  # which PostgreSQL would pass by for its size


@contextmanager
def unwatched():
    """A cursor in a transaction without history, whose statements may take their time."""
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield cursor


# --- how soon the agent hears of it


async def arrivals(server):
    """Milliseconds of (messages, doorbells, drawings of the offer, bare views)."""
    where = await sync_to_async(people.queue)("bench-route", mode=Queue.AUTOMATIC)
    agent = await sync_to_async(people.make_agent)("bench-route", where)
    looking = people.Browser(server, await sync_to_async(people.log_in)(agent))
    cookie = await sync_to_async(people.log_in)(agent)
    samples = ([], [], [], [])
    async with (
        messages.one_chat(server) as (speaker, listener),
        people.Customer(server) as customer,
        people.socket_to(server, "/ws/desk/", cookie) as desk,
    ):
        await people.watch(desk)
        await sync_to_async(states.ready)(by=agent)
        for _ in range(ROUNDS):
            await quiet(speaker, listener, desk)
            said = await messages.one_way(speaker, listener, messages.chat_words, messages.desk_uuid)
            await quiet(speaker, listener, desk)
            sample = said, *await arrival(where, agent, customer, looking, desk)
            for kind, milliseconds in zip(samples, sample, strict=True):
                kind.append(milliseconds)
        await sync_to_async(states.not_ready)(by=agent)
    return [kind[WARM:] for kind in samples]


async def arrival(where, agent, customer, looking, desk):
    said = {"name": "Bench", "email": f"{uuid.uuid4().hex}@bench.example", "text": "Is anybody there?"}
    request = customer.form(f"/chat/{where.slug}/", **said)
    started = time.perf_counter()
    customer.press(request)
    while (await people.hear(desk, "changed"))["changed"] != f"desk-{agent.user_id}":
        pass
    heard = (time.perf_counter() - started) * 1000
    drawn = await asyncio.to_thread(timed, looking, "/desk/state/?slot=", b"alertdialog")
    bare = await asyncio.to_thread(timed, looking, "/bench/view/", b"")
    if await customer.answer() != 302:
        raise SystemExit("No chat was started.")
    await sync_to_async(finish)(agent)
    return heard, drawn, bare


def timed(browser, path, wanted):
    started = time.perf_counter()
    status, _headers, body = browser.get(path)
    if status != 200 or wanted not in body:
        raise SystemExit(f"{path} answered {status}.")
    return (time.perf_counter() - started) * 1000


def finish(agent):
    """Accept and close it, so that the next one finds the agent as free."""
    task = offers.accept(offers.open_offer(agent).pk, by=agent)
    closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=agent)


async def quiet(*sockets):
    await asyncio.gather(*(silence(socket) for socket in sockets))


async def silence(socket):
    with suppress(TimeoutError):
        while True:
            await asyncio.wait_for(socket.recv(), 0.1)
