"""What must be so after every step, as SQL that finds the rows for which it is not."""

from tests.rules_machine.snapshot import answer

QUOTE = "'"
LIVE = "('waiting', 'offered', 'active')"

ALWAYS = {
    "R34 a task has one live offer at most": """
        SELECT task_id FROM queues_offer WHERE outcome = '' GROUP BY task_id HAVING count(*) > 1""",
    "R34 an agent has one live offer at most": """
        SELECT agent_id FROM queues_offer WHERE outcome = '' GROUP BY agent_id HAVING count(*) > 1""",
    "an offered task has a live offer of routing": """
        SELECT id FROM queues_task WHERE state = 'offered' AND NOT EXISTS (
            SELECT FROM queues_offer WHERE task_id = queues_task.id AND outcome = '' AND returns_to_id IS NULL)""",
    "a live offer of routing is that of an offered task": """
        SELECT offer.id, task.state FROM queues_offer offer JOIN queues_task task ON task.id = task_id
        WHERE outcome = '' AND returns_to_id IS NULL AND task.state <> 'offered'""",
    "R43 a task with both holder and offer is being passed on by its holder": """
        SELECT offer.id, task.state FROM queues_offer offer JOIN queues_task task ON task.id = task_id
        WHERE outcome = '' AND returns_to_id IS NOT NULL
            AND (task.state <> 'active' OR task.agent_id <> returns_to_id OR offer.agent_id = returns_to_id)""",
    "a task has a holder exactly while it is in progress": f"""
        SELECT id, state FROM queues_task
        WHERE state IN {LIVE} AND (state = 'active') <> (agent_id IS NOT NULL)""",
    "R40 an agent has one call at most": """
        SELECT agent_id FROM queues_task WHERE line_busy GROUP BY agent_id HAVING count(*) > 1""",
    "R40 a line is kept by a call in progress that is not over": """
        SELECT task.id FROM queues_task task JOIN activities_call call USING (activity_id)
        WHERE line_busy AND (task.state <> 'active' OR call.state = 'ended')""",
    "R40 who is in a call is offered no other": """
        SELECT offer.id FROM queues_offer offer JOIN queues_task task ON task.id = task_id
        WHERE outcome = '' AND task.medium = 'call' AND EXISTS (
            SELECT FROM queues_task busy WHERE busy.agent_id = offer.agent_id AND busy.line_busy)""",
    "R30 routing offers only to who is Ready, working and a member of an automatic queue": """
        SELECT offer.id, agent.state, agent.reason, person.is_active FROM queues_offer offer
        JOIN queues_task task ON task.id = task_id JOIN queues_queue queue ON queue.id = task.queue_id
        JOIN queues_agent agent ON agent.id = offer.agent_id JOIN auth_user person ON person.id = agent.user_id
        WHERE outcome = '' AND returns_to_id IS NULL AND (
            agent.state <> 'ready' OR NOT person.is_active OR queue.mode <> 'automatic' OR NOT EXISTS (
                SELECT FROM queues_queuemember member
                WHERE member.queue_id = queue.id AND member.agent_id = agent.id))""",
    "R33 the first waiting time never changes": """
        SELECT DISTINCT task.id FROM queues_task task JOIN queues_taskevent event ON event.pgh_obj_id = task.id
        WHERE event.waiting_since <> task.waiting_since""",
    "R42 who comes back has waited since the first time": """
        SELECT activity_id FROM queues_task WHERE medium = 'chat'
        GROUP BY activity_id HAVING count(DISTINCT waiting_since) > 1""",
    "an interaction has one live task at most": f"""
        SELECT activity_id FROM queues_task WHERE state IN {LIVE} GROUP BY activity_id HAVING count(*) > 1""",
    "what waits has not begun and is not over": """
        SELECT task.id, activity.state FROM queues_task task JOIN activities_activity activity
            ON activity.id = task.activity_id
        WHERE task.state IN ('waiting', 'offered') AND activity.state <> 'waiting'""",
    "what is in progress has begun and is not over": """
        SELECT task.id, activity.state FROM queues_task task JOIN activities_activity activity
            ON activity.id = task.activity_id
        WHERE task.state = 'active' AND activity.state <> 'active'""",
    "what goes on has a task": f"""
        SELECT id, medium, state FROM activities_activity activity WHERE state IN ('waiting', 'active')
            AND NOT EXISTS (SELECT FROM queues_task WHERE activity_id = activity.id AND state IN {LIVE})""",
    "the request of an activity is its customer's": """
        SELECT activity.id FROM activities_activity activity
        JOIN requests_carerequest request ON request.id = care_request_id
        WHERE activity.customer_id IS DISTINCT FROM request.customer_id""",
    "R41 what is in progress with a known customer has a request": """
        SELECT activity.id FROM activities_activity activity JOIN queues_task task ON task.activity_id = activity.id
        WHERE task.state = 'active' AND customer_id IS NOT NULL AND care_request_id IS NULL""",
    "R90 a closed request has no live task": f"""
        SELECT request.id, task.id, task.state FROM requests_carerequest request
        JOIN activities_activity activity ON activity.care_request_id = request.id
        JOIN queues_task task ON task.activity_id = activity.id
        WHERE request.state = 'closed' AND task.state IN {LIVE}""",
    "R8 a solved request that nothing goes on in is closed": f"""
        SELECT request.id FROM requests_carerequest request WHERE state = 'open' AND solved AND NOT EXISTS (
            SELECT FROM activities_activity activity JOIN queues_task task ON task.activity_id = activity.id
            WHERE activity.care_request_id = request.id AND task.state IN {LIVE})""",
    "R34 an offer is accepted in time": """
        SELECT offer.id FROM queues_offer offer JOIN queues_task task ON task.id = task_id
        WHERE outcome = 'accepted' AND task.medium <> 'call' AND offer.ended_at >= expires_at""",
    "R32 nobody has missed an offer before its end": """
        SELECT id FROM queues_offer WHERE outcome = 'no_answer' AND ended_at < expires_at""",
    "the last row of a task's history is how it is": """
        SELECT task.id FROM queues_task task LEFT JOIN LATERAL (
            SELECT * FROM queues_taskevent WHERE pgh_obj_id = task.id ORDER BY pgh_id DESC LIMIT 1) event ON true
        WHERE (task.state, task.agent_id, task.queue_id, task.line_busy, task.priority, task.ended_at)
            IS DISTINCT FROM
            (event.state, event.agent_id, event.queue_id, event.line_busy, event.priority, event.ended_at)""",
    "the last row of an agent's history is how they are": """
        SELECT agent.id FROM queues_agent agent LEFT JOIN LATERAL (
            SELECT * FROM queues_agentevent WHERE pgh_obj_id = agent.id ORDER BY pgh_id DESC LIMIT 1) event ON true
        WHERE (agent.state, agent.reason, agent.chosen_reason_id, agent.since)
            IS DISTINCT FROM (event.state, event.reason, event.chosen_reason_id, event.since)""",
    "the last row of an offer's history is how it is": """
        SELECT offer.id FROM queues_offer offer LEFT JOIN LATERAL (
            SELECT * FROM queues_offerevent WHERE pgh_obj_id = offer.id ORDER BY pgh_id DESC LIMIT 1) event ON true
        WHERE (offer.task_id, offer.agent_id, offer.outcome, offer.ended_at)
            IS DISTINCT FROM (event.task_id, event.agent_id, event.outcome, event.ended_at)""",
}

