"""What supervisors do with agents, queues and tasks; and the clock, which needs nobody."""

from datetime import timedelta
from functools import partial

from django.db import transaction
from hypothesis import strategies as some

from caredesk.history import acting
from queues import agents, clearing, routing, states, supervising, transferring
from queues.accepting import NotYours
from queues.clock import clock
from queues.management.commands.dispatch import sweep
from queues.models import Queue
from tests.rules_machine.clock import pass_by
from tests.rules_machine.deed import Act, deed, pick

BOSS = ("sonja",)
WHO = some.integers(0, 2)
SECONDS = [1, 11, 16, 46, 61, 181, 301]


def boss(world):
    return world.agent(world.now.named("sonja"))


@deed(lambda world: world.now.agents)
def set_not_ready(world, agent):
    def then(before, after, error):
        now = after.agent(agent.id)
        assert (now.state, now.reason) == ("not_ready", "by_supervisor")

    return Act(lambda: states.set_by_supervisor(world.agent(agent), by=boss(world)), by=BOSS, then=then)


@deed(lambda world: world.now.agents, to=some.one_of(some.none(), WHO))
def hand_over(world, agent, to):
    target = to is not None and pick(world.now.agents, to)

    def run():
        return transferring.hand_over(
            world.agent(agent), to=world.agent(target) if target else None, by=boss(world)
        )

    def then(before, after, error):
        if not target or target.id != agent.id:
            lines = [task for task in after.held(after.agent(agent.id)) if not task.line_busy]
            assert not lines, "a supervisor's word clears the desk"

    return Act(run, by=BOSS, then=then, is_long=True)


@deed(lambda world: world.now.tasks, who=WHO)
def reassign(world, task, who):
    target = pick(world.now.agents, who)

    def then(before, after, error):
        assert error or after.task(task.id).agent_id == target.id

    return Act(
        lambda: transferring.reassign(task.id, world.agent(target), by=boss(world)),
        by=BOSS,
        refusals=(NotYours,),
        then=then,
    )


@deed(lambda world: world.now.tasks, queue=some.one_of(some.none(), WHO))
def requeue(world, task, queue):
    target = pick(world.now.queues, queue) if queue is not None else None

    def run():
        return transferring.requeue(task.id, queue=target and Queue.objects.get(pk=target.id), by=boss(world))

    def then(before, after, error):
        assert error or after.task(task.id).state in ("waiting", "offered")

    return Act(run, by=BOSS, refusals=(NotYours,), then=then)


@deed(lambda world: world.now.live)
def clear_task(world, task):
    def then(before, after, error):
        assert after.task(task.id).state == "closed"

    return Act(lambda: clearing.close(task.id, by=boss(world).user), by=BOSS, then=then)


@deed(lambda world: world.now.agents, queue=WHO)
def leave_queue(world, agent, queue):
    target = pick(world.now.queues, queue)
    return Act(
        lambda: agents.remove_from(
            [Queue.objects.get(pk=target.id)], world.agent(agent), by=boss(world).user
        ),
        by=BOSS,
    )


@deed(lambda world: world.now.agents, queue=WHO)
def join_queue(world, agent, queue):
    target = pick(world.now.queues, queue)
    return Act(
        lambda: agents.add_to([Queue.objects.get(pk=target.id)], world.agent(agent), by=boss(world).user),
        by=BOSS,
    )


@deed(lambda world: [agent for agent in world.now.agents if agent.active and not agent.staff])
def disable(world, agent):
    """Their sockets are closed as well."""
    gone = [name for name, agent_id in world.desks.items() if agent_id == agent.id]

    def run():
        agents.disable(world.agent(agent).user, by=boss(world).user)
        for name in gone:
            world.lose(name)

    return Act(run, by=BOSS)


@deed(lambda world: [agent for agent in world.now.agents if not agent.active])
def enable(world, agent):
    return Act(lambda: agents.enable(world.agent(agent).user, by=boss(world).user), by=BOSS)


@deed(
    lambda world: world.now.agents,
    max_chats=some.sampled_from([1, 1, 2, 3]),
    offers_during_call=some.booleans(),
)
def set_limits(world, agent, **limits):
    return Act(lambda: agents.set_limits(world.agent(agent), limits, by=boss(world).user), by=BOSS)


@deed(
    lambda world: world.now.queues,
    is_pick=some.booleans(),
    priority=some.sampled_from([1, 5, 9]),
    wrap_up=some.sampled_from([0, 0, 30]),
)
def set_queue(world, queue, is_pick, priority, wrap_up):
    """As the administration saves it. One of each mode always stays."""

    def run():
        row = world.queue(queue)
        row.priority, row.wrap_up_seconds = priority, wrap_up
        if queue.slug == "urgent":
            row.mode = Queue.PICK if is_pick else Queue.AUTOMATIC
        with transaction.atomic(), acting(boss(world).user):
            supervising.store(row)

    def then(before, after, error):
        in_line = [task for task in after.tasks if task.state in ("waiting", "offered")]
        kept = {task.priority for task in in_line if task.queue_id == queue.id}
        assert kept <= {0, priority}, "R35: priority of the queue"

    return Act(run, by=BOSS, then=then)


# --- the clock


class Ears:
    """Somebody has always listened."""

    def listening_since(self):
        return clock() - timedelta(days=99)


@deed(lambda world: world.now.queues[:1], seconds=some.sampled_from(SECONDS))
def time_passes(world, _queue, seconds):
    """The pages that are there stay there; nobody has looked at the clock yet."""

    def run():
        pass_by(seconds)
        world.renew()

    return Act(run, is_long=True, settles=False)


@deed(lambda world: world.now.queues[:1])
def dispatch(world, _queue):
    return Act(partial(sweep, Ears()), then=partial(swept, world), is_long=True, settles=True)


@deed(lambda world: world.now.live_offers)
def miss(world, offer):
    """The offer's time passes, and the dispatcher wakes at its end."""

    def run():
        pass_by(max(1, int(offer.seconds_left) + 1))
        world.renew()
        sweep(Ears())

    def then(before, after, error):
        swept(world, before, after, error)
        assert after.offer(offer.id).outcome

    return Act(run, then=then, is_long=True, settles=True)


def swept(world, before, after, error):
    world.obey("dispatch")
    for offer in before.live_offers:
        now, agent = after.offer(offer.id), before.agent(offer.agent_id)
        if now.outcome == "no_answer":
            assert agent.here, "R37: a lost connection is no missed offer"
            if not offer.returns_to_id:
                state = after.agent(agent.id).state, after.agent(agent.id).reason
                assert state == ("not_ready", "no_answer"), "R32"
            kept = {task.id for task in after.held(agent)}
            assert unharmed(before, agent) <= kept, "R32: tasks in progress go on"
    assert routing.route() == 0, "the dispatcher leaves nothing to offer"


def unharmed(now, agent):
    """Somebody else may have left in the same moment; their task stays."""
    return {task.id for task in now.held(agent) if not now.activity(task.activity_id).is_left}
