"""What agents do: sign in and out, Ready or not, accept, decline, pass on, answer, close."""

import uuid
from functools import partial

from hypothesis import strategies as some

from activities.chat import Refused as NotSaid
from queues import absence, accepting, chats, closing, offers, presence, signing, states, transferring
from queues.accepting import NotYours
from queues.models import Queue, Task
from tests.rules_machine.deed import Act, anybody, deed, outcome, pick

WHO = some.integers(0, 2)


# --- at the desk or not


def with_a_page_at_most(world):
    open_desks = list(world.desks.values())
    return [agent for agent in anybody(world) if open_desks.count(agent.id) < 2]


@deed(with_a_page_at_most)
def sign_in(world, agent):
    """They log in, and their desk opens."""

    def run():
        states.signed_in(world.agent(agent))
        connect(world, agent)

    def then(before, after, error):
        now = after.agent(agent.id)
        assert now.here
        if not agent.here:
            assert (now.state, now.reason) == ("not_ready", "signed_in"), f"R30: signed in and {now.state}"

    return Act(run, by=(agent.name,), then=then)


@deed(with_a_page_at_most)
def open_desk(world, agent):
    """A page of theirs is there (again), without logging in."""

    def then(before, after, error):
        now = after.agent(agent.id)
        assert now.here
        assert now.state == agent.state, "a page changes no state"

    return Act(partial(connect, world, agent), then=then)


def connect(world, agent):
    world.desks[f"desk {agent.name} {len(world.desks) + 1}"] = agent.id
    presence.renew_all(world.desks)


@deed(lambda world: sorted(world.desks), is_cut=some.booleans())
def lose_line(world, connection, is_cut):
    """Their page closes; or their web process notices that nobody answers, and what they missed may not count."""
    agent_id = world.desks.pop(connection)

    def then(before, after, error):
        now, was = after.agent(agent_id), before.agent(agent_id)
        assert now.here or agent_id not in world.desks.values()
        if is_cut and (was.reason, now.state) == ("no_answer", "ready"):
            assert any(
                each.outcome == "no_answer" and after.offer(each.id).outcome == "connection_lost"
                for each in before.offers
                if each.agent_id == agent_id
            )
        else:
            assert now.state == was.state, "R37: a lost line changes no state at once"

    cut = partial(absence.begin, connection)
    return Act(cut if is_cut else partial(presence.leave, connection), then=then)


@deed(lambda world: sorted(world.desks))
def lose_web_process(world, connection):
    """Nobody renews this lease any more."""
    world.desks.pop(connection)
    return Act(lambda: None)


@deed(anybody, keep=some.booleans())
def sign_out(world, agent, keep):
    gone = [name for name, agent_id in world.desks.items() if agent_id == agent.id]

    def run():
        signing.out(world.agent(agent), keep=keep)
        for name in gone:
            world.desks.pop(name, None)
            presence.leave(name)

    def then(before, after, error):
        now = after.agent(agent.id)
        assert (now.state, after.offer_of(now)) == ("not_ready", None)
        kept = [task.id for task in before.held(agent) if keep]
        assert [task.id for task in after.held(now)] == kept, "R38"

    return Act(run, by=(agent.name,), then=then)


# --- Ready or not


@deed(anybody)
def ready(world, agent):
    def then(before, after, error):
        assert after.agent(agent.id).state == "ready"

    return Act(lambda: states.ready(by=world.agent(agent)), by=(agent.name,), then=then)


@deed(anybody, chosen=some.booleans())
def not_ready(world, agent, chosen):
    reason = world.lunch if chosen else None
    offer = world.now.offer_of(agent)

    def then(before, after, error):
        now = after.agent(agent.id)
        declined = offer and not offer.returns_to_id
        assert (now.state, now.reason) == ("not_ready", "declined" if declined else "other")
        assert not declined or after.offer(offer.id).outcome == "declined", "R31"
        assert declined or not offer or not after.offer(offer.id).outcome, (
            "R43: it is no answer to a transfer"
        )

    return Act(lambda: states.not_ready(by=world.agent(agent), reason=reason), by=(agent.name,), then=then)


# --- offers


@deed(lambda world: [offer for offer in world.now.offers if world.now.agent(offer.agent_id).active])
def accept(world, offer):
    """The newest, or one that was over long ago."""
    now, agent, task = world.now, world.now.agent(offer.agent_id), world.now.task(offer.task_id)
    mine = offer.outcome == "accepted" and task.agent_id == agent.id

    def then(before, after):
        if mine:
            assert after.facts() == before.facts(), "accepting again changes nothing"
            return
        assert (after.task(task.id).state, after.task(task.id).agent_id) == ("active", agent.id)
        assert after.offer(offer.id).outcome == "accepted"
        assert after.agent(agent.id).state == agent.state, "R43: accepting changes no state"

    succeeds = None if 0 < offer.seconds_left < 5 and not offer.outcome else offer.seconds_left > 0
    if offer.outcome:
        succeeds = mine
    if succeeds and not mine and now.keeps_line(task) and now.in_call(agent):
        succeeds = False
    return Act(
        lambda: offers.accept(offer.id, by=world.agent(agent)),
        by=(agent.name,),
        refusals=(NotYours,),
        then=outcome(succeeds, NotYours, then),
    )


