"""What a step may change, and who must have signed it: asked of the moments before and after, and of the history."""

from django.db import connection

OVER = ("closed", "abandoned")
REFUSED = ("no_answer", "declined")

EVENTS = """
SELECT kind, pgh_id, id, was, now, by, reason, agent_user, sender_user FROM (
    SELECT 'task' AS kind, event.pgh_id, pgh_obj_id AS id, lag(event.state) OVER own AS was, event.state AS now,
        event.agent_id IS DISTINCT FROM lag(event.agent_id) OVER own AS is_other_agent,
        (pgh_context->>'by')::bigint AS by, '' AS reason, agent.user_id AS agent_user, NULL::bigint AS sender_user
    FROM queues_taskevent event LEFT JOIN queues_agent agent ON agent.id = event.agent_id
    WINDOW own AS (PARTITION BY pgh_obj_id ORDER BY event.pgh_id)
    UNION ALL
    SELECT 'agent', pgh_id, pgh_obj_id, lag(state) OVER own, state,
        reason <> lag(reason) OVER own, (pgh_context->>'by')::bigint, reason, user_id, NULL
    FROM queues_agentevent WINDOW own AS (PARTITION BY pgh_obj_id ORDER BY pgh_id)
    UNION ALL
    SELECT 'offer', event.pgh_id, pgh_obj_id, lag(outcome) OVER own, outcome,
        false, (pgh_context->>'by')::bigint, '', agent.user_id, sender.user_id
    FROM queues_offerevent event JOIN queues_agent agent ON agent.id = event.agent_id
    LEFT JOIN queues_agent sender ON sender.id = event.returns_to_id
    WINDOW own AS (PARTITION BY pgh_obj_id ORDER BY event.pgh_id)
) event
WHERE (was IS DISTINCT FROM now OR is_other_agent) AND pgh_id > CASE kind
    WHEN 'task' THEN %s WHEN 'agent' THEN %s ELSE %s END
ORDER BY kind, pgh_id
"""
KINDS = ("task", "agent", "offer")


class History:
    """Reads on where it stopped: all transitions of tasks, agents' states and offers since the last step."""

    def __init__(self):
        self.read_to = dict.fromkeys(KINDS, 0)
        self.news()

    def news(self):
        with connection.cursor() as cursor:
            cursor.execute(EVENTS, [self.read_to[kind] for kind in KINDS])
            names = [column.name for column in cursor.description]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for event in found:
            self.read_to[event["kind"]] = max(self.read_to[event["kind"]], event["pgh_id"])
        return found


def check_signed(events, actors, supervisor):
    """`actors`: the users who did something in this step; None is the system, which follows everybody."""
    forgiven = {event["agent_user"] for event in events if is_forgiven(event)}
    for event in events:
        if event["kind"] == "agent" and event["now"] == "ready" and event["by"] is None:
            assert event["agent_user"] in forgiven, f"nobody made them Ready: {event}"
            continue
        assert event["by"] in {None, *actors}, f"signed by somebody who did nothing: {event}"
        assert SIGNED[event["kind"]](event, supervisor), f"not signed by who did it: {event}"


def is_forgiven(event):
    """R37: it turns out that their line was cut."""
    return (event["kind"], event["was"], event["now"]) == ("offer", "no_answer", "connection_lost")


def check_taken_once(events, after):
    """R22: who has a task keeps it, unless it is passed on to the other, or a supervisor or a telephone does that."""
    passed_on = {
        event["agent_user"] for event in events if event["now"] == "accepted" and event["sender_user"]
    }
    for event in events:
        if (
            event["kind"] == "task"
            and event["was"] == event["now"] == "active"
            and event["by"] == event["agent_user"]
        ):
            is_call = after.task(event["id"]).medium == "call"
            assert is_call or event["by"] in passed_on, f"it was somebody's already: {event}"


def task_signed(event, supervisor):
    by, now = event["by"], event["now"]
    if now == "active":
        return by is not None and by in (event["agent_user"], supervisor)
    if now == "offered":
        return by is None
    return True


def agent_signed(event, supervisor):
    if event["was"] is None:
        return True
    if event["now"] == "ready" or event["reason"] in ("declined", "other", "signed_in"):
        return event["by"] == event["agent_user"]
    return event["by"] == (supervisor if event["reason"] == "by_supervisor" else None)


