"""What customers do: write, leave, come back, or are just gone; and call."""

import itertools
import uuid
from functools import partial

from hypothesis import strategies as some

from activities.chat import Refused as NotSaid
from activities.models import Activity
from queues import chats, pbx, starting
from tests.rules_machine.deed import Act, anybody, deed, pick

PEOPLE = [
    ("Jelena Marković", "jelena@post.example", "+381115550134"),
    ("Piet de Boer", "piet@post.example", "+31207940800"),
    ("Vera Check", "vera@post.example", "+48225550199"),
]
WHO = some.integers(0, 2)
numbers = itertools.count(1)


# --- chats


@deed(lambda world: world.now.queues, who=WHO)
def write(world, queue, who):
    """Somebody opens the chat and asks."""
    name, email, _phone = PEOPLE[who]

    def run():
        activity, _token = starting.start(
            world.queue(queue),
            name=name,
            email=email,
            text="Is anybody there?",
            address=f"10.{next(numbers)}",
        )
        world.pages.add(activity.pk)

    return Act(run, creates=1)


def chat_rooms(world):
    return [activity for activity in world.now.activities if activity.medium == "chat"]


@deed(chat_rooms)
def end_chat(world, chat):
    task = world.now.live_task(chat)

    def then(before, after, error):
        if task and task.state != "active" and not chat.is_left:
            assert after.task(task.id).state == "abandoned", "R42"
        if task and task.state == "active":
            assert after.activity(chat.id).is_left

    return Act(partial(chats.leave, chat.id), then=then)


@deed(lambda world: [chat for chat in chat_rooms(world) if chat.id in world.pages])
def lose_page(world, chat):
    world.pages.discard(chat.id)
    return Act(lambda: None)


@deed(chat_rooms)
def open_page(world, chat):
    """Their page answers again: who was only gone is back (R42)."""
    world.pages.add(chat.id)
    comes = chat.is_left and not chat.went and chat.state != "ended"
    return Act(
        lambda: chats.present(Activity.objects.get(pk=chat.id)),
        creates=int(comes and not world.now.live_task(chat)),
        refusals=(NotSaid,),
        then=back(chat) if comes else nothing_new,
    )


@deed(chat_rooms)
def say_more(world, chat):
    """They write again, which brings back who had left."""
    comes = chat.is_left and chat.state != "ended"
    world.pages.add(chat.id)
    return Act(
        lambda: chats.hear(Activity.objects.get(pk=chat.id), text="And then?", uuid=uuid.uuid4()),
        creates=int(comes and not world.now.live_task(chat)),
        refusals=(NotSaid,),
        then=back(chat) if comes else nothing_new,
    )


def back(chat):
    def then(before, after, error):
        assert error or not after.activity(chat.id).is_left
        assert error or after.live_task(chat), "R42: who comes back has a task"

    return then


def nothing_new(before, after, error):
    assert len(after.tasks) == len(before.tasks)


# --- calls, as the telephone system reports them


@deed(lambda world: world.now.queues, who=WHO)
def ring(world, queue, who):
    world.calls.append(f"call {len(world.calls) + 1}")
    return Act(partial(tell, world, world.calls[-1], "newCall", queue=queue.slug, who=who), creates=1)


@deed(anybody, queue=WHO, who=WHO)
def dial(world, agent, queue, who):
    """An agent calls out: from now on that is their call."""
    world.calls.append(f"call {len(world.calls) + 1}")
    slug = pick(world.now.queues, queue).slug

    def then(before, after, error):
        busy = [task for task in after.held(agent) if task.line_busy]
        assert [after.activity(task.activity_id).call_id for task in busy] == [world.calls[-1]]

    run = partial(tell, world, world.calls[-1], "newCall", "out", queue=slug, who=who, user=[agent.name])
    return Act(run, by=(agent.name,), creates=1, then=then)


def known_calls(world):
    return [activity for activity in world.now.activities if activity.medium == "call"]


@deed(known_calls, who=some.integers(0, 3))
def pick_up(world, call, who):
    """Somebody answers: 3 is nobody of ours."""
    name = agent_name(world, who)
    task = world.now.live_task(call)
    had = any(task.activity_id == call.id and task.agent_id for task in world.now.tasks)
    creates = None if not task and had else 0
    return Act(
        partial(tell, world, call.call_id, "answer", call.direction, answeringNumber=name or "0900 8844"),
        by=(name,) if name else (),
        creates=creates if task else None,
        then=told(call),
    )


@deed(known_calls, who=some.integers(0, 3))
def put_through(world, call, who):
    name = agent_name(world, who)
    return Act(
        partial(tell, world, call.call_id, "transfer", call.direction, agent=name or "0900 8844"),
        by=(name,) if name else (),
        creates=0 if world.now.live_task(call) else None,
        then=told(call),
    )


def agent_name(world, who):
    agent = world.now.agents[who] if who < len(world.now.agents) else None
    return agent.name if agent and agent.active else ""


def told(call):
    """R40: a late event changes nothing."""

    def then(before, after, error):
        assert call.call != "ended" or after.facts() == before.facts()

    return then


@deed(known_calls, cause=some.sampled_from(["normalClearing", "forwarded"]))
def hang_up(world, call, cause):
    task = world.now.live_task(call)

    def then(before, after, error):
        told(call)(before, after, error)
        assert after.activity(call.id).call == "ended"
        if call.call == "ended":
            return
        if task and task.state == "active":
            assert (after.task(task.id).state, after.task(task.id).line_busy) == ("active", False)
        elif task:
            assert after.task(task.id).state == ("closed" if cause == "forwarded" else "abandoned")

    return Act(partial(tell, world, call.call_id, "hangup", call.direction, cause=cause), then=then)


def tell(world, call_id, event, direction="in", *, who=0, **fields):
    theirs, ours = PEOPLE[who][2], "+31207940899"
    ends = {"from": theirs, "to": ours} if direction == "in" else {"from": ours, "to": theirs}
    pbx.heard({"event": event, "callId": call_id, "direction": direction, **ends, **fields})
