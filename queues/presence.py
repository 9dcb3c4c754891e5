"""Who is at their desk: a lease for each connection, ended with it, or by the clock when its web process is gone (R37).

A web process hears of a dead line within seconds (its pings, caredesk/parts.py) and ends that lease; as long as the
line answers it renews it. So a lease that runs out says that nobody listened, and not that the agent went.
"""

from datetime import timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, OuterRef

from queues import routing
from queues.clock import clock
from queues.models import Agent, Presence
from queues.retrying import retried_after_deadlock

LEASE_SECONDS = 10
RENEW_SECONDS = 2

RENEW = """
INSERT INTO queues_presence (agent_id, connection, since, lease_until)
SELECT agent_id, connection, clock_timestamp(), clock_timestamp() + make_interval(secs => %s)
FROM unnest(%s::bigint[], %s::text[]) AS open (agent_id, connection)
JOIN queues_agent agent ON agent.id = agent_id
ORDER BY connection
ON CONFLICT (connection) DO UPDATE SET lease_until = EXCLUDED.lease_until
RETURNING agent_id, xmax = 0
"""

END_LAPSED = """
WITH lapsed AS (DELETE FROM queues_presence WHERE lease_until <= clock_timestamp() RETURNING agent_id, lease_until),
last AS (SELECT agent_id, max(lease_until) AS moment FROM lapsed GROUP BY agent_id),
gone AS (
    UPDATE queues_agent SET gone_since = last.moment FROM last
    WHERE queues_agent.id = last.agent_id AND NOT EXISTS (
        SELECT FROM queues_presence WHERE agent_id = last.agent_id AND lease_until > clock_timestamp()
    )
)
SELECT count(*) FROM lapsed
"""


def renew(agent_id, connection):
    """The connection answers: its lease begins, or goes on. One that was thought dead is there again."""
    renew_all({connection: agent_id})


def renew_all(agents):
    """All connections of a process at once, {connection: agent id}."""
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(RENEW, [LEASE_SECONDS, list(agents.values()), list(agents)])
        come = {agent_id for agent_id, is_new in cursor.fetchall() if is_new}
        if come:
            Agent.objects.filter(pk__in=come, gone_since__isnull=False).update(gone_since=None)
            routing.soon()


@retried_after_deadlock
def leave(connection, *, silent_seconds=0):
    """The connection has ended, after so many seconds in which it did not answer; return its lease, or None."""
    with transaction.atomic():
        lease = Presence.objects.filter(connection=connection).first()
        if not lease:
            return None
        agent = Agent.objects.select_for_update(no_key=True).get(pk=lease.agent_id)
        lease.delete()
        if not is_here(agent.pk):
            last = max(clock() - timedelta(seconds=silent_seconds), lease.since)
            Agent.objects.filter(pk=agent.pk).update(gone_since=last)
    return lease


def is_here(agent_id):
    """Whether a desk of theirs is open."""
    return live().filter(agent=agent_id).exists()


def live():
    return Presence.objects.filter(lease_until__gt=clock())


@retried_after_deadlock
def sweep():
    """End the leases that ran out; return how many. Who came back by another process is not gone."""
    with database.cursor() as cursor:
        cursor.execute(END_LAPSED)
        ended = cursor.fetchone()[0]
    here = live().filter(agent=OuterRef("pk"))
    Agent.objects.filter(Exists(here), gone_since__isnull=False).update(gone_since=None)
    return ended


def next_deadline():
    """When the first lease runs out, or None."""
    return Presence.objects.order_by("lease_until").values_list("lease_until", flat=True).first()
