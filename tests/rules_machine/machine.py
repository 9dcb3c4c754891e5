"""The machine: draws one deed after the other, or two at once, and asks after each whether the rules hold."""

import time
from functools import cached_property

import pgtrigger
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from activities.chat import Refused as Message
from activities.identity import Verified
from activities.joining import AlreadyKnown
from activities.merging import Gone
from activities.models import Activity
from activities.moving import Elsewhere
from caredesk.stale import Stale
from customers import editing
from queues import presence, routing, states
from queues.accepting import NotYours
from queues.models import Agent, NotReadyReason, Queue, QueueMember
from requests_app.editing import Closed
from tests.conftest import MIGRATED
from tests.racing import race
from tests.rules_machine import changes, laws, of_agents, of_customers, of_records, of_supervisors
from tests.rules_machine.deed import DEEDS, NTH, pick
from tests.rules_machine.snapshot import Now

CLOCKS = ("time_passes", "five_quiet_days", "dispatch", "miss")
UNSETTLED = 2  # so many deeds may pass before somebody looks at the clock
RARE = (of_records.__name__, of_supervisors.__name__)
TIMES = some.integers(1, 4)
ALONE = ("five_quiet_days", "time_passes", "miss", "dispatch", "sweep_requests", "lose_web_process")
CLASHES = (Stale, Closed, Elsewhere, ObjectDoesNotExist, NotYours, AlreadyKnown, Verified, Gone, Message)


def empty():
    """Between two stories: to delete a few rows of each table is quicker by far than to truncate it."""
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        tables = {*connection.introspection.table_names(cursor)} - MIGRATED
        cursor.execute("; ".join(f"DELETE FROM {name}" for name in sorted(tables)))


class World:
    """The cast, who has a page open, and what stands in the database now."""

    Stale = Stale

    def __init__(self, *, wrap_up=0, max_chats=2, during_call=True, at_work=0):
        empty()
        self.desks, self.pages, self.calls, self.moves, self.may_be_due = {}, set(), [], [], False
        self.set_up(wrap_up)
        Agent.objects.update(max_chats=max_chats, offers_during_call=during_call)
        for agent in self.look().agents[:at_work]:
            of_agents.connect(self, agent)
            states.ready(by=self.agent(agent))
        self.look()
        self.history = changes.History()

    def set_up(self, wrap_up):
        modes = {"internet": (Queue.PICK, 5), "billing": (Queue.AUTOMATIC, 5), "urgent": (Queue.AUTOMATIC, 1)}
        queues = [
            Queue.objects.create(slug=slug, name=slug, mode=mode, priority=priority, wrap_up_seconds=wrap_up)
            for slug, (mode, priority) in modes.items()
        ]
        for name in ("ana", "marko", "sonja"):
            agent = Agent.objects.create(
                user=get_user_model().objects.create(username=name, is_staff=name == "sonja")
            )
            own = queues if name != "marko" else queues[:2]
            QueueMember.objects.bulk_create(QueueMember(queue=queue, agent=agent) for queue in own)
        self.lunch = NotReadyReason.objects.create(name="Lunch")
        by = get_user_model().objects.get(username="sonja")
        for name, email, phone in of_customers.PEOPLE[:2]:
            editing.create({"last_name": name, "emails": [email], "phones": [phone]}, by=by)

    def look(self):
        self.now = Now()
        return self.now

    def agent(self, row):
        return Agent.objects.select_related("user").get(pk=row.id)

    def queue(self, row):
        return Queue.objects.get(pk=row.id)

    def renew(self):
        """What open pages do by themselves, every few seconds."""
        if self.desks:
            presence.renew_all(self.desks)
        here = Activity.objects.filter(pk__in=self.pages, customer_left_at=None).exclude(state="ended")
        here.update(customer_seen_at=presence.clock())

    def lose(self, name):
        self.desks.pop(name, None)
        presence.leave(name)

    def obey(self, which="always"):
        wanted = {"always": laws.ALWAYS, "dispatch": laws.AFTER_DISPATCH, "sweep": laws.AFTER_SWEEP}[which]
        assert not (found := laws.broken(wanted)), found


