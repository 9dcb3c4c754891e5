"""How an offer begins and ends, as all verbs do it that lock its task, then it, then its agent (R31, R37)."""

from django.conf import settings
from psycopg.rows import kwargs_row

from caredesk.history import TOLD, told
from caredesk.planned import planned
from caredesk.realtime import announce
from queues.bells import ring_desks, ring_queues
from queues.clock import clock
from queues.models import Agent, Offer, Task
from queues.waking import SLEEP_SECONDS, wake


def seconds_of(queue):
    """How long an offer of this queue stands: its own seconds, else the setting (R32)."""
    return queue.offer_seconds or settings.OFFER_SECONDS


def make(task, agent, *, returns_to=None):
    """Show the task to the agent; the caller holds both rows. `returns_to` keeps it until it is accepted (R43)."""
    return make_all([(task, agent)], returns_to=returns_to)[0]


def make_all(pairs, *, returns_to=None):
    """Show each task to its agent, [(task, agent)], in one statement; return the offers."""
    tasks = {task.pk: task for task, _agent in pairs}
    agents = [agent.pk for _task, agent in pairs]
    seconds = [seconds_of(task.queue) for task in tasks.values()]
    given = [*told(), returns_to and returns_to.pk, list(tasks), agents, seconds]
    with planned(MAKE, given, row_factory=kwargs_row(Offer)) as cursor:
        made = cursor.fetchall()
    for offer in made:
        offer.task, offer._state.adding = tasks[offer.task_id], False
        if not returns_to:
            offer.task.state = Task.OFFERED
    announce(*(f"desk-{agent.user_id}" for _task, agent in pairs))
    if min(seconds) < SLEEP_SECONDS:
        wake(within=min(seconds))
    ring_queues(task.queue_id for task in tasks.values())
    return made


MAKE = """
WITH told AS ({told}), made AS (
    INSERT INTO queues_offer (task_id, agent_id, returns_to_id, offered_at, expires_at, outcome)
    SELECT pair.task_id, pair.agent_id, %s::bigint, now, now + make_interval(secs => pair.seconds), ''
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS pair (task_id, agent_id, seconds)
    CROSS JOIN clock_timestamp() AS now CROSS JOIN told
    RETURNING *
), offered AS (
    UPDATE queues_task SET state = 'offered' FROM made
    WHERE queues_task.id = made.task_id AND made.returns_to_id IS NULL
), shown AS (
    UPDATE queues_agent SET last_offered_at = made.offered_at, desk_seq = desk_seq + 1 FROM made
    WHERE queues_agent.id = made.agent_id
)
SELECT * FROM made ORDER BY id
"""
MAKE = MAKE.format(told=TOLD)


def to_state(tasks, state):
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(state=state)
    for task in tasks:
        task.state = state


def end(offer, outcome):
    """The offer is over; its task waits again, unless the sender of a transfer has it, or it is no offered one."""
    end_all([offer], outcome)


def end_all(offers, outcome):
    """All these are over in one way; the caller holds their tasks, and their agents if they are more than one."""
    now = clock()
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(outcome=outcome, ended_at=now)
    for offer in offers:
        offer.outcome, offer.ended_at = outcome, now
    to_state([offer.task for offer in offers if offer.task.state == Task.OFFERED], Task.WAITING)
    ring_agents(offers)


def ring_agents(offers):
    """Both desks of a transfer, whose sender looks at the task."""
    announce(*(f"activity-{offer.task.activity_id}" for offer in offers if offer.is_transfer))
    people = hold_agents(*(pk for offer in offers for pk in (offer.agent_id, offer.returns_to_id)))
    ring_desks({agent.pk: agent.user_id for agent in people.values()})


def end_live(task, outcome):
    """End the live offer of a task that the caller holds; return it or None. The queue is rung by the caller, last."""
    offer = hold_live(task)
    if offer:
        end(offer, outcome)
    return offer


def hold_live(task):
    """The live offer of a task that the caller holds, locked with its agents; None when there is none."""
    offer = task and Offer.objects.select_for_update(no_key=True).live().filter(task=task).first()
    if offer:
        offer.task = task
        hold_agents(offer.agent_id, offer.returns_to_id)
    return offer


def hold(offer_id):
    """The offer with its task, both locked; then the agents may be. Raises Offer.DoesNotExist."""
    task_id = Offer.objects.values_list("task_id", flat=True).get(pk=offer_id)
    task = Task.objects.select_for_update(no_key=True, of=["self"]).select_related("queue").get(pk=task_id)
    offer = Offer.objects.select_for_update(no_key=True).get(pk=offer_id)
    offer.task = task
    return offer


def hold_due(offer_ids):
    """Those of these live offers whose time is over, with their tasks, all locked, and then their agents.

    What somebody else holds is passed by: that is being accepted, declined or left right now.
    """
    live = Offer.objects.live().filter(pk__in=offer_ids).values("task")
    tasks = Task.objects.select_for_update(no_key=True, skip_locked=True, of=["self"])
    held = {task.pk: task for task in tasks.filter(pk__in=live).order_by("pk")}
    locked = Offer.objects.select_for_update(no_key=True).live().filter(pk__in=offer_ids, task__in=held)
    found = list(locked.order_by("pk"))
    agents = hold_agents(*(pk for offer in found for pk in (offer.agent_id, offer.returns_to_id)))
    for offer in found:
        offer.task, offer.agent = held[offer.task_id], agents[offer.agent_id]
    now = clock()
    return [offer for offer in found if offer.expires_at <= now]


def hold_agents(*agent_ids):
    """Locked agents by id."""
    wanted = Agent.objects.filter(pk__in=[pk for pk in agent_ids if pk]).order_by("pk")
    return {agent.pk: agent for agent in wanted.select_for_update(no_key=True, of=["self"])}
