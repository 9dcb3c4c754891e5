"""The customer's page and its plain forms, which work without a script until the conversation begins."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from activities import chat as conversation
from activities import remarks
from activities.models import Activity, Message
from queues import accepting, chats, closing
from queues.models import Task
from tests.cast import ago
from tests.racing import race

pytestmark = pytest.mark.django_db

CHAT = "/chat/internet/"
TYPED = {"name": "Vera Check", "email": "vera@post.example", "text": "Is anybody there?"}


@pytest.fixture
def vera(internet):
    """The browser of a customer who has not written yet."""
    return Client()


@pytest.fixture
def waiting(vera):
    """Vera's conversation, which waits."""
    assert vera.post(CHAT, TYPED).status_code == 302
    return Activity.objects.get()


@pytest.fixture
def talking(waiting, ana):
    accepting.accept(waiting.tasks.get().pk, by=ana)
    waiting.refresh_from_db()
    return waiting


@pytest.fixture
def closed(talking, ana):
    closing.close(talking.tasks.get().pk, closing.Leftovers(), choice=closing.DISCARD, by=ana)
    talking.refresh_from_db()
    return talking


def words_of(response):
    return response.content.decode()


def field(response, name):
    """The value of an input or textarea, as it stands in the page."""
    page = words_of(response)
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n([^<]*)', page)[1]


def said_in(activity):
    return list(activity.messages.filter(kind=Message.TEXT).values_list("text", flat=True))


class Test_the_form:
    def test_asks_for_name_email_and_question(self, vera):
        page = words_of(vera.get(CHAT))
        for label in ("Name", "E-mail", "How can we help?", "Start chat"):
            assert f">{label}</" in page
        assert "needs JavaScript" in page
        assert not vera.cookies.get("chat-internet")

    @pytest.mark.rule("R100")
    def test_begins_a_chat_that_waits(self, vera, internet):
        response = vera.post(
            CHAT, TYPED | {"page": "https://shop.example/routers"}, headers={"accept-language": "nl"}
        )
        assert (response.status_code, response.url) == (302, CHAT)
        activity = Activity.objects.get()
        assert (activity.source_name, activity.source_email) == (TYPED["name"], TYPED["email"])
        assert (activity.source_page, activity.language) == ("https://shop.example/routers", "nl")
        assert said_in(activity) == [TYPED["text"]]
        assert activity.tasks.get().queue == internet
        assert "Is anybody there?" in words_of(vera.get(CHAT))

    @pytest.mark.rule("R100")
    def test_keeps_the_token_in_a_cookie_and_nowhere_else(self, vera):
        vera.post(CHAT, TYPED)
        cookie = vera.cookies["chat-internet"]
        assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 24 * 3600)
        assert len(cookie.value) == 43  # 256 bits in base64
        stored = Activity.objects.values_list("chat_token_hash", flat=True).get()
        assert cookie.value not in stored
        page = words_of(vera.get(CHAT))
        assert cookie.value not in page
        assert stored not in page

    @pytest.mark.rule("R100")
    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"name": ""}, "Please tell us your name."),
            ({"name": "   "}, "Please tell us your name."),
            ({"email": ""}, "Please give your e-mail address."),
            ({"email": "vera@post"}, "This e-mail address is not complete."),
            ({"text": "\n"}, "Please write what we can help you with."),
            ({"text": "x" * 2001}, "1 character too many."),
            ({"name": "x" * 2003}, "3 characters too many."),
        ],
    )
    def test_says_what_is_wrong_beside_it_and_keeps_what_was_typed(self, vera, wrong, said):
        response = vera.post(CHAT, TYPED | wrong)
        assert response.status_code == 422
        (name,) = wrong
        beside = re.search(rf'id="{name}_error">(.*?)</p>', words_of(response), re.S)[1]
        assert said in beside
        for kept, value in (TYPED | wrong).items():
            assert field(response, kept) == value
        assert not Activity.objects.exists()

    def test_names_all_errors_at_once(self, vera):
        page = words_of(vera.post(CHAT, {}))
        assert page.count('aria-invalid="true"') == 3
        assert page.count("autofocus") == 1

    @pytest.mark.rule("R50")
    def test_takes_2000_characters_counting_a_line_break_once(self, vera):
        text = "a\r\n" * 999 + "žž"
        assert vera.post(CHAT, TYPED | {"text": text}).status_code == 302
        assert said_in(Activity.objects.get()) == ["a\n" * 999 + "žž"]

    def test_survives_what_no_browser_sends(self, vera):
        assert vera.post(CHAT, TYPED | {"text": "a\0b", "once": "no uuid"}).status_code == 302
        assert said_in(Activity.objects.get()) == ["ab"]

    def test_wants_the_token_against_forged_forms(self, internet):
        assert Client(enforce_csrf_checks=True).post(CHAT, TYPED).status_code == 403
        assert not Activity.objects.exists()

    def test_remembers_the_page_that_shows_it_without_what_may_be_secret(self, vera):
        response = vera.get(CHAT, headers={"referer": "https://shop.example/routers?session=7#top"})
        assert field(response, "page") == "https://shop.example/routers"
        assert field(vera.get(CHAT, headers={"referer": "http://testserver/chat/internet/"}), "page") == ""
        assert field(vera.get(CHAT, headers={"referer": "javascript:alert(1)"}), "page") == ""


