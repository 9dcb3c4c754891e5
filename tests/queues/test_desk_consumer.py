"""The socket of a desk: who may open it, what it hears, what it tells. Through the whole application."""

import asyncio
import uuid

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.db import InterfaceError, connection
from django.test import Client

from activities import chat, remarks
from activities.models import Activity, Message
from caredesk import parts, realtime
from caredesk.asgi import application
from caredesk.consumers import company, desk
from caredesk.consumers.desk import NO_AGENT, SIGNED_OUT
from caredesk.realtime import announce
from caredesk.sockets import UNREADABLE
from customers import editing
from queues import agents, chats, closing, offers, presence, states
from queues.accepting import accept
from queues.desk import state_of
from queues.models import Agent, Offer, Presence, Queue, QueueMember
from tests.cast import ago, chat_in, chat_of, held

PATIENCE = 20
pytestmark = pytest.mark.django_db(transaction=True)


class Desk:
    """An open desk of a user, as its script is."""

    def __init__(self, user, origin="http://testserver"):
        client = Client()
        if user:
            client.force_login(user)
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = [(b"host", b"testserver"), (b"origin", origin.encode()), (b"cookie", cookie.encode())]
        self.socket = WebsocketCommunicator(application, "/ws/desk/", headers=headers)

    async def watch(self, task=None, *records):
        await self.tell(watch={"task": task and task.pk, "records": list(records)})
        return await self.hear("watching")

    async def tell(self, **words):
        await self.socket.send_json_to(words)

    async def hear(self, word):
        """The next words of this kind; others are nobody's business here."""
        async with asyncio.timeout(PATIENCE):
            while word not in (words := await self.socket.receive_json_from(timeout=PATIENCE)):
                pass
        return words

    async def hears_no(self, word):
        """Nothing of this kind came before the answer to a question."""
        await self.tell(watch={"task": None, "records": []})
        while "watching" not in (words := await self.socket.receive_json_from(timeout=PATIENCE)):
            assert word not in words
        return True

    async def closed_with(self):
        while (message := await self.socket.receive_output(timeout=PATIENCE))["type"] != "websocket.close":
            pass
        return message["code"]


@pytest.fixture(autouse=True)
async def connection_is_returned():
    """The thread of an asynchronous test ends with it, and would keep its connection from the pool for good."""
    yield
    await sync_to_async(lambda: connection.close())()


@pytest.fixture
async def sit():
    """await sit(agent) → their open desk."""
    opened = []

    async def sit_down(agent):
        opened.append(await sync_to_async(Desk)(getattr(agent, "user", agent)))
        assert (await opened[-1].socket.connect(timeout=PATIENCE))[0]
        return opened[-1]

    yield sit_down
    for one in opened:
        await one.socket.disconnect(timeout=PATIENCE)


def later(verb):
    return sync_to_async(verb, thread_sensitive=True)


# --- who may open it


async def test_a_page_of_another_origin_gets_no_socket(ana):
    other = await sync_to_async(Desk)(ana.user, origin="http://evil.example")
    assert not (await other.socket.connect(timeout=PATIENCE))[0]


async def test_strangers_are_sent_to_the_log_in(sit):
    assert await (await sit(None)).closed_with() == SIGNED_OUT


async def test_nobodys_agent_has_no_desk(sit, mallory):
    assert await (await sit(mallory)).closed_with() == NO_AGENT


async def test_a_disabled_agents_desk_is_closed(sit, ana, sonja):
    here = await sit(ana)
    await here.watch()
    await later(agents.disable)(ana.user, by=sonja.user)
    assert await here.closed_with() == SIGNED_OUT


async def test_a_disabled_agents_desk_is_closed_at_the_tick_if_the_push_was_lost(sit, ana, monkeypatch):
    monkeypatch.setattr(desk, "TICK_SECONDS", 0.2)
    here = await sit(ana)
    ana.user.is_active = False
    await later(ana.user.save)()
    assert await here.closed_with() == SIGNED_OUT


@pytest.mark.parametrize(
    "words",
    [
        {"watch": []},
        {"say": {"task": "x"}},
        {"say": {"task": 1, "uuid": "no", "text": ""}},
        {"say": {"task": 1, "uuid": 1, "text": ""}},
        {"seen": {}},
        {"seen": {"task": 1, "seq": float("inf")}},
    ],
)
async def test_what_no_page_says_closes(sit, ana, words):
    here = await sit(ana)
    await here.tell(**words)
    assert await here.closed_with() == UNREADABLE