# Only once the clock has been looked at: until then what is due has not happened yet.
AFTER_DISPATCH = {
    "R32 no offer stands after its end": """
        SELECT id FROM queues_offer WHERE outcome = '' AND expires_at < clock_timestamp() - interval '5 seconds'""",
    "R37 who is gone for 10 s has no offer": """
        SELECT offer.id FROM queues_offer offer JOIN queues_agent agent ON agent.id = agent_id
        WHERE outcome = '' AND gone_since < clock_timestamp() - interval '11 seconds' AND NOT EXISTS (
            SELECT FROM queues_presence WHERE agent_id = agent.id)""",
    "R37 who is gone for 45 s is not Ready": """
        SELECT id FROM queues_agent agent WHERE state = 'ready'
            AND coalesce(gone_since, '-infinity') < clock_timestamp() - interval '46 seconds' AND NOT EXISTS (
                SELECT FROM queues_presence WHERE agent_id = agent.id)""",
    "R38 who is gone for 300 s has no chats": """
        SELECT task.id FROM queues_task task JOIN queues_agent agent ON agent.id = agent_id
        WHERE task.state = 'active' AND task.medium = 'chat'
            AND gone_since < clock_timestamp() - interval '301 seconds' AND NOT EXISTS (
                SELECT FROM queues_presence WHERE agent_id = agent.id)""",
    "R40 who accepted a call that nobody answered for 60 s is free": """
        SELECT task.id FROM queues_task task JOIN activities_call call USING (activity_id)
        JOIN activities_activity activity ON activity.id = task.activity_id
        WHERE line_busy AND call.state = 'new' AND activity.direction = 'in'
            AND accepted_at < clock_timestamp() - interval '61 seconds'""",
    "R42 whose page is silent for 60 s waits no more": """
        SELECT id FROM activities_activity WHERE medium = 'chat' AND state = 'waiting' AND customer_left_at IS NULL
            AND customer_seen_at < clock_timestamp() - interval '61 seconds'""",
    "R42 whose page is silent for 180 s has left": """
        SELECT id FROM activities_activity WHERE medium = 'chat' AND state = 'active' AND customer_left_at IS NULL
            AND customer_seen_at < clock_timestamp() - interval '181 seconds'""",
}

# Only once the sweep of requests has come by.
AFTER_SWEEP = {
    "R90 what is quiet for 5 days is closed": f"""
        SELECT id FROM requests_carerequest request WHERE state = 'open'
            AND touched_at < clock_timestamp() - interval '432001 seconds' AND NOT EXISTS (
                SELECT FROM activities_activity activity JOIN queues_task task ON task.activity_id = activity.id
                WHERE activity.care_request_id = request.id AND task.state IN {LIVE})""",
}


def broken(laws):
    """[(law, the row that breaks it)]"""
    return answer(
        " UNION ALL ".join(
            f"SELECT '{name.replace(QUOTE, 2 * QUOTE)}', row_to_json(found)::text FROM ({sql}) found"
            for name, sql in laws.items()
        )
    )