class Test_too_many_starts:
    @pytest.fixture(autouse=True)
    def two_a_minute(self, settings):
        settings.CHAT_STARTS_PER_MINUTE = 2

    def start(self, address="192.0.2.1"):
        return Client().post(CHAT, TYPED, REMOTE_ADDR=address)

    @pytest.mark.rule("R100")
    def test_from_one_address_are_refused_in_words_and_nothing_typed_is_lost(self, internet):
        assert [self.start().status_code for _ in range(3)] == [302, 302, 429]
        refused = self.start()
        assert refused["Retry-After"] == "60"
        assert "Please try again in a minute." in words_of(refused)
        assert [field(refused, name) for name in TYPED] == list(TYPED.values())
        assert Activity.objects.count() == 2

    def test_stop_nobody_elsewhere_and_nobody_a_minute_later(self, internet):
        assert [self.start().status_code for _ in range(3)] == [302, 302, 429]
        assert self.start("192.0.2.2").status_code == 302
        Activity.objects.update(started_at=ago(seconds=61))
        assert self.start().status_code == 302

    def test_are_counted_without_keeping_the_address(self, internet):
        self.start()
        assert "192.0.2.1" not in Activity.objects.values_list("address_hash", flat=True).get()

    @pytest.mark.django_db(transaction=True)
    def test_are_counted_when_they_come_at_once(self, internet):
        answers = race(*[self.start] * 4)
        assert sorted(answer.status_code for answer in answers) == [302, 302, 429, 429]


class Test_the_same_form_twice:
    @pytest.mark.rule("R100")
    def test_begins_one_chat(self, vera):
        form = TYPED | {"once": field(vera.get(CHAT), "once")}
        first, second = Client(), Client()  # the second press, before the first was answered
        for browser in (first, second):
            assert browser.post(CHAT, form).status_code == 302
        assert said_in(Activity.objects.get()) == [TYPED["text"]]
        assert "Is anybody there?" in words_of(second.get(CHAT))

    @pytest.mark.django_db(transaction=True)
    def test_begins_one_chat_when_sent_at_once(self, internet):
        form = TYPED | {"once": str(uuid.uuid4())}
        race(*[lambda: Client().post(CHAT, form)] * 4)
        assert Task.objects.count() == 1

    @pytest.mark.rule("R100")
    def test_in_a_second_tab_goes_on_in_the_chat_there_is(self, vera, waiting):
        once = str(uuid.uuid4())
        for _ in range(2):
            assert vera.post(CHAT, TYPED | {"text": "And one more", "once": once}).status_code == 302
        assert said_in(waiting) == [TYPED["text"], "And one more"]

    def test_in_a_second_tab_loses_nothing_when_refused(self, vera, waiting):
        response = vera.post(CHAT, TYPED | {"text": "x" * 2001})
        assert response.status_code == 422
        assert field(response, "text") == "x" * 2001


