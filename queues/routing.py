"""Who is offered what: queue priority first, then the longest waiting task, to the agent longest without (R30 to R36).

Inline, after the commit of whatever makes an offer possible; what that misses, the dispatcher makes good. Any number
of processes may route at once: each holds one waiting task and then one agent, and passes by what others hold.
"""

import logging

from django.db import Error, connection, transaction
from django.db.models import Max

from caredesk.history import acting
from queues import room
from queues.bells import ring_queue
from queues.models import Agent, Offer, Queue, Task
from queues.offering import end, hold, make
from queues.waking import wake

PASSES = 5
REFUSED = [Offer.NO_ANSWER, Offer.DECLINED]

logger = logging.getLogger(__name__)

NEXT = """
SELECT * FROM queues_task WHERE state = 'waiting' AND id IN (
    SELECT first.id FROM unnest(%s::bigint[], %s::text[]) AS place (queue_id, medium)
    CROSS JOIN LATERAL (
        SELECT id FROM queues_task
        WHERE queue_id = place.queue_id AND medium = place.medium AND state = 'waiting'
        ORDER BY priority, waiting_since, id LIMIT 8
    ) first
) ORDER BY priority, waiting_since, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""

UNFIT = """
SELECT offer.id FROM queues_offer offer
JOIN queues_task task ON task.id = offer.task_id
JOIN queues_agent agent ON agent.id = offer.agent_id
JOIN auth_user person ON person.id = agent.user_id
WHERE offer.outcome = '' AND (
    offer.returns_to_id IS NULL AND (
        agent.state <> 'ready' OR NOT person.is_active OR NOT EXISTS (
            SELECT FROM queues_queuemember member
            WHERE member.queue_id = task.queue_id AND member.agent_id = offer.agent_id
        )
    ) OR task.medium = 'call' AND EXISTS (
        SELECT FROM queues_task other WHERE other.agent_id = offer.agent_id AND other.line_busy
    )
) ORDER BY offer.id
"""


def soon():
    """After commit: route. Nothing that made it necessary ever fails because of it."""
    transaction.on_commit(route_or_wake, robust=True)


def route_or_wake():
    try:
        route()
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
    for _pass in range(PASSES):
        offers, is_done = go_round(queues)
        made += offers
        if is_done:
            break
    return made


def go_round(queues):
    """One offer at most to each agent who is free now; return how many, and whether that was all there is to do."""
    free, made, is_done = {agent.pk: agent for agent in room.free_agents()}, 0, True
    while places := places_of(free.values(), queues):
        with transaction.atomic(), acting(None):
            task = take_next(places)
            if not task:
                break
            agent = choose(task, free)
            if agent:
                make(task, agent)
                made += 1
            else:
                is_done = False
    return made, is_done


def places_of(free, queues):
    """Where these agents can be offered from: {(queue id, medium)}."""
    wanted = queues and {queue.pk for queue in queues}
    return {
        (queue_id, medium)
        for agent in free
        for queue_id in agent.offered_from
        if wanted is None or queue_id in wanted
        for medium in (room.CHAT, room.CALL, room.EMAIL)
        if not room.bar(agent, medium)
    }


def take_next(places):
    """The next task in line there, locked, or None; what another router holds is passed by."""
    queue_ids, media = zip(*places, strict=True)
    return next(iter(Task.objects.raw(NEXT, [list(queue_ids), list(media)])), None)


def choose(task, free):
    """The agent whose turn it is, locked, or None. Who is found not to be free any more leaves `free`, {id: facts}.

    An agent whose row is held for a moment by something else is waited for only when there is nobody else. Only one
    agent is ever locked in a transaction, or two routers could wait for each other.
    """
    in_turn = by_turn(task, [agent for agent in free.values() if room.fits(agent, task)])
    for is_patient in (False, True):
        for agent in in_turn:
            if not lock(agent, is_patient):
                continue
            del free[agent.pk]
            now = room.of(agent.pk)
            return now if room.fits(now, task) else None
    return None


def by_turn(task, agents):
    """Who refused or missed this very task comes after all others, then who was offered something last (R35)."""
    if len(agents) < 2:
        return agents
    refused = task.offers.filter(outcome__in=REFUSED).order_by().values("agent")
    last = dict(refused.annotate(last=Max("ended_at")).values_list("agent", "last"))
    return sorted(
        agents, key=lambda agent: (*ever(last.get(agent.pk)), *ever(agent.last_offered_at), agent.pk)
    )


def ever(moment):
    """Sorts never before any moment."""
    return (moment is not None, moment and moment.timestamp())


def lock(agent, is_patient):
    held = Agent.objects.select_for_update(no_key=True, skip_locked=not is_patient)
    return bool(held.filter(pk=agent.pk).values_list("pk"))


def take_back_unfit():
    """End the offers whose agent must not have them any more: no member, not Ready, disabled, or in a call.

    Return whether there were any.
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
    with connection.cursor() as cursor:
        cursor.execute(UNFIT)
        return [offer_id for (offer_id,) in cursor.fetchall()]


def next_deadline():
    """When the first agent has wrapped up a call, and so can be offered another; or None."""
    if not Queue.objects.filter(wrap_up_seconds__gt=0).exists():
        return None
    free = room.free_agents()
    return min((agent.wrap_up_until for agent in free if agent.is_wrapping_up), default=None)