# --- presence


async def test_an_open_desk_is_a_presence_until_it_ends(sit, ana):
    here = await sit(ana)
    await here.watch()
    assert await Presence.objects.filter(agent=ana).acount() == 1
    await here.socket.disconnect(timeout=PATIENCE)
    assert await Presence.objects.acount() == 0


@pytest.mark.rule("R37")
async def test_the_process_renews_the_leases_of_its_desks(sit, ana, marko, monkeypatch):
    monkeypatch.setattr(presence, "RENEW_SECONDS", 0.05)
    await (await sit(ana)).watch()
    await (await sit(marko)).watch()
    first = await later(leases)()
    assert len(first) == 2
    while any(now <= before for now, before in zip(await later(leases)(), first, strict=True)):
        await asyncio.sleep(0.02)


def leases():
    return list(Presence.objects.order_by("pk").values_list("lease_until", flat=True))


@pytest.mark.rule("R37")
async def test_a_torn_line_has_been_silent_for_a_while(sit, ana):
    here = await sit(ana)
    await here.watch()
    await Presence.objects.aupdate(since=ago(minutes=1))
    await here.socket.disconnect(code=desk.TORN, timeout=PATIENCE)
    await ana.arefresh_from_db()
    assert ago(seconds=8) < ana.gone_since < ago(seconds=parts.ANSWER_SECONDS)


@pytest.mark.rule("R32", "R37")
async def test_what_was_missed_meanwhile_was_not_seen(sit, ana, billing):
    here = await sit(ana)
    await here.watch()
    await Presence.objects.aupdate(since=ago(minutes=1))
    offer = await later(lambda: missed_by(ana, billing))()
    await here.socket.disconnect(code=desk.TORN, timeout=PATIENCE)
    await offer.arefresh_from_db()
    await ana.arefresh_from_db()
    assert (offer.outcome, ana.state) == (Offer.CONNECTION_LOST, Agent.READY)


def missed_by(agent, queue):
    states.ready(by=agent)
    chat_in(queue)
    offer = Offer.objects.live().get(agent=agent)
    Offer.objects.filter(pk=offer.pk).update(offered_at=ago(seconds=18), expires_at=ago(seconds=3))
    offers.expire_due()
    assert Agent.objects.get(pk=agent.pk).reason == Agent.NO_ANSWER
    return offer


# --- what it listens for


async def test_watching_says_how_everything_stands(sit, internet, ana):
    task = await later(lambda: held(chat_in(internet), ana))()
    now = await (await sit(ana)).watch(task, f"activity-{task.activity_id}")
    assert (now["watching"], now["task"], now["live"]) == ([f"activity-{task.activity_id}"], task.pk, True)
    assert (now["state"], now["talk"]) == (await later(state_of)(ana.pk), 3)
    assert now["stamp"]


async def test_nothing_is_watched_that_may_not_be_seen(sit, internet, ana, marko, jelena):
    theirs = await later(lambda: held(chat_of(jelena, internet), marko))()
    names = [
        f"activity-{theirs.activity_id}",
        f"customer-{jelena.pk}",
        f"request-{theirs.activity.care_request_id}",
    ]
    here = await sit(ana)
    now = await here.watch(theirs, *names, f"journey-{jelena.pk}", "desk-1", "queue-1", "x", "activity-x")
    assert (now["watching"], now["task"]) == ([], None)
    assert (await here.hear("gone"))["gone"] == theirs.pk


@pytest.mark.rule("R114")
async def test_a_customer_who_was_found_rings(sit, internet, ana, marko, jelena, monkeypatch):
    task = await later(lambda: held(chat_of(jelena, internet), marko))()
    other = await later(editing.create)({"first_name": "Luka"}, by=marko.user)
    request = f"request-{task.activity.care_request_id}"
    names = [f"activity-{task.activity_id}", f"customer-{jelena.pk}", f"journey-{jelena.pk}", request]
    here = await sit(ana)
    await here.tell(watch={"look": jelena.pk, "records": [*names, f"customer-{other.pk}"]})
    told = await here.hear("watching")
    assert (told["watching"], told["task"]) == (names, None)
    await later(remarks.add_tag)(task.activity, "router", by=marko.user)
    heard = {(await here.hear("changed"))["changed"] for _ in range(2)}
    assert f"activity-{task.activity_id}" in heard
    monkeypatch.setattr("caredesk.realtime.post", lambda *_: None)
    await later(editing.save)(jelena, {"city": "Novi Sad"}, version=1, by=marko.user)
    await here.tell(watch={"look": jelena.pk, "records": names})
    assert (await here.hear("watching"))["stamp"] not in ("", told["stamp"])
    await here.tell(watch={"look": 999999, "records": names})
    assert (await here.hear("watching"))["watching"] == []