class Test_the_conversation:
    @pytest.mark.rule("R100")
    def test_shows_place_and_words_while_it_waits(self, vera, waiting):
        page = words_of(vera.get(CHAT))
        assert "You are next" in page
        assert 'role="log" aria-label="Messages"' in page
        for label in ('aria-label="Message"', 'aria-label="Send"', ">End chat<"):
            assert label in page

    def test_shows_the_place_behind_others(self, internet, vera):
        for name in ("First", "Second"):
            Client().post(CHAT, TYPED | {"name": name})
        vera.post(CHAT, TYPED)
        page = words_of(vera.get(CHAT))
        assert '<b class="number">3</b> in line' in page
        assert page.count('<li class="you"></li>') == 1

    @pytest.mark.rule("R100")
    def test_shows_the_agents_name_once_accepted(self, vera, talking):
        page = words_of(vera.get(CHAT))
        assert ">Ana Kovač</h1>" in page
        assert ">AK</span>" in page
        assert "Ana Kovač joined at" in page
        assert 'class="place"' not in page

    @pytest.mark.rule("R65", "R72")
    def test_shows_nothing_of_what_the_desk_knows(self, vera, jelena, ana):
        vera.post(CHAT, TYPED | {"email": "jelena@post.example"})
        activity = Activity.objects.get()
        accepting.accept(activity.tasks.get().pk, by=ana)
        activity.refresh_from_db()
        remarks.add_tag(activity, "tag-of-ours", by=ana.user)
        remarks.comment(activity, "comment of ours", by=ana.user)
        assert activity.customer == jelena
        shown = words_of(vera.get(CHAT)) + words_of(vera.get(CHAT + "messages/"))
        for secret in ("tag-of-ours", "comment of ours", "Marković", "+381"):
            assert secret not in shown

    def test_shows_words_as_words(self, vera, talking, ana):
        chats.answer(
            talking.tasks.get().pk,
            text="<script>alert(1)</script> & www.post.example",
            uuid=uuid.uuid4(),
            by=ana,
        )
        page = words_of(vera.get(CHAT))
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
        assert '<a href="https://www.post.example" rel="nofollow">' in page.replace(
            "http://www", "https://www"
        )

    def test_of_many_words_shows_the_last_and_all_on_demand(self, vera, waiting):
        for number in range(210):
            conversation.append(waiting, side=Message.CUSTOMER, text=f"line {number:03}")
        page = words_of(vera.get(CHAT))
        assert "line 209" in page
        assert "line 001" not in page
        assert "Show earlier messages" in page
        assert "line 001" in words_of(vera.get(CHAT + "?all=1"))

    def test_costs_as_many_queries_with_many_words(self, vera, talking, django_assert_max_num_queries):
        for number in range(50):
            conversation.append(talking, side=Message.CUSTOMER, text=f"line {number}")
        with django_assert_max_num_queries(12):
            vera.get(CHAT)

    def test_of_a_queue_that_is_not_there_is_not_found_in_words(self, vera):
        for address in ("/chat/nowhere/", "/chat/nowhere/messages/", "/chat/no%20where/", "/chat/"):
            response = vera.get(address)
            assert response.status_code == 404
            assert "Nothing is here" in words_of(response)
        assert vera.post("/chat/nowhere/end/").status_code == 404


