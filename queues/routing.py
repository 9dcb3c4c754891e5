"""Who is offered what: queue priority first, then the longest waiting task, to the agent longest without (R30 to R36).

Inline, after the commit of whatever makes an offer possible; what that misses, the dispatcher makes good. Any number
of processes may route at once: each holds some waiting tasks and then their agents, and passes by what others hold.
"""

import logging
from functools import partial

from django.db import Error, transaction
from django.db.models import Max
from psycopg.rows import kwargs_row

from caredesk.history import acting
from caredesk.planned import planned
from queues import room
from queues.bells import ring_queue
from queues.models import Offer, Queue, Task
from queues.offering import end, hold, make_all
from queues.waking import wake

PASSES = 5
AT_ONCE = 50  # offers made in one transaction
REFUSED = [Offer.NO_ANSWER, Offer.DECLINED]

logger = logging.getLogger(__name__)

# 150 are AT_ONCE and those that others may hold; of a number not yet known when it is planned, PostgreSQL would sort
# all who wait. And where it could ask EXISTS, it would read all offers.
NEXT = """
SELECT *, (SELECT count(*) FROM queues_offer WHERE task_id = queues_task.id) > 0 AS was_offered
FROM queues_task WHERE state = 'waiting' AND id IN (
    SELECT first.id FROM unnest(%s::bigint[], %s::text[]) AS place (queue_id, medium)
    CROSS JOIN LATERAL (
        SELECT id FROM queues_task
        WHERE queue_id = place.queue_id AND medium = place.medium AND state = 'waiting'
        ORDER BY priority, waiting_since, id LIMIT 150
    ) first
) ORDER BY priority, waiting_since, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""

WAITED_FOR = """
SELECT * FROM queues_queue queue WHERE queue.mode = 'automatic' AND EXISTS (
    SELECT FROM queues_task task WHERE task.queue_id = queue.id AND task.state = 'waiting'
)
"""

HOLD = "SELECT id, xmin::text FROM queues_agent WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
HOLD_AT_ONCE = f"{HOLD} SKIP LOCKED"

UNFIT = """
SELECT offer.id FROM queues_offer offer
JOIN queues_task task ON task.id = offer.task_id
JOIN queues_queue queue ON queue.id = task.queue_id
JOIN queues_agent agent ON agent.id = offer.agent_id
JOIN auth_user person ON person.id = agent.user_id
WHERE offer.outcome = '' AND (
    offer.returns_to_id IS NULL AND (
        queue.mode <> 'automatic' OR agent.state <> 'ready' OR NOT person.is_active OR NOT EXISTS (
            SELECT FROM queues_queuemember member
            WHERE member.queue_id = task.queue_id AND member.agent_id = offer.agent_id
        )
    ) OR task.medium = 'call' AND EXISTS (
        SELECT FROM queues_task other WHERE other.agent_id = offer.agent_id AND other.line_busy
    )
) ORDER BY offer.id
"""


def soon(queues=None):
    """After commit: route, in these queues or in all. Nothing that made it necessary ever fails because of it."""
    transaction.on_commit(partial(route_or_wake, queues), robust=True)


def route_or_wake(queues=None):
    try:
        route(queues)
    except Error as error:
        logger.warning("Routing is left to the dispatcher: %s", error)
        wake()


def route(queues=None):
    """Make every offer that can be made now, of these queues or of all; return how many."""
    made = offer_all(queues)
    return made + offer_all(queues) if take_back_unfit() else made


def offer_all(queues):
    """Again when somebody has changed meanwhile what had been found."""
    made = 0
    for number in range(PASSES):
        offers, is_done = go_round(queues, is_patient=number > 0)
        made += offers
        if is_done:
            break
    return made


def go_round(queues, *, is_patient):
    """One offer at most to each agent who is free now; return how many, and whether that was all there is to do.

    Many at once, passing by agents whose rows are held for a moment by something else; or, patient, one by one, waiting
    for such an agent. Only one agent is ever waited for in a transaction, or two routers could wait for each other.
    """
    made, is_done, waited_for = 0, True, waited_for_in(queues)
    free = {agent.pk: agent for agent in room.free_agents(waited_for)} if waited_for else {}
    while places := places_of(free.values(), waited_for):
        with transaction.atomic(), acting(None):
            tasks = take_next(places, 1 if is_patient else min(len(free), AT_ONCE))
            if not tasks:
                break
            for task in tasks:
                task.queue = waited_for[task.queue_id]
            wanted = match(tasks, free)
            pairs = hold_matched(wanted, is_patient=is_patient)
            if pairs:
                make_all(pairs)
        made += len(pairs)
        is_done = is_done and len(pairs) == len(wanted)
    return made, is_done


def waited_for_in(queues):
    """The automatic ones of these queues, or all where somebody waits, by id; mostly none, and that is all there is
    to ask."""
    return {queue.pk: queue for queue in queues or Queue.objects.raw(WAITED_FOR) if not queue.is_pick}


def places_of(free, queue_ids):
    """Where these agents can be offered from: {(queue id, medium)}."""
    return {
        (queue_id, medium)
        for agent in free
        for queue_id in agent.offered_from
        if queue_id in queue_ids
        for medium in (room.CHAT, room.CALL, room.EMAIL)
        if not room.bar(agent, medium)
    }


def take_next(places, count=1):
    """The next tasks in line there, locked; what another router holds is passed by."""
    queue_ids, media = zip(*places, strict=True)
    with planned(NEXT, [list(queue_ids), list(media), count], row_factory=kwargs_row(task_in_line)) as cursor:
        return cursor.fetchall()


def task_in_line(*, was_offered, **columns):
    task = Task(**columns)
    task._state.adding, task.was_offered = False, was_offered
    return task


def match(tasks, free):
    """[(task, agent)] of the agents whose turn it is; they leave `free`, {id: facts}, which is in turn (R35)."""
    refused, wanted = refusals([task for task in tasks if task.was_offered]), []
    for task in tasks:
        fitting = (agent for agent in free.values() if room.fits(agent, task))
        if agent := in_turn(fitting, refused.get(task.pk, {})):
            wanted.append((task, free.pop(agent.pk)))
    return wanted


def in_turn(agents, refused):
    """Who refused or missed this very task comes after all others, who did so just now last."""
    last = None
    for agent in agents:
        if agent.pk not in refused:
            return agent
        if not last or refused[agent.pk] < refused[last.pk]:
            last = agent
    return last


def refusals(tasks):
    """{task id: {agent id: when they refused or missed it last}}"""
    if not tasks:
        return {}
    refused = Offer.objects.filter(task__in=[task.pk for task in tasks], outcome__in=REFUSED).order_by()
    found = {}
    for task_id, agent_id, last in refused.values_list("task", "agent").annotate(last=Max("ended_at")):
        found.setdefault(task_id, {})[agent_id] = last
    return found


def hold_matched(wanted, *, is_patient):
    """The pairs whose agents are still free for it, now that their rows are locked.

    Whatever takes an agent changes their row, so that facts are asked for again only where it is another by now.
    """
    free = {agent.pk: agent for _task, agent in wanted}
    with planned(HOLD if is_patient else HOLD_AT_ONCE, [list(free)]) as cursor:
        held = dict(cursor.fetchall())
    changed = [pk for pk, row_version in held.items() if row_version != free[pk].row_version]
    free = {pk: free[pk] for pk in held if pk not in changed}
    if changed:
        free |= {agent.pk: agent for agent in room.still_free(changed)}
    return [
        (task, free[agent.pk])
        for task, agent in wanted
        if agent.pk in free and room.fits(free[agent.pk], task)
    ]


def by_turn(task, agents):
    """All who could have it, in the order in which they would get it."""
    last = refusals([task]).get(task.pk, {})
    return sorted(
        agents, key=lambda agent: (*ever(last.get(agent.pk)), *ever(agent.last_offered_at), agent.pk)
    )


def ever(moment):
    """Sorts never before any moment."""
    return (moment is not None, moment and moment.timestamp())


def take_back_unfit():
    """End the offers whose agent must not have them any more: no member, not Ready, disabled, or in a call.

    And those of queues from which agents pick by now. Return whether there were any.
    """
    found = unfit()
    for offer_id in found:
        with transaction.atomic(), acting(None):
            offer = hold(offer_id)
            if offer_id in unfit():
                end(offer, Offer.TAKEN_BACK)
                ring_queue(offer.task.queue_id)
    return bool(found)


def unfit():
    with planned(UNFIT) as cursor:
        return [offer_id for (offer_id,) in cursor.fetchall()]


def next_deadline():
    """When the first agent has wrapped up a call, and so can be offered another; or None."""
    if not Queue.objects.filter(wrap_up_seconds__gt=0).exists():
        return None
    free = room.free_agents()
    return min((agent.wrap_up_until for agent in free if agent.is_wrapping_up), default=None)