@pytest.mark.rule("R21")
async def test_lists_and_records_ring(sit, internet, ana, marko):
    task = await later(lambda: held(chat_in(internet), ana))()
    realtime.flush()
    here = await sit(ana)
    await here.watch(task, f"activity-{task.activity_id}")
    await later(remarks.add_tag)(task.activity, "router", by=ana.user)
    rung = await here.hear("changed")
    assert rung["changed"] == f"activity-{task.activity_id}"
    assert isinstance(rung["version"], int)
    other = await later(chat_in)(internet)
    assert (await here.hear("changed"))["changed"] == f"queue-{internet.pk}"
    await later(accept)(other.pk, by=marko)
    assert (await here.hear("changed"))["changed"] == f"queue-{internet.pk}"
    await later(accept)((await later(chat_in)(internet)).pk, by=ana)
    heard = {(await here.hear("changed"))["changed"] for _ in range(3)}
    assert heard == {f"desk-{ana.user_id}", f"queue-{internet.pk}"}


async def test_the_former_watch_is_over(sit, internet, ana):
    first, second = [await later(lambda: held(chat_in(internet), ana))() for _ in range(2)]
    here = await sit(ana)
    await here.watch(first, f"activity-{first.activity_id}")
    await here.watch(second, f"activity-{second.activity_id}")
    await later(announce_now)(first.activity)
    await later(chats.hear)(first.activity, text="Not here", uuid=uuid.uuid4())
    assert await here.hears_no("message")


def announce_now(record):
    announce(record)


@pytest.mark.rule("R22")
async def test_who_looks_at_a_task_that_somebody_takes_is_told(sit, internet, ana, marko):
    task = await later(chat_in)(internet)
    here = await sit(ana)
    await here.watch(task, f"activity-{task.activity_id}")
    await later(accept)(task.pk, by=marko)
    assert (await here.hear("gone"))["gone"] == task.pk
    await later(chats.answer)(task.pk, text="Private", uuid=uuid.uuid4(), by=marko)
    assert await here.hears_no("message")


async def test_a_lost_push_is_made_up_for_at_the_tick(sit, internet, ana, marko, monkeypatch):
    monkeypatch.setattr(desk, "TICK_SECONDS", 0.3)
    task = await later(chat_in)(internet)
    here = await sit(ana)
    await here.watch(task)
    monkeypatch.setattr("caredesk.realtime.post", lambda *_: None)
    await later(accept)(task.pk, by=marko)
    assert (await here.hear("gone"))["gone"] == task.pk


async def test_the_tick_carries_what_the_page_compares(sit, internet, ana, monkeypatch):
    monkeypatch.setattr(desk, "TICK_SECONDS", 0.3)
    task = await later(lambda: held(chat_in(internet), ana))()
    here = await sit(ana)
    before = await here.watch(task)
    await later(chats.hear)(task.activity, text="More", uuid=uuid.uuid4())
    await later(remarks.comment)(task.activity, "Clean", by=ana.user)
    while (tick := await here.hear("tick"))["stamp"] == before["stamp"]:
        pass
    assert tick["talk"] == before["talk"] + 1
    assert tick["tick"] == await later(state_of)(ana.pk) != before["state"]


async def test_a_new_queue_is_heard_of(sit, internet, ana, monkeypatch):
    monkeypatch.setattr(desk, "TICK_SECONDS", 0.2)
    here = await sit(ana)
    await here.watch()
    extra = await Queue.objects.acreate(slug="extra", name="Extra")
    await QueueMember.objects.acreate(queue=extra, agent=ana)
    while f".{extra.pk}-" not in (await here.hear("tick"))["tick"]:
        pass
    await later(chat_in)(extra)
    assert (await here.hear("changed"))["changed"] == f"queue-{extra.pk}"


# --- the conversation


@pytest.fixture
def task(internet, ana):
    return held(chat_in(internet), ana)