class Test_strangers:
    @pytest.fixture(params=["no cookie", "another's guess", "of another queue"])
    def stranger(self, request, waiting, billing, vera):
        browser = Client()
        if request.param != "no cookie":
            token = vera.cookies["chat-internet"].value
            guess = token if request.param == "of another queue" else token[:-1] + "-"
            browser.cookies["chat-billing"] = guess
            browser.cookies["chat-internet"] = guess if request.param == "another's guess" else ""
        return browser, "billing" if request.param == "of another queue" else "internet"

    @pytest.mark.rule("R100")
    def test_see_a_form_and_no_word_of_it(self, stranger):
        browser, slug = stranger
        page = words_of(browser.get(f"/chat/{slug}/"))
        assert "Start chat" in page
        assert TYPED["text"] not in page

    @pytest.mark.rule("R100")
    def test_can_neither_read_write_end_nor_rate(self, stranger, waiting):
        browser, slug = stranger
        before = waiting.last_seq
        assert browser.get(f"/chat/{slug}/messages/").status_code == 403
        for verb in ("messages", "end", "return", "rate"):
            response = browser.post(
                f"/chat/{slug}/{verb}/", {"uuid": uuid.uuid4(), "text": "Hello", "rating": "1"}
            )
            assert response.status_code == 403
            assert "is not yours" in words_of(response)
        waiting.refresh_from_db()
        assert (waiting.last_seq, waiting.state) == (before, Activity.WAITING)

    @pytest.mark.parametrize("verb", ["end", "return", "rate"])
    def test_and_everybody_change_nothing_by_looking(self, vera, waiting, verb):
        assert vera.get(f"{CHAT}{verb}/").status_code == 405
        for wrong in (vera.put, vera.delete):
            assert wrong(CHAT).status_code == 405
            assert wrong(CHAT + "messages/").status_code == 405
        assert vera.head(CHAT).status_code == 200


class Test_asking_for_what_was_missed:
    def ask(self, vera, **query):
        return vera.get(CHAT + "messages/", query).json()

    @pytest.mark.rule("R100")
    def test_brings_the_lines_after_a_number_in_order(self, vera, waiting, talking, ana):
        chats.answer(talking.tasks.get().pk, text="Good morning", uuid=uuid.uuid4(), by=ana)
        found = self.ask(vera, after=2)
        assert [message["seq"] for message in found["messages"]] == [3, 4]
        assert found["seq"] == 4
        assert "Good morning" in found["messages"][1]["html"]
        assert found["status"]["agent"] == "Ana Kovač"
        assert self.ask(vera, after=4)["messages"] == []

    def test_tells_how_it_stands(self, vera, waiting):
        status = self.ask(vera)["status"]
        assert (status["state"], status["place"], status["agent"]) == ("waiting", 1, "")
        assert "You are next" in status["line"]

    @pytest.mark.rule("R42")
    def test_counts_as_being_here(self, vera, waiting):
        Activity.objects.update(customer_seen_at=ago(seconds=50))
        self.ask(vera)
        waiting.refresh_from_db()
        assert waiting.customer_seen_at > ago(seconds=5)

    def test_tells_the_agent_what_was_seen(self, vera, talking):
        self.ask(vera, after=3, seen=3)
        talking.refresh_from_db()
        assert talking.customer_seen_seq == 3

    @pytest.mark.parametrize("query", ["after=x", "seen=x", "after=1.5"])
    def test_wants_numbers(self, vera, waiting, query):
        assert vera.get(f"{CHAT}messages/?{query}").status_code == 400

    @pytest.mark.parametrize("query", ["after=-1", f"after={10**30}", f"seen={10**30}", "after="])
    def test_bears_any_number(self, vera, waiting, query):
        assert vera.get(f"{CHAT}messages/?{query}").status_code in (200, 400)


class Test_saying_without_a_socket:
    def say(self, vera, text, mark=None):
        return vera.post(CHAT + "messages/", {"uuid": mark or uuid.uuid4(), "text": text})

    @pytest.mark.rule("R100")
    def test_stores_it_once_however_often_it_is_sent(self, vera, waiting):
        mark = uuid.uuid4()
        answers = [self.say(vera, "Hello?", mark).json() for _ in range(3)]
        assert answers == [{"said": str(mark), "seq": 3}] * 3
        assert said_in(waiting) == [TYPED["text"], "Hello?"]

    @pytest.mark.rule("R50")
    @pytest.mark.parametrize(("text", "code"), [("x" * 2001, "too_long"), (" ", "empty")])
    def test_is_refused_in_words(self, vera, waiting, text, code):
        response = self.say(vera, text)
        assert response.status_code == 409
        assert response.json()["code"] == code
        assert response.json()["why"].endswith(".")

    def test_is_refused_when_it_is_over(self, vera, closed):
        assert self.say(vera, "Wait").json()["code"] == "over"

    def test_is_refused_when_too_fast(self, vera, waiting, settings):
        settings.CHAT_MESSAGES_PER_MINUTE = 3
        codes = [self.say(vera, f"line {number}").status_code for number in range(4)]
        assert codes == [200, 200, 409, 409]

    def test_needs_a_uuid(self, vera, waiting):
        assert self.say(vera, "Hello", "no uuid").status_code == 400


