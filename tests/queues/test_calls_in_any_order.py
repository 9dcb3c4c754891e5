"""Whatever is lost, repeated or out of order: a call's events always end in the right state (R40, R101)."""

import contextlib
from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from activities.models import Activity, Call
from queues import closing, pbx
from queues.accepting import NotYours, accept
from queues.models import Task

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
CALM = settings(max_examples=60, deadline=None, suppress_health_check=SHARED)
ANA, MARKO, STRANGER = "ana", "marko", "0900 8844"

EVENTS = [
    ("newCall", ""),
    ("answer", ANA),
    ("answer", MARKO),
    ("answer", STRANGER),
    ("hold", ""),
    ("resume", ""),
    ("transfer", MARKO),
    ("transfer", STRANGER),
    ("hangup", "normalClearing"),
    ("hangup", "forwarded"),
]
AT_THE_DESK = [("accept", ANA), ("accept", MARKO)]
pytestmark = pytest.mark.rule("R101")


@dataclass
class Right:
    """What a call must be after its events, told one by one as the contract tells them."""

    state: str = ""
    by: str = ""  # who talks or talked with them
    holder: str = ""  # whose task it is
    elsewhere: bool = False
    held: bool = False
    fate: str = ""

    def tell(self, event, value):
        if self.state != Call.ENDED:
            getattr(self, event.lower())(value)

    def newcall(self, _value):
        self.state = self.state or Call.NEW

    def answer(self, who):
        if self.by or (self.elsewhere and who == STRANGER):
            return
        self.state = Call.ANSWERED
        if who == STRANGER:
            self.by, self.elsewhere = self.holder, not self.holder
        else:
            self.by = self.holder = who
            self.elsewhere = False
        if self.elsewhere:
            self.fate = Activity.ENDED

    def transfer(self, who):
        self.state, self.held = Call.ANSWERED, False
        self.elsewhere = who == STRANGER
        if not self.elsewhere:
            self.by = self.holder = who
        elif not self.holder:
            self.fate = Activity.ENDED

    def hold(self, _value):
        self.held = self.held or self.state == Call.ANSWERED

    def resume(self, _value):
        self.held = False

    def hangup(self, cause):
        if not self.holder and not self.elsewhere:
            self.fate = Activity.ENDED if cause == "forwarded" else Activity.ABANDONED
        self.state, self.held = Call.ENDED, False

    def accept(self, who):
        if self.state == Call.NEW and not self.holder:
            self.holder = who


def tell(call_id, event, value):
    fields = {"answer": "answeringNumber", "transfer": "agent", "hangup": "cause"}
    body = {"event": event, "callId": call_id, "direction": "in", "from": "49301234567", "to": "31207940800"}
    assert pbx.heard(body | ({fields[event]: value} if event in fields else {})) == {}


def do(call_id, event, value, agents):
    if event in ("accept", "close"):
        task = Task.objects.live().filter(activity__call__call_id=call_id).first()
        with contextlib.suppress(NotYours):
            if task and event == "accept":
                accept(task.pk, by=agents[value])
            elif task and task.agent == agents[value]:
                closing.close(task.pk, closing.Leftovers(), choice=closing.DISCARD, by=task.agent)
    else:
        tell(call_id, event, value)


@contextlib.contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.rule("R40", "R42")
@CALM
@given(events=some.lists(some.sampled_from(EVENTS + AT_THE_DESK), max_size=12))
def test_one_call_ends_in_the_right_state(internet, ana, marko, events):
    right = Right()
    with undone():
        for event, value in events:
            do("c", event, value, {ANA: ana, MARKO: marko})
            right.tell(event, value)
        assert_right(right)


def assert_right(right):
    call = Call.objects.select_related("activity").first()
    if not right.state:
        assert call is None
        return
    task = Task.objects.live().first()
    assert call.state == right.state
    assert (call.answered_by.username if call.answered_by else "") == right.by
    assert bool(call.answered_at) == bool(right.by or right.elsewhere)
    assert call.answered_elsewhere == right.elsewhere
    assert bool(call.held_since) == right.held
    assert (task.agent.user.username if task and task.agent else "") == right.holder
    assert bool(task and task.line_busy) == bool(
        right.holder and right.state != Call.ENDED and not (right.elsewhere and right.holder)
    )
    waits = not right.holder and right.state == Call.NEW
    assert bool(task and task.is_waiting) == waits
    expected = Activity.WAITING if waits else Activity.ACTIVE if right.holder else right.fate
    assert call.activity.state == expected
    missed = expected == Activity.ABANDONED
    assert Call.objects.missed().exists() == missed
    assert Call.objects.count() == Activity.objects.count() == 1


WHO = [ANA, MARKO]
SEVERAL = some.tuples(
    some.sampled_from("abc"), some.sampled_from([*EVENTS, *AT_THE_DESK, *[("close", w) for w in WHO]])
)


@pytest.mark.rule("R40")
@CALM
@given(events=some.lists(SEVERAL, max_size=20))
def test_of_several_calls_an_agent_has_one(internet, ana, marko, events):
    """No event of any call fails, and after each one every busy line has a call that is not over."""
    with undone():
        for call_id, (event, value) in events:
            do(call_id, event, value, {ANA: ana, MARKO: marko})
            busy = Task.objects.filter(line_busy=True)
            assert busy.count() == busy.values("agent").distinct().count()
            assert not busy.filter(activity__call__state=Call.ENDED).exists()
            assert not Call.objects.exclude(state=Call.ANSWERED).filter(held_since__isnull=False).exists()
            over = Activity.objects.exclude(tasks__state__in=Task.LIVE).exclude(
                state__in=["ended", "abandoned"]
            )
            assert not over.exists()
            live = Activity.objects.filter(tasks__state__in=Task.LIVE, state__in=["ended", "abandoned"])
            assert not live.exists()
