"""A conversation as it stands now, held together with its request for what is about to be said in it."""

from copy import copy

from django.conf import settings
from django.utils import timezone

from activities.models import Activity
from caredesk.planned import planned


def held(activity):
    """The conversation as it stands now, locked after its request, whose 5 days begin anew.

    And `limit_reached_at`: when its customer wrote CHAT_MESSAGES_PER_MINUTE messages ago, or None; `holder_id`: the
    user who has it in progress, or None.
    """
    given = {"now": timezone.now(), "activity": activity.pk, "limit": settings.CHAT_MESSAGES_PER_MINUTE - 1}
    with planned(HELD, given) as cursor:
        columns, row = cursor.description, cursor.fetchone()
    if not row:
        raise Activity.DoesNotExist
    now = copy(activity)
    for column, value in zip(columns, row, strict=True):
        setattr(now, column.name, value)
    return now


# In words of SQL, as every message waits for it. The condition on `touched` makes the request come first.
HELD = """
    WITH touched AS (
        UPDATE requests_carerequest SET touched_at = %(now)s
        WHERE state = 'open' AND id = (SELECT care_request_id FROM activities_activity WHERE id = %(activity)s)
        RETURNING id
    )
    SELECT state, customer_id, care_request_id, customer_left_at, last_seq, unread, unanswered_since,
        agent_seen_seq, customer_seen_seq,
        (SELECT sent_at FROM activities_message
            WHERE activity_id = %(activity)s AND side = 'customer' AND kind = 'text'
            ORDER BY seq DESC OFFSET %(limit)s LIMIT 1) AS limit_reached_at,
        (SELECT agent.user_id FROM queues_task task JOIN queues_agent agent ON agent.id = task.agent_id
            WHERE task.activity_id = %(activity)s AND task.state = 'active') AS holder_id
    FROM activities_activity
    WHERE id = %(activity)s AND (SELECT count(*) FROM touched) >= 0
    FOR NO KEY UPDATE
"""
