"""The demo: sixty days that keep the rules, and this morning's desk."""

import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Max
from django.utils import timezone

from activities.models import Activity, Call, Comment, Email, Message, Tag
from customers.models import ContactPoint, Customer
from queues import chats, missed_calls, starting
from queues.demo import cast, stories
from queues.demo.scenes import token_of
from queues.demo.today import WAITING
from queues.models import Agent, Queue, Task
from requests_app.models import CareRequest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
DAYS = timedelta(seconds=settings.AUTO_CLOSE_SECONDS)


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Loaded once for all that look at it; nothing of it stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


def said():
    out = io.StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def test_second_run_changes_nothing_and_says_so():
    def counts():
        return [model.objects.count() for model in (Customer, CareRequest, Activity, Message, Task, Agent)]

    before = counts()
    assert said() == "The demo is loaded already. Nothing was changed.\n"
    assert counts() == before


def test_there_is_as_much_as_was_promised():
    assert Customer.objects.count() == 40
    assert 110 <= CareRequest.objects.count() <= 130
    assert 280 <= Activity.objects.count() <= 330
    assert set(Activity.objects.values_list("medium", flat=True)) == {"chat", "call", "email"}
    assert Customer.objects.values("language").distinct().count() == 5


@pytest.mark.rule("R101")
def test_calls_were_rung_answered_and_missed_by_the_verbs():
    assert set(Call.objects.values_list("state", flat=True)) == {"ended"}
    assert missed_calls.count(Agent.objects.get(user__username="ana")) == 2
    assert not Task.objects.filter(line_busy=True).exists()


def test_people_and_queues_are_those_of_the_contract():
    people = get_user_model().objects.filter(username__in=["ana", "marko", "petar", "sonja"])
    assert all(user.check_password("caredesk-demo") for user in people)
    assert {user.username for user in people if user.is_staff} == {"sonja"}
    assert dict(Queue.objects.values_list("slug", "mode")) == {"internet": "pick", "billing": "automatic"}
    assert [agent.queues.count() for agent in Agent.objects.all()] == [2, 2, 2, 2]


def test_nothing_happens_in_the_future_or_before_the_sixty_days():
    now = timezone.now()
    for model, field in (
        (Activity, "started_at"),
        (Message, "sent_at"),
        (Tag, "added_at"),
        (Task, "waiting_since"),
    ):
        moments = model.objects.aggregate(last=Max(field))
        assert moments["last"] <= now
        assert not model.objects.filter(**{f"{field}__lt": now - timedelta(days=62)}).exists()


@pytest.mark.rule("R90")
def test_requests_closed_when_they_had_been_quiet_for_their_days():
    closed = CareRequest.objects.filter(state="closed")
    assert closed.count() > 50
    assert all(care_request.closed_at == care_request.touched_at + DAYS for care_request in closed)
    assert not CareRequest.objects.due().exists()


@pytest.mark.rule("R41")
def test_nothing_joined_a_closed_request():
    late = Activity.objects.filter(care_request__closed_at__lt=F("started_at"))
    assert not late.exists()


def test_activities_end_after_they_began_and_their_task_with_them():
    over = Task.objects.filter(state__in=[Task.CLOSED, Task.ABANDONED]).select_related("activity")
    assert all(task.waiting_since <= task.ended_at == task.activity.ended_at for task in over)
    accepted = over.exclude(accepted_at=None)
    assert all(task.waiting_since < task.accepted_at < task.ended_at for task in accepted)


def test_messages_stand_in_the_order_of_their_numbers():
    for activity in Activity.objects.filter(medium="chat").prefetch_related("messages"):
        messages = list(activity.messages.all())
        assert [message.seq for message in messages] == list(range(1, activity.last_seq + 1))
        times = [message.sent_at for message in messages]
        assert times == sorted(times)


def test_each_medium_has_what_it_consists_of():
    assert (
        Call.objects.filter(state="ended", ended_at__gt=F("answered_at")).count()
        == Call.objects.count() - 3
        > 50
    )
    assert (
        Email.objects.values("activity").distinct().count() == Activity.objects.filter(medium="email").count()
    )
    assert Comment.objects.exists()
    assert Activity.objects.filter(rating__isnull=False).exists()


def test_history_was_written_at_the_time_it_tells():
    event = CareRequest.pgh_event_model.objects.filter(state="closed").order_by("pgh_id").first()
    assert event.pgh_created_at == event.closed_at
    assert "at" not in event.pgh_context
    changed = CareRequest.pgh_event_model.objects.filter(
        pgh_created_at__gt=timezone.now() - timedelta(days=4)
    )
    assert changed.count() < CareRequest.objects.count()


@pytest.mark.rule("R42")
def test_those_who_wait_and_talk_are_not_swept():
    waiting = Task.objects.waiting()
    assert dict(waiting.values_list("queue__slug").annotate(Count("id"))) == {"internet": 5, "billing": 2}
    assert waiting.count() == len(WAITING)
    assert chats.sweep_gone(timezone.now() + timedelta(days=1)) == 0


@pytest.mark.rule("R2")
def test_ana_has_unread_words():
    own = Task.objects.active().filter(agent__user__username="ana")
    assert own.count() == 3
    assert own.filter(activity__unread__gt=0).exists()


def test_waiting_chats_can_be_gone_on_with():
    task = Task.objects.waiting().filter(queue__slug="internet").first()
    assert starting.of_token(token_of(task.activity_id), "internet") == task.activity


def test_addresses_are_nobodys():
    assert all(point.value.endswith(".example") for point in ContactPoint.objects.filter(kind="email"))
    assert len({customer.email for customer in cast.CUSTOMERS}) == len(cast.CUSTOMERS) == 40


@pytest.mark.parametrize("language", cast.LANGUAGES)
def test_stories_are_told_in_every_language(language):
    told = stories.told_in(language)
    assert len(told) == 10
    assert all(story.interactions for story in told)
    words = [text for story in told for part in story.interactions for _sign, text in part.lines]
    assert all(words)
    assert len(set(words)) == len(words)