class Test_leaving_and_coming_back:
    @pytest.mark.rule("R42")
    def test_end_chat_leaves_the_line_at_once(self, vera, waiting):
        assert vera.post(CHAT + "end/").url == CHAT
        waiting.refresh_from_db()
        assert (waiting.state, waiting.tasks.get().state) == (Activity.ABANDONED, Task.ABANDONED)
        page = words_of(vera.get(CHAT))
        assert "You are no longer in line." in page
        assert "Back to the chat" in page
        assert "How was it?" not in page

    @pytest.mark.rule("R42")
    def test_back_to_the_chat_has_the_first_waiting_time(self, vera, waiting):
        Task.objects.update(waiting_since=ago(minutes=9))
        vera.post(CHAT + "end/")
        vera.post(CHAT + "return/")
        waiting.refresh_from_db()
        again = waiting.tasks.waiting().get()
        assert waiting.state == Activity.WAITING
        assert again.waiting_since < ago(minutes=8)
        assert "You came back at" in words_of(vera.get(CHAT))

    @pytest.mark.rule("R42")
    def test_looking_at_the_page_does_not_undo_end_chat(self, vera, waiting):
        vera.post(CHAT + "end/")
        vera.get(CHAT)
        vera.get(CHAT + "messages/")
        waiting.refresh_from_db()
        assert waiting.state == Activity.ABANDONED

    @pytest.mark.rule("R42")
    @pytest.mark.parametrize("way", [CHAT, CHAT + "messages/"])
    def test_who_was_only_gone_is_back_with_the_page(self, vera, waiting, way):
        Activity.objects.update(customer_seen_at=ago(seconds=61))
        assert chats.sweep_gone() == 1
        assert not Task.objects.live().exists()
        vera.get(way)
        waiting.refresh_from_db()
        assert (waiting.state, waiting.customer_left_at) == (Activity.WAITING, None)
        assert Task.objects.waiting().count() == 1

    @pytest.mark.rule("R42")
    def test_end_chat_after_accept_keeps_the_task_and_can_be_undone(self, vera, talking):
        vera.post(CHAT + "end/")
        talking.refresh_from_db()
        assert (talking.state, bool(talking.customer_left_at)) == (Activity.ACTIVE, True)
        assert "You ended the chat" in words_of(vera.get(CHAT))
        vera.post(CHAT + "return/")
        talking.refresh_from_db()
        assert talking.customer_left_at is None
        assert talking.tasks.count() == 1

    @pytest.mark.rule("R42")
    def test_too_often_is_refused_in_words_and_taken_a_minute_later(self, vera, waiting, settings):
        settings.CHAT_RETURNS_PER_MINUTE = 2
        for _ in range(3):
            vera.post(CHAT + "end/")
            refused = vera.post(CHAT + "return/")
        assert refused.status_code == 422
        assert "very often" in words_of(refused)
        assert waiting.messages.filter(kind=Message.RETURNED).count() == 2
        Message.objects.update(sent_at=ago(seconds=61))
        assert vera.post(CHAT + "return/").status_code == 302
        assert Task.objects.waiting().count() == 1

    @pytest.mark.rule("R88")
    def test_a_closed_chat_stays_closed(self, vera, closed):
        vera.post(CHAT + "return/")
        vera.post(CHAT + "end/")
        closed.refresh_from_db()
        assert (closed.state, closed.tasks.get().state) == (Activity.ENDED, Task.CLOSED)

    @pytest.mark.rule("R42")
    def test_who_has_left_is_not_here(self, vera, waiting):
        vera.post(CHAT + "end/")
        waiting.refresh_from_db()
        conversation.here(waiting.pk)
        chats.present(waiting)
        waiting.refresh_from_db()
        assert waiting.customer_seen_at == waiting.customer_left_at


