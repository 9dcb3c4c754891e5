"""The customer's socket, through a real server: who may open it, what it says, what it is told."""

import uuid
from functools import partial

import pytest
import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.utils.translation import gettext, override
from websockets.exceptions import ConnectionClosed, InvalidStatus

from activities import chat as conversation
from activities.models import Activity, Message
from caredesk import realtime
from caredesk.consumers import chat as consumer
from caredesk.sockets import UNREADABLE
from queues import accepting, chats, closing, starting
from queues.models import Task
from tests.cast import ago, chat_in
from tests.racing import race
from tests.server import Server
from tests.talking import Page
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 12


@pytest.fixture(scope="module")
def url(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        server = Server(
            tmp_path_factory.mktemp("server"), CAREDESK_CHAT_MESSAGES_PER_MINUTE=str(LIMIT)
        ).start()
    yield server.url
    server.stop()
    assert "Traceback" not in server.log("web").read_text()


@pytest.fixture
def started(internet):
    """(Vera's conversation, her Cookie header)"""
    activity, token = starting.start(
        internet, name="Vera Check", email="vera@post.example", text="Is anybody there?", address="192.0.2.1"
    )
    return activity, f"chat-internet={token}"


@pytest.fixture
def open_page(url, started):
    pages = []

    def open_one(cookie=started[1], **how):
        pages.append(Page(url, cookie, **how))
        return pages[-1]

    yield open_one
    for page in pages:
        page.close()


@pytest.fixture
def page(open_page):
    page = open_page()
    page.here()
    return page


@pytest.fixture
def activity(started):
    return started[0]


@pytest.fixture
def task(activity):
    return activity.tasks.get()


def texts_of(activity):
    return list(activity.messages.filter(kind=Message.TEXT).values_list("text", flat=True))


class Test_the_door:
    @pytest.mark.rule("R100")
    @pytest.mark.parametrize(
        "cookie", ["", "chat-internet=", "chat-internet=guess", "chat-billing={token}", "{token}"]
    )
    def test_is_closed_without_the_cookie_of_this_conversation(self, open_page, started, cookie):
        token = started[1].partition("=")[2]
        with pytest.raises(InvalidStatus, match="403"):
            open_page(cookie.format(token=token))

    @pytest.mark.rule("R100")
    def test_is_closed_at_another_queue(self, open_page, started, billing):
        token = started[1].partition("=")[2]
        with pytest.raises(InvalidStatus, match="403"):
            open_page(f"chat-billing={token}", slug="billing")

    def test_is_closed_to_pages_of_other_sites(self, open_page):
        with pytest.raises(InvalidStatus, match="403"):
            open_page(origin="https://elsewhere.example")

    def test_is_open_in_a_frame_to_the_framed_cookie_only(self, open_page, started):
        framed = f"__Host-framed-{started[1]}"
        assert open_page(framed, query="?framed=1").here()["watching"]
        with pytest.raises(InvalidStatus, match="403"):
            open_page(query="?framed=1")


class Test_being_here:
    @pytest.mark.rule("R100")
    def test_is_answered_with_how_things_stand(self, open_page):
        heard = open_page().here()
        assert (heard["live"], heard["seq"], heard["seen"]) == (True, 2, 0)
        assert (heard["status"]["state"], heard["status"]["place"]) == ("waiting", 1)
        assert "You are next" in heard["status"]["line"]

    @pytest.mark.rule("R42")
    def test_brings_back_who_was_only_gone(self, open_page, activity):
        Activity.objects.update(customer_seen_at=ago(seconds=61))
        Task.objects.update(waiting_since=ago(minutes=3))
        assert chats.sweep_gone() == 1
        assert open_page().here()["status"]["state"] == "waiting"
        assert activity.tasks.waiting().get().waiting_since < ago(minutes=2)

    @pytest.mark.rule("R42")
    def test_does_not_bring_back_who_ended_it(self, open_page, activity):
        chats.leave(activity.pk)
        assert open_page().here()["status"]["state"] == "left"
        assert not Task.objects.live().exists()

    @pytest.mark.rule("R42")
    def test_counts_until_the_page_closes(self, page, activity):
        Activity.objects.update(customer_seen_at=ago(minutes=9))
        page.close()
        eventually(lambda: Activity.objects.get().customer_seen_at > ago(seconds=5))

    @pytest.mark.rule("R42")
    def test_is_told_by_each_tick_and_by_a_page_that_says_nothing(self, page, activity):
        Activity.objects.update(customer_seen_at=ago(seconds=50))
        assert page.hear("tick", consumer.TICK_SECONDS + 3) == {"tick": 2}
        assert Activity.objects.get().customer_seen_at > ago(seconds=5)

    @pytest.mark.rule("R42")
    def test_ends_by_leave(self, page, activity, task):
        page.tell(leave=True)
        assert page.hear("status")["status"]["state"] == "left"
        activity.refresh_from_db()
        assert activity.state == Activity.ABANDONED


class Test_saying:
    @pytest.mark.rule("R100")
    def test_is_acknowledged_when_it_is_stored_and_pushed_to_all_pages(self, page, open_page, activity):
        other = open_page()
        other.here()
        answer = page.say("Hello?")
        assert answer["seq"] == 3
        assert texts_of(activity) == ["Is anybody there?", "Hello?"]
        for each in (page, other):
            message = each.hear("message")["message"]
            assert (message["seq"], message["uuid"]) == (3, answer["said"])
            assert "Hello?" in message["html"]

    @pytest.mark.rule("R100")
    def test_twice_the_same_stores_it_once_with_the_same_answer(self, page, open_page, activity):
        mark = str(uuid.uuid4())
        answers = [page.say("Hello?", mark), page.say("Hello?", mark), open_page().say("Hello?", mark)]
        assert answers == [{"said": mark, "seq": 3}] * 3
        assert texts_of(activity).count("Hello?") == 1

    @pytest.mark.rule("R100")
    def test_from_several_pages_at_once_keeps_one_order_without_gaps(self, page, open_page, activity):
        other = open_page()
        race(*[partial(each.say, "at once") for each in (page, other)])
        assert list(activity.messages.values_list("seq", flat=True)) == [1, 2, 3, 4]

    @pytest.mark.rule("R50")
    def test_too_much_is_refused_in_words_and_the_next_is_taken(self, page, activity):
        refused = page.say("x" * 2001)
        assert (refused["code"], refused["why"]) == ("too_long", "1 character too many.")
        assert page.say("ž" * 2000)["seq"] == 3

    @pytest.mark.rule("R100")
    def test_too_fast_is_refused_in_words_and_stored_later(self, page, activity):
        for number in range(LIMIT - 1):
            assert "said" in page.say(f"line {number}")
        mark = str(uuid.uuid4())
        refused = page.say("one too many", mark)
        assert refused["code"] == "too_fast"
        assert "kept" in refused["why"]
        Message.objects.update(sent_at=ago(seconds=61))
        assert page.say("one too many", mark)["said"] == mark
        assert texts_of(activity)[-1] == "one too many"

    @pytest.mark.rule("R88")
    def test_after_the_end_is_refused(self, page, task, ana):
        accepting.accept(task.pk, by=ana)
        closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
        assert page.say("Wait!")["code"] == "over"

    @pytest.mark.rule("R42")
    def test_brings_back_who_had_left(self, page, activity):
        chats.leave(activity.pk)
        assert page.hear("status")["status"]["state"] == "left"
        page.say("I am back")
        assert page.hear_one(lambda words: words.get("status", {}).get("state") == "waiting")
        assert Task.objects.waiting().count() == 1

    @pytest.mark.rule("R11")
    def test_is_refused_in_the_customers_language(self, open_page, activity):
        page = open_page(**{"Accept-Language": "nl"})
        page.here()
        with override("nl"):
            assert page.say("  ")["why"] == gettext("Write something first.") != "Write something first."

    @pytest.mark.parametrize(
        "words",
        [
            {"say": {"uuid": "no uuid", "text": "a"}},
            {"say": {"text": "a"}},
            {"say": 7},
            {"say": {"uuid": 1, "text": ""}},
            {"seen": "x"},
            {"seen": float("inf")},
            {"here": None},
        ],
    )
    def test_nonsense_closes_the_socket_and_stores_nothing(self, page, activity, words):
        page.tell(**words)
        with pytest.raises(ConnectionClosed) as closed:
            page.hear("said")
        assert closed.value.rcvd.code == UNREADABLE
        assert texts_of(activity) == ["Is anybody there?"]

    def test_more_than_anybody_types_cuts_the_line_before_it_is_read(self, page, activity):
        with pytest.raises(ConnectionClosed):
            page.say("x" * (2 << 20))
        assert texts_of(activity) == ["Is anybody there?"]

    def test_what_is_unknown_is_passed_over(self, page):
        page.tell(news="from the next version")
        assert page.say("Hello?")["seq"] == 3


class Test_what_the_page_is_told:
    @pytest.mark.rule("R21", "R100")
    def test_who_has_accepted(self, page, task, ana):
        accepting.accept(task.pk, by=ana)
        assert "Ana Kovač joined at" in page.hear("message")["message"]["html"]
        status = page.hear("status")["status"]
        assert (status["state"], status["agent"], status["place"]) == ("active", "Ana Kovač", None)

    @pytest.mark.rule("R100")
    def test_the_agents_words(self, page, task, ana):
        accepting.accept(task.pk, by=ana)
        chats.answer(task.pk, text="Good <b>morning</b>", uuid=uuid.uuid4(), by=ana)
        html = page.hear_one(lambda words: words.get("message", {}).get("seq") == 4)["message"]["html"]
        assert 'data-side="agent"' in html
        assert "Good &lt;b&gt;morning&lt;/b&gt;" in html

    @pytest.mark.rule("R100")
    def test_what_the_agent_has_seen_and_that_they_type(self, page, task, activity, ana):
        accepting.accept(task.pk, by=ana)
        assert conversation.seen_by_agent(activity.pk, 2)
        assert page.hear("seen") == {"seen": 2}
        typing = {"type": "talk.typing", "activity": activity.pk, "side": Message.AGENT, "who": "Ana Kovač"}
        realtime.post(f"talk-{activity.pk}", typing)
        assert page.hear("typing") == {"typing": "Ana Kovač"}

    @pytest.mark.rule("R88")
    def test_that_it_is_closed(self, page, task, ana):
        accepting.accept(task.pk, by=ana)
        closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
        assert page.hear_one(lambda words: words.get("status", {}).get("state") == "ended")

    @pytest.mark.rule("R100")
    def test_the_place_in_line_when_somebody_before_is_taken(self, internet, ana, open_page):
        first = chat_in(internet, name="First")
        Task.objects.filter(pk=first.pk).update(waiting_since=ago(minutes=1))
        page = open_page()
        assert page.here()["status"]["place"] == 2
        accepting.accept(first.pk, by=ana)
        status = page.hear("status")["status"]
        assert status["place"] == 1
        assert "You are next" in status["line"]

    @pytest.mark.rule("R100")
    def test_the_place_at_most_once_a_second(self, internet, ana, open_page):
        tasks = [chat_in(internet, name=f"Nr {number}") for number in range(6)]
        Task.objects.filter(pk__in=[task.pk for task in tasks]).update(waiting_since=ago(minutes=1))
        page = open_page()
        assert page.here()["status"]["place"] == 7
        for task in tasks:
            accepting.accept(task.pk, by=ana)
        places = []
        while 1 not in places:
            places.append(page.hear("status")["status"]["place"])
        assert len(places) <= 3

    @pytest.mark.rule("R11")
    def test_in_the_customers_language_whatever_that_of_the_agent(self, open_page, task, ana):
        page = open_page(**{"Accept-Language": "nl"})
        page.here()
        with override("pl"):
            accepting.accept(task.pk, by=ana)
            closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
        told = [page.hear("message")["message"]["html"] for _ in range(2)]
        with override("nl"):
            words = [
                gettext("%(name)s joined at %(moment)s"),
                gettext("%(name)s closed the chat at %(moment)s"),
            ]
        for html, text in zip(told, words, strict=True):
            known = text.replace("%(name)s", "Ana Kovač").partition("%(moment)s")[0].strip()
            assert known in html
        assert "joined" not in told[0]

    def test_nothing_of_other_conversations(self, page, internet, ana):
        other = chat_in(internet, name="Other")
        accepting.accept(other.pk, by=ana)
        chats.answer(other.pk, text="Not for Vera", uuid=uuid.uuid4(), by=ana)
        assert page.hears_nothing("message")


class Test_seen_and_typing:
    @pytest.mark.rule("R100")
    def test_what_the_customer_has_seen_is_kept_and_told_to_both_sides(
        self, page, open_page, activity, task, ana
    ):
        accepting.accept(task.pk, by=ana)
        other = open_page()
        other.here()
        page.tell(seen=3)
        assert other.hear("read") == {"read": 3}
        activity.refresh_from_db()
        assert activity.customer_seen_seq == 3

    @pytest.mark.parametrize("seq", [0, -5, 99, 10**30])
    def test_nobody_has_seen_what_was_not_said(self, page, activity, seq):
        page.tell(seen=seq)
        page.say("Hello?")
        activity.refresh_from_db()
        assert activity.customer_seen_seq == 3

    def test_typing_is_told_to_the_agent_only_and_every_three_seconds(
        self, page, open_page, activity, heard_in_group
    ):
        other = open_page()
        other.here()
        heard = heard_in_group(f"talk-{activity.pk}")
        for _ in range(5):
            page.tell(typing=True)
        page.say("Hello?")
        eventually(lambda: "talk.message" in [event["type"] for event in heard])
        typed = [event for event in heard if event["type"] == "talk.typing"]
        assert [(event["side"], event["who"]) for event in typed] == [("customer", "Vera Check")]
        assert other.hears_nothing("typing", 0.2)


@pytest.fixture
def heard_in_group():
    """heard_in_group(name): a growing list of the events that this group gets."""
    layer, threads = get_channel_layer(), []

    def hear(group):
        heard = []
        line = redis.Redis.from_url(settings.REDIS_URL).pubsub()
        take = {
            f"{layer.prefix}__group__{group}": lambda message: heard.append(
                layer.deserialize(message["data"])
            )
        }
        line.subscribe(**take)
        assert line.get_message(timeout=5)["type"] == "subscribe"
        threads.append(line.run_in_thread(sleep_time=0.02))
        return heard

    yield hear
    for thread in threads:
        thread.stop()
        thread.join(5)


@pytest.mark.rule("R42")
def test_a_customer_who_is_erased_is_cut_off(page, activity):
    Activity.objects.all().delete()
    page.tell(here=0)
    with pytest.raises(ConnectionClosed):
        page.hear("watching")