@deed(lambda world: [offer for offer in world.now.offers if world.now.agent(offer.agent_id).active])
def decline(world, offer):
    agent = world.now.agent(offer.agent_id)

    def then(before, after, error):
        now = after.agent(agent.id)
        if offer.outcome:
            assert after.offer(offer.id).outcome == offer.outcome
        elif offer.returns_to_id:
            assert now.state == agent.state, "R43: the target's state is nobody's business"
            assert after.task(offer.task_id).agent_id == offer.returns_to_id
        else:
            assert (now.state, now.reason) == ("not_ready", "declined")

    return Act(lambda: offers.decline(offer.id, by=world.agent(agent)), by=(agent.name,), then=then)


# --- pick


def reachable(world):
    """(agent, task) as somebody saw them a moment ago: of a queue of theirs."""
    return [
        (agent, task) for task in world.now.tasks for agent in anybody(world) if task.queue_id in agent.queues
    ]


@deed(reachable)
def pick_task(world, found):
    agent, task = found
    now = world.now
    mine = task.state == "active" and task.agent_id == agent.id
    waits = task.state == "waiting" and now.queue(task.queue_id).mode == "pick"
    barred = now.keeps_line(task) and now.in_call(agent)

    def then(before, after):
        assert (after.task(task.id).state, after.task(task.id).agent_id) == ("active", agent.id)

    return Act(
        lambda: accepting.accept(task.id, by=world.agent(agent)),
        by=(agent.name,),
        refusals=(NotYours,),
        then=outcome(mine or (waits and not barred), NotYours, then),
    )


# --- passing on


def in_progress(world):
    return [task for task in world.now.active if world.now.agent(task.agent_id).active]


@deed(in_progress, queue=some.integers(0, 2))
def transfer_to_queue(world, task, queue):
    holder, target = world.now.agent(task.agent_id), pick(world.now.queues, queue)

    def then(before, after, error):
        now = after.task(task.id)
        assert now.queue_id == target.id
        assert now.state in ("waiting", "offered")

    return Act(
        lambda: transferring.to_queue(
            task.id, Queue.objects.get(pk=target.id), note="Please.", by=world.agent(holder)
        ),
        by=(holder.name,),
        then=then,
    )


@deed(in_progress, who=WHO)
def transfer_to_agent(world, task, who):
    now, holder, target = world.now, world.now.agent(task.agent_id), pick(world.now.agents, who)
    barred = now.keeps_line(task) and now.in_call(target)
    fits = target.active and target.here and target.id != holder.id and not now.offer_of(target)
    under_way = any(offer.task_id == task.id for offer in now.live_offers)
    full = task.medium == "chat" and len(now.held(target, "chat")) >= target.max_chats

    def then(before, after):
        offer = after.offer_of(target)
        assert (offer.task_id, offer.returns_to_id) == (task.id, holder.id)
        assert after.task(task.id).agent_id == holder.id, "R43: the sender keeps it until it is accepted"
        assert vars(after.agent(target.id)) == vars(target) or after.agent(target.id).state == target.state

    possible = fits and not under_way and not full and not barred
    return Act(
        lambda: transferring.to_agent(
            task.id, world.agent(target), note="You know her.", by=world.agent(holder)
        ),
        by=(holder.name,),
        refusals=(NotYours,),
        then=outcome(None if possible else False, NotYours, then),
    )


@deed(in_progress)
def cancel_transfer(world, task):
    holder = world.now.agent(task.agent_id)

    def then(before, after, error):
        assert after.task(task.id).agent_id == holder.id
        assert not any(offer.task_id == task.id for offer in after.live_offers)

    return Act(lambda: transferring.cancel(task.id, by=world.agent(holder)), by=(holder.name,), then=then)


# --- working


@deed(lambda world: [task for task in in_progress(world) if task.medium == "chat"])
def answer_chat(world, task):
    holder = world.now.agent(task.agent_id)
    return Act(
        lambda: chats.answer(task.id, text="One moment.", uuid=uuid.uuid4(), by=world.agent(holder)),
        by=(holder.name,),
        refusals=(NotSaid, Task.DoesNotExist),
    )


@deed(in_progress, create=some.booleans())
def close(world, task, create):
    holder = world.now.agent(task.agent_id)
    create = create and not world.now.activity(task.activity_id).customer_id
    choice = closing.CREATE if create else closing.DISCARD
    left = closing.Leftovers(
        customer={"last_name": f"New {task.id}"} if create else {}, customer_version=None
    )

    def then(before, after, error):
        assert after.task(task.id).state == "closed"
        activity = after.activity(task.activity_id)
        assert activity.state == "ended"
        request = activity.care_request_id and after.request(activity.care_request_id)
        busy = {after.activity(each.activity_id).care_request_id for each in after.live}
        assert not request or not request.solved or request.id in busy or request.state == "closed", "R8"

    return Act(
        lambda: closing.close(task.id, left, choice=choice, by=world.agent(holder)),
        by=(holder.name,),
        then=then,
    )