async def test_words_are_stored_acknowledged_and_told_to_both(sit, ana, task):
    here, there = await sit(ana), await sit(ana)
    await here.watch(task), await there.watch(task)
    mark = str(uuid.uuid4())
    await here.tell(say={"task": task.pk, "uuid": mark, "text": "Hello <b>Vera</b>"})
    said = await here.hear("said")
    assert (said["said"], said["seq"]) == (mark, 4)
    line = (await there.hear("message"))["message"]
    assert (line["uuid"], line["seq"], line["side"], line["activity"]) == (mark, 4, "agent", task.activity_id)
    assert "Hello &lt;b&gt;Vera&lt;/b&gt;" in line["html"]
    assert 'data-seq="4"' in line["html"]


async def test_the_same_words_twice_are_stored_once(sit, ana, task):
    here, mark = await sit(ana), str(uuid.uuid4())
    for _ in range(2):
        await here.tell(say={"task": task.pk, "uuid": mark, "text": "Once"})
        assert (await here.hear("said"))["seq"] == 4
    assert await Message.objects.filter(text="Once").acount() == 1


@pytest.mark.rule("R50")
@pytest.mark.parametrize(
    ("text", "why"),
    [("x" * 2001, "1 character too many."), ("  ", "Write something first.")],
    ids=["long", "empty"],
)
async def test_what_cannot_be_stored_is_refused_in_words(sit, ana, task, text, why):
    here, mark = await sit(ana), str(uuid.uuid4())
    await here.tell(say={"task": task.pk, "uuid": mark, "text": text})
    assert await here.hear("refused") == {"refused": mark, "why": why}


@pytest.mark.rule("R50")
async def test_2000_characters_are_stored(sit, ana, task):
    here = await sit(ana)
    await here.tell(say={"task": task.pk, "uuid": str(uuid.uuid4()), "text": "ž" * 2000})
    assert (await here.hear("said"))["seq"] == 4


async def test_nobody_speaks_in_a_task_that_is_not_theirs(sit, internet, ana, marko):
    theirs = await later(lambda: held(chat_in(internet), marko))()
    waiting = await later(chat_in)(internet)
    here = await sit(ana)
    for task in (theirs, waiting):
        await here.tell(say={"task": task.pk, "uuid": str(uuid.uuid4()), "text": "Hello"})
        assert (await here.hear("refused"))["why"] == "This task is not yours any more."
    assert not await Message.objects.filter(text="Hello").aexists()