def offer_signed(event, supervisor):
    by = event["by"]
    if not event["now"]:
        return by == event["sender_user"]
    if event["now"] == "accepted":
        return by == event["agent_user"]
    if event["now"] == "declined":
        return by == event["agent_user"]
    return event["now"] == "taken_back" or by is None


SIGNED = {"task": task_signed, "agent": agent_signed, "offer": offer_signed}


def check_kept(before, after):
    """What nothing ever changes."""
    for task in before.tasks:
        now = after.task(task.id)
        assert now, f"task {task.id} has vanished"
        assert (now.activity_id, now.medium) == (task.activity_id, task.medium)
        assert task.state not in OVER or now.state == task.state, (
            f"task {task.id} was {task.state}, is {now.state}"
        )
    for offer in before.offers:
        now = after.offer(offer.id)
        assert now, f"offer {offer.id} has vanished"
        ends = {offer.outcome, "connection_lost"} if offer.outcome == "no_answer" else {offer.outcome}
        assert not offer.outcome or now.outcome in ends, f"offer {offer.id} has ended twice"


def check_new_offers(before, after, is_race):
    """R30, R36: what routing has offered in this step, and still offers, is offered to who may have it."""
    for offer in new_offers(before, after):
        if offer.returns_to_id or offer.outcome:
            continue
        agent, task = after.agent(offer.agent_id), after.task(offer.task_id)
        assert agent.here, f"{agent.name} is not at their desk and is offered task {task.id}"
        assert agent.state == "ready", f"{agent.name} is not Ready and is offered task {task.id}"
        assert is_race or has_room(after, agent, task.medium), f"{agent.name} has no room for task {task.id}"


def new_offers(before, after):
    return [offer for offer in after.offers if not before.offer(offer.id)]


def has_room(now, agent, medium):
    in_call = now.in_call(agent)
    if medium == "call":
        return not in_call and not agent.wrapping_up
    if in_call and not agent.offers_during_call:
        return False
    return len(now.held(agent, medium)) < agent.max_chats


def fits(now):
    """{(task, agent)}: who could be offered what waits (R30, R36)."""
    free = [
        agent
        for agent in now.agents
        if agent.state == "ready" and agent.active and agent.here and not now.offer_of(agent)
    ]
    return {
        (task.id, agent.name)
        for task in now.tasks
        for agent in free
        if task.state == "waiting" and could_have(now, agent, task)
    }


def check_in_turn(before, after):
    """R35: priority first, then the longest waiting: nobody was passed over who waits still."""
    for offer in new_offers(before, after):
        if offer.returns_to_id or offer.outcome:
            continue
        agent, taken = after.agent(offer.agent_id), after.task(offer.task_id)
        for other in after.tasks:
            if waited(before, other) and could_have(after, agent, other):
                assert place(taken) < place(other), f"task {other.id} was before task {taken.id}"


def waited(before, task):
    return task.state == "waiting" and before.task(task.id) and before.task(task.id).state == "waiting"


def could_have(now, agent, task):
    is_automatic = now.queue(task.queue_id).mode == "automatic"
    return is_automatic and task.queue_id in agent.queues and has_room(now, agent, task.medium)


def place(task):
    return task.priority, task.waiting_since, task.id


def check_turn_of_agents(before, after):
    """R35: whoever was without an offer for the longest; never who refused it while another is there."""
    for offer in new_offers(before, after):
        if not offer.returns_to_id and not offer.outcome:
            task = after.task(offer.task_id)
            able = [after.named(name) for pk, name in fits(swapped(after, task)) if pk == task.id]
            mine = turn(after, offer, offer.agent_id)
            sooner = [agent.name for agent in able if turn(after, offer, agent.id) < mine]
            assert not sooner, f"task {task.id}: it was the turn of {sooner}"


def turn(now, offer, agent_id):
    """(their last refusal of this task, their last offer before this one), in numbers of offers."""
    theirs = [each for each in now.offers if each.agent_id == agent_id and each.id < offer.id]
    refusals = [each.id for each in theirs if each.task_id == offer.task_id and each.outcome in REFUSED]
    return max(refusals, default=0), max((each.id for each in theirs), default=0)


def swapped(now, task):
    """The moment as if this task still waited."""

    class Still:
        def __getattr__(self, name):
            return getattr(now, name)

    still = Still()
    copy = type(task)(**{**vars(task), "state": "waiting"})
    still.tasks = [copy if each.id == task.id else each for each in now.tasks]
    return still
