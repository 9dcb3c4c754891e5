"""The facts about all free agents, found at once, are those of each of them (R36)."""

import pytest

from activities.models import Activity, Call
from queues import chats, presence, room, states
from queues.models import Agent, Presence, Queue, Task
from tests.cast import agent, ago, at_work, call_in, chat_in, held, offered, sit_down

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R36")]

FACTS = (
    "user_id",
    "max_chats",
    "max_emails",
    "offers_during_call",
    "chats",
    "emails",
    "in_call",
    "wrap_up_until",
)
MORE = ("is_ready", "is_active", "is_here", "is_offered", "is_wrapping_up")


@pytest.fixture
def people(billing, internet, ana, marko, sonja):
    """One of each kind: free, in a call, wrapping up, not ready, gone, offered something, disabled."""
    Queue.objects.filter(pk=billing.pk).update(wrap_up_seconds=30)
    others = [agent(name, name, "Agent", billing, internet) for name in ("gone", "shown", "disabled", "idle")]
    at_work(ana, marko, sonja, *others)
    held(call_in(internet), ana)
    held(chat_in(internet), ana)
    held(
        chats.wait_in(
            internet, Activity.objects.create(medium=Activity.EMAIL, source_email="v@post.example")
        ),
        ana,
    )
    wrapped = held(call_in(billing), marko)
    Task.objects.filter(pk=wrapped.pk).update(line_busy=False)
    Call.objects.filter(activity=wrapped.activity).update(state=Call.ENDED, ended_at=ago(seconds=5))
    states.not_ready(by=others[3])
    presence.leave(f"desk-of-{others[0].pk}")
    offered(chat_in(billing), others[1])
    others[2].user.is_active = False
    others[2].user.save()
    return [ana, marko, sonja, *others]


def test_found_at_once_they_are_the_same(people):
    each = {one.pk: one for one in room.of_each([person.pk for person in people]) if room.is_free(one)}
    found = {one.pk: one for one in room.free_agents()}
    assert found.keys() == each.keys() == {person.pk for person in people[:3]}
    for pk, one in each.items():
        for fact in FACTS + MORE:
            assert getattr(found[pk], fact) == getattr(one, fact), fact
        assert set(found[pk].offered_from) == set(one.offered_from)


def test_asked_for_queues_only_their_members_are_found(people, billing):
    own = Queue.objects.create(slug="own", name="Own", mode=Queue.AUTOMATIC)
    petra = agent("petra", "Petra", "Novak", own)
    at_work(petra)
    assert [one.pk for one in room.free_agents([own.pk])] == [petra.pk]
    assert petra.pk not in {one.pk for one in room.free_agents([billing.pk])}


@pytest.mark.rule("R35")
def test_who_was_offered_nothing_for_the_longest_comes_first(people, ana, marko, sonja):
    for one, minutes in ((ana, 1), (marko, 9)):
        Agent.objects.filter(pk=one.pk).update(last_offered_at=ago(minutes=minutes))
    assert [one.pk for one in room.free_agents()] == [sonja.pk, marko.pk, ana.pk]


def test_who_is_not_free_any_more_is_left_out(people, ana, marko):
    sit_down(marko)
    Presence.objects.filter(agent=ana).delete()
    assert [one.pk for one in room.still_free([ana.pk, marko.pk])] == [marko.pk]