async def test_after_close_words_are_refused(sit, ana, task):
    await later(closing.close)(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
    here = await sit(ana)
    await here.tell(say={"task": task.pk, "uuid": str(uuid.uuid4()), "text": "One more"})
    assert "refused" in await here.hear("refused")


async def test_the_customers_words_arrive(sit, ana, task):
    here = await sit(ana)
    await here.watch(task)
    await later(chats.hear)(task.activity, text="One more thing", uuid=uuid.uuid4())
    line = (await here.hear("message"))["message"]
    assert (line["side"], line["seq"]) == ("customer", 4)


async def test_seen_is_stored_once_and_rings_the_list(sit, ana, task):
    here = await sit(ana)
    await here.tell(seen={"task": task.pk, "seq": 3})
    assert (await here.hear("changed"))["changed"] == f"desk-{ana.user_id}"
    activity = await Activity.objects.aget(pk=task.activity_id)
    assert (activity.agent_seen_seq, activity.unread) == (3, 0)
    await here.tell(seen={"task": task.pk, "seq": 1})
    assert await here.hears_no("changed")


@pytest.mark.rule("R20")
async def test_looking_at_a_waiting_task_sees_nothing(sit, internet, ana):
    waiting = await later(chat_in)(internet)
    here = await sit(ana)
    await here.watch(waiting)
    await here.tell(seen={"task": waiting.pk, "seq": 2})
    await here.tell(typing={"task": waiting.pk})
    assert await here.hears_no("changed")
    assert (await Activity.objects.aget(pk=waiting.activity_id)).agent_seen_seq == 0


async def test_what_the_customer_saw_and_that_they_type_is_told(sit, ana, task):
    here = await sit(ana)
    await here.watch(task)
    await later(chats.answer)(task.pk, text="Hello", uuid=uuid.uuid4(), by=ana)
    await later(chat.seen_by_customer)(task.activity_id, 4)
    assert (await here.hear("seen"))["seen"] == {"activity": task.activity_id, "seq": 4}


async def test_typing_goes_to_the_other_side_only(sit, ana, task):
    here, there = await sit(ana), await sit(ana)
    await here.watch(task), await there.watch(task)
    await here.tell(typing={"task": task.pk})
    assert await there.hears_no("typing")


# --- who else is here


@pytest.fixture
def two_tasks(internet, ana, marko, jelena):
    """Ana and Marko each have a chat of Jelena in progress, in one request."""
    return held(chat_of(jelena, internet), ana), held(chat_of(jelena, internet), marko)


def records_of(task):
    return [
        f"customer-{task.activity.customer_id}",
        f"request-{task.activity.care_request_id}",
        f"activity-{task.activity_id}",
        f"journey-{task.activity.customer_id}",
    ]


async def test_who_else_shows_the_same_customer_and_request_is_told(sit, ana, marko, two_tasks):
    hers, his = two_tasks
    here, there = await sit(ana), await sit(marko)
    await here.watch(hers, *records_of(hers))
    await there.watch(his, *records_of(his))
    shared = records_of(hers)[:2]
    assert (await here.hear("here"))["here"] == {
        key: ["Marko is here", "Marko Babić is here"] for key in shared
    }
    assert (await there.hear("here"))["here"] == {key: ["Ana is here", "Ana Kovač is here"] for key in shared}
    await there.watch(None)
    assert (await here.hear("here"))["here"] == {}
    await there.watch(his, records_of(his)[0])
    assert (await here.hear("here"))["here"] == {shared[0]: ["Marko is here", "Marko Babić is here"]}
    await there.socket.disconnect(timeout=PATIENCE)
    assert (await here.hear("here"))["here"] == {}


async def test_ones_own_other_tab_is_no_company(sit, ana, two_tasks):
    first, second = await sit(ana), await sit(ana)
    for desk_of_ana in (first, second):
        await desk_of_ana.watch(two_tasks[0], *records_of(two_tasks[0]))
    assert await first.hears_no("here")


async def test_a_desk_that_says_nothing_more_is_gone_soon(sit, ana, marko, two_tasks, monkeypatch):
    monkeypatch.setattr(desk, "TICK_SECONDS", 0.2)
    monkeypatch.setattr(company, "EXPIRES", 0.5)
    hers, his = two_tasks
    here, there = await sit(ana), await sit(marko)
    await here.watch(hers, *records_of(hers))
    await there.watch(his, *records_of(his))
    assert (await here.hear("here"))["here"]
    monkeypatch.setattr(company.Company, "say", lambda *_, **__: None)
    assert (await here.hear("here"))["here"] == {}


async def test_without_redis_nobody_is_known_to_be_here(sit, ana, marko, two_tasks):
    hers, his = two_tasks
    here, there = await sit(ana), await sit(marko)
    await here.watch(hers, *records_of(hers))
    await there.watch(his, *records_of(his))
    assert (await here.hear("here"))["here"]
    layer = get_channel_layer()._get_layer()
    layer.line.turn(False)
    assert (await here.hear("here"))["here"] == {}
    layer.line.turn(True)
    assert (await here.hear("here"))["here"]


async def test_nobody_hears_of_whom_they_may_not_see(sit, internet, ana, marko, jelena):
    theirs = await later(lambda: held(chat_of(jelena, internet), marko))()
    here, there = await sit(ana), await sit(marko)
    await here.watch(theirs, *records_of(theirs))
    await there.watch(theirs, *records_of(theirs))
    assert await here.hears_no("here")
    assert await there.hears_no("here")


def test_several_are_named_together():
    assert company.words(["Ana", "Marko"]) == "Ana and Marko are here"
    assert company.words(["Ana", "Marko", "Petar"]) == "Ana, Marko and Petar are here"


@pytest.mark.rule("R37")
async def test_leases_are_renewed_again_when_the_database_was_away(sit, ana, monkeypatch):
    monkeypatch.setattr(presence, "RENEW_SECONDS", 0.05)
    renew_all, failures = presence.renew_all, []

    def fail_once(agents):
        if not failures:
            failures.append(agents)
            raise InterfaceError("connection already closed")
        renew_all(agents)

    await (await sit(ana)).watch()
    monkeypatch.setattr(presence, "renew_all", fail_once)
    async with asyncio.timeout(PATIENCE):
        while not failures:
            await asyncio.sleep(0.02)
        (first,) = await later(leases)()
        while await later(leases)() == [first]:
            await asyncio.sleep(0.02)
