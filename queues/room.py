"""What an agent is free for: asked by routing before each offer, and by whoever wants to know why (R36)."""

from psycopg.rows import namedtuple_row

from activities.models import Activity
from caredesk.planned import planned
from queues.models import Agent

IN_CALL, WRAPPING_UP, FULL = "in_call", "wrapping_up", "full"
CHAT, CALL, EMAIL = Activity.CHAT, Activity.CALL, Activity.EMAIL

HELD = """count(*) FILTER (WHERE task.medium = 'chat') AS chats,
    count(*) FILTER (WHERE task.medium = 'email') AS emails,
    coalesce(bool_or(task.line_busy), false) AS in_call"""
WRAP = """SELECT CASE WHEN NOT task.line_busy THEN
        least(call.ended_at, task.ended_at) + make_interval(secs => queue.wrap_up_seconds) END AS up_until
    FROM queues_task task JOIN queues_queue queue ON queue.id = task.queue_id
    LEFT JOIN activities_call call ON call.activity_id = task.activity_id
    WHERE task.agent_id = agent.id AND task.medium = 'call' ORDER BY task.accepted_at DESC LIMIT 1"""

FACTS = """
SELECT agent.*, person.is_active, here.is_here, offered.is_offered,
    held.chats, held.emails, held.in_call, wrap.up_until AS wrap_up_until,
    coalesce(wrap.up_until > clock_timestamp(), false) AS is_wrapping_up,
    ARRAY(SELECT queue.id FROM queues_queuemember member JOIN queues_queue queue ON queue.id = member.queue_id
        WHERE member.agent_id = agent.id AND queue.mode = 'automatic') AS offered_from
FROM queues_agent agent
JOIN auth_user person ON person.id = agent.user_id
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM queues_presence presence
    WHERE presence.agent_id = agent.id AND presence.lease_until > clock_timestamp()) AS is_here) here
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM queues_offer offer
    WHERE offer.agent_id = agent.id AND offer.outcome = '') AS is_offered) offered
CROSS JOIN LATERAL (SELECT {held}
    FROM queues_task task WHERE task.agent_id = agent.id AND task.state = 'active') held
LEFT JOIN LATERAL ({wrap}) wrap ON true
"""
FREE = """
SELECT agent.id AS pk, agent.user_id, agent.xmin::text AS row_version, true AS is_ready,
    true AS is_active, true AS is_here, false AS is_offered,
    agent.max_chats, agent.max_emails, agent.offers_during_call,
    coalesce(held.chats, 0) AS chats, coalesce(held.emails, 0) AS emails, coalesce(held.in_call, false) AS in_call,
    wrap.up_until AS wrap_up_until, coalesce(wrap.up_until > clock_timestamp(), false) AS is_wrapping_up,
    member.offered_from
FROM queues_agent agent
JOIN auth_user person ON person.id = agent.user_id AND person.is_active
JOIN (SELECT member.agent_id, array_agg(queue.id) AS offered_from
    FROM queues_queuemember member JOIN queues_queue queue ON queue.id = member.queue_id
    WHERE queue.mode = 'automatic' GROUP BY member.agent_id) member ON member.agent_id = agent.id
LEFT JOIN (SELECT task.agent_id, {held} FROM queues_task task
    WHERE task.state = 'active' GROUP BY task.agent_id) held ON held.agent_id = agent.id
LEFT JOIN LATERAL ({wrap}) wrap ON true
WHERE agent.state = 'ready'
    AND agent.id IN (SELECT agent_id FROM queues_presence WHERE lease_until > clock_timestamp())
    AND NOT EXISTS (SELECT FROM queues_offer offer WHERE offer.agent_id = agent.id AND offer.outcome = '')
"""
ORDER = " ORDER BY agent.last_offered_at NULLS FIRST, agent.id"
WHOLE = FACTS.format(held=HELD, wrap=WRAP)
FREE = FREE.format(held=HELD, wrap=WRAP)


def free_agents(queue_ids=None):
    """The agents who could be offered something (from these queues), who had no offer for the longest first (R35).

    Each has the facts that `fits` and `bar` ask and not a row more, found for all at once: there are many, and they
    are looked at whenever something happens.
    """
    if queue_ids is None:
        return rows(FREE + ORDER, [])
    return rows(f"{FREE} AND member.offered_from && %s::bigint[] {ORDER}", [list(queue_ids)])


def still_free(agent_ids):
    """Of these agents those who are free now, as free_agents() has them."""
    return rows(f"{FREE} AND agent.id = ANY(%s)", [list(agent_ids)])


def rows(query, given):
    with planned(query, given, row_factory=namedtuple_row) as cursor:
        return cursor.fetchall()


def of(agent_id):
    """The agent with the same facts, free or not."""
    return Agent.objects.raw(f"{WHOLE} WHERE agent.id = %s", [agent_id])[0]


def members_of(queue_id):
    """The same facts of all members of a queue, by user name."""
    members = "WHERE agent.id IN (SELECT agent_id FROM queues_queuemember WHERE queue_id = %s)"
    found = Agent.objects.raw(f"{WHOLE} {members} ORDER BY person.username", [queue_id])
    return list(found.prefetch_related("user", "chosen_reason"))


def of_each(agent_ids):
    """The same facts of several agents."""
    return list(Agent.objects.raw(f"{WHOLE} WHERE agent.id = ANY(%s)", [list(agent_ids)]))


def is_free(agent):
    return agent.is_ready and agent.is_active and agent.is_here and not agent.is_offered


def bar(agent, medium):
    """Why one task more of this medium would be too much for the agent: one of the words above, or ""."""
    if medium == CALL:
        return IN_CALL if agent.in_call else WRAPPING_UP if agent.is_wrapping_up else ""
    if agent.in_call and not agent.offers_during_call:
        return IN_CALL
    held, limit = (agent.chats, agent.max_chats) if medium == CHAT else (agent.emails, agent.max_emails)
    return FULL if held >= limit else ""


def fits(agent, task):
    """Whether routing may offer this task to this agent, by the agent's facts."""
    return is_free(agent) and task.queue_id in agent.offered_from and not bar(agent, task.medium)
