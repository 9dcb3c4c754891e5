"""What stands in the database at one moment, read by one statement and not by the product's own code."""

import json
from types import SimpleNamespace

from django.db import connection

PARTS = {
    "agents": """
        SELECT agent.id, agent.user_id, person.username AS name, agent.state, agent.reason,
            person.is_active AS active, person.is_staff AS staff, agent.offers_during_call, agent.max_chats,
            EXISTS (SELECT FROM queues_presence
                WHERE agent_id = agent.id AND lease_until > clock_timestamp()) AS here,
            ARRAY(SELECT queue_id FROM queues_queuemember WHERE agent_id = agent.id ORDER BY 1) AS queues,
            (SELECT coalesce(least(call.ended_at, task.ended_at)
                    + make_interval(secs => queue.wrap_up_seconds) > clock_timestamp(), false)
                FROM queues_task task JOIN queues_queue queue ON queue.id = task.queue_id
                LEFT JOIN activities_call call ON call.activity_id = task.activity_id
                WHERE task.agent_id = agent.id AND task.medium = 'call'
                ORDER BY task.accepted_at DESC LIMIT 1) AS wrapping_up
        FROM queues_agent agent JOIN auth_user person ON person.id = agent.user_id ORDER BY agent.id""",
    "queues": "SELECT id, slug, mode, priority FROM queues_queue ORDER BY id",
    "tasks": """
        SELECT id, activity_id, queue_id, agent_id, state, medium, priority, line_busy, waiting_since
        FROM queues_task ORDER BY id""",
    "offers": """
        SELECT id, task_id, agent_id, returns_to_id, outcome,
            extract(epoch FROM expires_at - clock_timestamp()) AS seconds_left
        FROM queues_offer ORDER BY id""",
    "activities": """
        SELECT activity.id, medium, direction, activity.state, customer_id, care_request_id, version, verified,
            customer_left_at IS NOT NULL AS is_left, coalesce(customer_left_at = customer_seen_at, false) AS went,
            call.call_id, call.state AS call
        FROM activities_activity activity LEFT JOIN activities_call call ON call.activity_id = activity.id
        ORDER BY activity.id""",
    "requests": "SELECT id, customer_id, state, solved FROM requests_carerequest ORDER BY id",
    "customers": "SELECT id, version FROM customers_customer ORDER BY id",
    "merges": "SELECT id, kept_id FROM activities_merge WHERE undone_at IS NULL ORDER BY id",
}
WHOLE = "SELECT json_build_object({})".format(
    ", ".join(
        f"'{name}', (SELECT coalesce(json_agg(row_to_json(part)), '[]') FROM ({rows}) part)"
        for name, rows in PARTS.items()
    )
)
MOVING = {"seconds_left", "wrapping_up"}


def answer(sql):
    """Asked after every step, so planned once: that takes longer than to answer."""
    with connection.cursor() as cursor:
        return cursor.cursor.execute(sql, prepare=True).fetchall()


class Now:
    """`now.tasks`, `now.offers` … are rows; `now.task(3)`, `now.offer(3)` … one of them by its number."""

    def __init__(self):
        found = answer(WHOLE)[0][0]
        found = json.loads(found) if isinstance(found, str) else found
        for name, rows in found.items():
            setattr(self, name, [SimpleNamespace(**row) for row in rows])
        self.rows = {name: {row.id: row for row in getattr(self, name)} for name in PARTS}

    def agent(self, pk):
        return self.rows["agents"].get(pk)

    def named(self, name):
        return next(agent for agent in self.agents if agent.name == name)

    def queue(self, pk):
        return self.rows["queues"].get(pk)

    def task(self, pk):
        return self.rows["tasks"].get(pk)

    def offer(self, pk):
        return self.rows["offers"].get(pk)

    def activity(self, pk):
        return self.rows["activities"].get(pk)

    def request(self, pk):
        return self.rows["requests"].get(pk)

    @property
    def live(self):
        """Tasks that are not over."""
        return [task for task in self.tasks if task.state in ("waiting", "offered", "active")]

    @property
    def active(self):
        return [task for task in self.tasks if task.state == "active"]

    @property
    def live_offers(self):
        return [offer for offer in self.offers if not offer.outcome]

    def live_task(self, activity):
        return next((task for task in self.live if task.activity_id == activity.id), None)

    def offer_of(self, agent):
        return next((offer for offer in self.live_offers if offer.agent_id == agent.id), None)

    def held(self, agent, medium=None):
        return [task for task in self.active if task.agent_id == agent.id and medium in (None, task.medium)]

    def in_call(self, agent):
        return any(task.line_busy for task in self.held(agent))

    def keeps_line(self, task):
        """Whether this task will keep the line of whoever has it."""
        return task.medium == "call" and self.activity(task.activity_id).call != "ended"

    def facts(self):
        """All that only a verb changes, to be compared."""
        return {
            name: [
                {key: value for key, value in vars(row).items() if key not in MOVING}
                for row in getattr(self, name)
            ]
            for name in PARTS
        }