class Test_after_the_end:
    @pytest.mark.rule("R88")
    def test_there_are_friendly_words_the_conversation_and_a_rating(self, vera, closed):
        page = words_of(vera.get(CHAT))
        for words in (
            "Chat closed",
            "with Ana Kovač",
            "Thank you for writing.",
            TYPED["text"],
            "4 of 5: good",
        ):
            assert words in page
        assert "End chat" not in page
        assert 'aria-label="Message"' not in page

    @pytest.mark.rule("R88")
    def test_a_rating_is_stored_with_its_comment(self, vera, closed):
        response = vera.post(CHAT + "rate/", {"rating": "4", "rating_comment": " Quick. "})
        assert response.status_code == 302
        closed.refresh_from_db()
        assert (closed.rating, closed.rating_comment) == (4, "Quick.")
        page = words_of(vera.get(CHAT))
        assert "Thank you. That helps us to do better." in page
        assert 'name="rating"' not in page

    @pytest.mark.rule("R88", "R50")
    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"rating": ""}, "Choose one to five stars."),
            ({"rating": "6"}, "Choose one to five stars."),
            ({"rating": "5", "rating_comment": "x" * 2001}, "1 character too many."),
        ],
    )
    def test_a_wrong_rating_is_refused_in_words_and_kept(self, vera, closed, given, said):
        given = {"rating_comment": "It was fine."} | given
        response = vera.post(CHAT + "rate/", given)
        assert response.status_code == 422
        assert said in words_of(response)
        assert field(response, "rating_comment") == given["rating_comment"]
        closed.refresh_from_db()
        assert closed.rating is None

    @pytest.mark.rule("R88")
    def test_nobody_rates_what_nobody_answered_or_what_goes_on(self, vera, waiting, ana):
        vera.post(CHAT + "rate/", {"rating": "1"})
        accepting.accept(waiting.tasks.get().pk, by=ana)
        vera.post(CHAT + "rate/", {"rating": "1"})
        waiting.refresh_from_db()
        assert waiting.rating is None

    @pytest.mark.rule("R88")
    def test_who_ended_it_may_rate_at_once(self, vera, talking):
        vera.post(CHAT + "end/")
        assert "How was it?" in words_of(vera.get(CHAT))
        vera.post(CHAT + "rate/", {"rating": "5"})
        talking.refresh_from_db()
        assert talking.rating == 5

    def test_a_new_chat_is_begun_beside_the_old_one(self, vera, closed):
        assert "Start chat" in words_of(vera.get(CHAT + "?new=1"))
        vera.post(CHAT, TYPED | {"text": "Something else"})
        assert "Something else" in words_of(vera.get(CHAT))
        assert Activity.objects.count() == 2

    def test_weeks_later_the_page_begins_anew(self, vera, closed):
        Activity.objects.update(started_at=ago(days=20), ended_at=ago(minutes=59))
        assert "Chat closed" in words_of(vera.get(CHAT))
        Activity.objects.update(ended_at=ago(minutes=61))
        assert "Start chat" in words_of(vera.get(CHAT))

    @pytest.mark.rule("R42")
    def test_weeks_later_who_had_left_may_still_come_back(self, vera, waiting):
        vera.post(CHAT + "end/")
        Activity.objects.update(started_at=ago(days=20), ended_at=ago(days=19), customer_left_at=ago(days=19))
        Activity.objects.update(customer_seen_at=F("customer_left_at"))
        assert "Back to the chat" in words_of(vera.get(CHAT))

    def test_no_new_chat_hides_one_that_goes_on(self, vera, waiting):
        assert TYPED["text"] in words_of(vera.get(CHAT + "?new=1"))


def test_the_times_are_of_the_customers_clock(vera, waiting):
    Message.objects.update(sent_at=timezone.now().replace(hour=12, minute=34))
    vera.cookies["zone"] = "Asia/Tokyo"
    assert "You started the chat at 21:34" in words_of(vera.get(CHAT))


@pytest.mark.rule("R42")
def test_the_line_is_first_come_first_served(internet):
    first, second = Client(), Client()
    for browser in (first, second):
        browser.post(CHAT, TYPED)
    Activity.objects.update(started_at=timezone.now() - timedelta(hours=1))
    assert "You are next" in words_of(first.get(CHAT))
    assert "2</b> in line" in words_of(second.get(CHAT))