def one_of(deeds):
    """A deed as (name, nth, arguments)."""
    return some.one_of(
        some.tuples(some.just(each.name), some.integers(0, 2), some.fixed_dictionaries(each.args))
        for each in deeds
    )


def one_of_many():
    """One that takes no time."""
    return one_of(each for each in DEEDS.values() if each.name not in ALONE)


def rare():
    """What happens less often than the rest."""
    return one_of(each for each in DEEDS.values() if each.act.__module__ in RARE and each.name not in CLOCKS)


class Rules(RuleBasedStateMachine):
    """Each deed is a rule of it; tests/rules_machine/of_*.py say what they are."""

    @initialize(
        at_work=some.sampled_from([3, 2, 1, 0]),
        wrap_up=some.sampled_from([0, 30]),
        max_chats=some.sampled_from([1, 2]),
        during_call=some.booleans(),
    )
    def open_the_house(self, **limits):
        self.world, self.unsettled = World(**limits), 0
        self.renewed_at = time.monotonic()

    @cached_property
    def supervisor(self):
        return self.world.now.named("sonja").user_id

    def do(self, act):
        """One act, alone."""
        self.keep_desks_open()
        before, error = self.world.now, None
        try:
            act.verb()
        except act.refusals as refusal:
            error = refusal
        after = self.world.look()
        assert error is None or before.facts() == after.facts(), f"refused ({error!r}), and something changed"
        made = len(after.tasks) - len(before.tasks)
        assert act.creates in (None, made) or (error and not made), f"{made} tasks were made"
        self.check([act], before, after, is_race=False)
        self.unsettled = self.unsettled if act.settles is None else int(not act.settles)
        self.check_all_offered(after)
        if not act.is_long:
            self.check_turns(before, after)
        act.then(before, after, error)
        self.come_to_rest()

    def keep_desks_open(self):
        """As their web process does; on a slow machine a story takes longer than a lease lasts."""
        silent = time.monotonic() - self.renewed_at
        if silent > presence.RENEW_SECONDS:
            self.renewed_at = time.monotonic()
            self.world.renew()
            routing.route()
            self.world.look()
            self.world.history.news()

    def come_to_rest(self):
        """What time alone has made possible is the dispatcher's: only after it must everything be offered."""
        if self.unsettled:
            self.unsettled += 1
        if self.unsettled > UNSETTLED:
            self.unsettled = 0
            self.do(DEEDS["dispatch"].act(self.world, None))

    def race(self, acts):
        """Several at the same instant, each on a connection of its own."""
        self.keep_desks_open()
        before = self.world.now
        for act, result in zip(acts, race(*(act.verb for act in acts)), strict=True):
            if isinstance(result, Exception) and not isinstance(result, (*act.refusals, *CLASHES)):
                raise result
        after = self.world.look()
        self.check(acts, before, after, is_race=True)
        routing.route()  # two routers may each pass by what the other holds: the dispatcher makes that good
        self.check_all_offered(self.world.look())

    def check(self, acts, before, after, *, is_race):
        world = self.world
        world.obey()
        users = {agent.user_id for agent in before.agents if any(agent.name in act.by for act in acts)}
        news = world.history.news()
        changes.check_signed(news, users, self.supervisor)
        changes.check_taken_once([event for event in news if event["by"] != self.supervisor], after)
        changes.check_kept(before, after)
        changes.check_new_offers(before, after, is_race)
        states = [task.state for task in after.tasks]
        assert len(states) == sum(map(states.count, ("waiting", "offered", "active", "closed", "abandoned")))

    def check_all_offered(self, after):
        """R30: at rest nobody is free while something fits."""
        assert self.unsettled or not changes.fits(after), f"not offered: {changes.fits(after)}"

    def check_turns(self, before, after):
        """Only alone: what happens at once has no order."""
        changes.check_in_turn(before, after)
        changes.check_turn_of_agents(before, after)

    @rule(who=of_customers.WHO)
    def all_reach_for(self, who):
        """R22: somebody comes to a pick queue, and everybody there picks them in the same instant."""
        queue = next(queue for queue in self.world.now.queues if queue.mode == "pick")
        self.do(DEEDS["write"].act(self.world, queue, who))
        task = self.world.now.tasks[-1]
        members = [agent for agent in self.world.now.agents if agent.active and queue.id in agent.queues]
        if members:
            self.race([DEEDS["pick_task"].act(self.world, (agent, task)) for agent in members])

    @rule(nth=NTH, verb=some.sampled_from(["end_chat", "decline", "not_ready", "reassign", "set_not_ready"]))
    def accept_while(self, nth, verb):
        """R34: somebody accepts, and in the same instant something takes it from them."""
        if not self.world.now.live_offers:
            return
        now, offer = self.world.now, pick(self.world.now.live_offers, nth)
        agent, task = now.agent(offer.agent_id), now.task(offer.task_id)
        others = {
            "end_chat": lambda act: act(self.world, now.activity(task.activity_id)),
            "decline": lambda act: act(self.world, offer),
            "not_ready": lambda act: act(self.world, agent, chosen=False),
            "reassign": lambda act: act(self.world, task, who=0),
            "set_not_ready": lambda act: act(self.world, agent),
        }
        self.race([DEEDS["accept"].act(self.world, offer), others[verb](DEEDS[verb].act)])

    @rule(what=rare())
    def sometimes(self, what):
        """A supervisor, or somebody who puts customers, requests and activities in order."""
        if act := self.acted(*what):
            self.do(act)

    def acted(self, name, nth, args):
        """The act of this deed as things stand; None when there is nothing to do it to."""
        known = DEEDS[name]
        choices = known.choices(self.world)
        return known.act(self.world, pick(choices, nth), **args) if choices else None

    @rule()
    def all_go_to_work(self):
        """Every agent is Ready at an open desk: without this most stories would be of an empty house."""
        for pk in [agent.id for agent in self.world.now.agents if agent.active]:
            for name in (
                "open_desk",
                "ready",
            ):  # each as they are by now: between two the dispatcher may come by
                self.do(DEEDS[name].act(self.world, self.world.now.agent(pk)))

    @rule(nth=NTH, who=of_customers.WHO, verb=some.sampled_from(["write", "write", "ring"]), times=TIMES)
    def serve(self, nth, who, verb, times):
        """Some come one after the other, and whoever is offered them accepts."""
        for _each in range(times):
            self.do(self.acted(verb, nth, {"who": who}))
            for offer in self.world.now.live_offers:
                if offer.task_id == self.world.now.tasks[-1].id:
                    self.do(DEEDS["accept"].act(self.world, offer))

    @rule(
        who=of_customers.WHO, verbs=some.lists(some.sampled_from(["decline", "miss"]), min_size=1, max_size=2)
    )
    def pass_round(self, who, verbs):
        """R33: somebody comes, and one after the other refuses or misses them."""
        queue = next(queue for queue in self.world.now.queues if queue.mode == "automatic")
        self.do(DEEDS["write"].act(self.world, queue, who))
        task = self.world.now.tasks[-1]
        for verb in verbs:
            for offer in self.world.now.live_offers:
                if offer.task_id == task.id:
                    self.do(DEEDS[verb].act(self.world, offer))

    @rule(nth=NTH, verb=some.sampled_from(["accept", "decline"]))
    def come_too_late(self, nth, verb):
        """The offer's time is over, and nobody has ended it yet."""
        if not self.world.now.live_offers:
            return
        offer = pick(self.world.now.live_offers, nth)
        seconds = max(1, int(offer.seconds_left) + 1)
        self.do(DEEDS["time_passes"].act(self.world, None, seconds))
        self.do(DEEDS[verb].act(self.world, self.world.now.offer(offer.id)))

    @rule(first=one_of_many(), second=one_of_many())
    def at_once(self, first, second):
        """Two in the same instant; the second is there though the first may be done before."""
        acts = [self.acted(*each) for each in (first, second)]
        if all(acts):
            self.race(acts)


def as_rule(known):
    """A rule of the deed's name, so that a failing run reads as a story.

    It has no precondition: what can be done depends on who won a race, and stories must be told again as they were.
    """

    def run(self, nth, **args):
        if act := self.acted(known.name, nth, args):
            self.do(act)

    run.__name__ = run.__qualname__ = known.name
    return rule(nth=NTH, **known.args)(run)


for each in DEEDS.values():
    if each.act.__module__ in RARE and each.name not in CLOCKS:
        continue
    setattr(Rules, each.name, as_rule(each))
