"""A stamp is one word for everything the panes of a task show but its messages; another word: look again.

The desk compares it after each connect, selection and tick, so that no lost push does harm and no pane looks in vain.
Written as SQL: it is asked at every selection and tick, and building it anew took longer than answering it.
"""

from django.db import connection

STAMP = """
SELECT md5(row(
    task.state, activity.version, activity.state, activity.verified, activity.customer_left_at,
    customer.version, request.version,
    (SELECT row(max(touched_at), max(closed_at)) FROM requests_carerequest WHERE customer_id = customer.id),
    (SELECT id FROM activities_activity WHERE customer_id = customer.id ORDER BY started_at DESC, id DESC LIMIT 1),
    (SELECT row(max(id), max(ended_at)) FROM queues_offer WHERE task_id = task.id), task.transfer_note,
    (SELECT row(state, answered_by_id, answered_elsewhere, held_since, held_seconds, cause)
        FROM activities_call WHERE activity_id = activity.id),
    (SELECT row(max(id), max(edited_at)) FROM activities_comment WHERE activity_id = activity.id),
    (SELECT row(count(*), max(updated_at)) FROM activities_draft
        WHERE agent_id IS NULL AND record = 'activity-' || activity.id)
)::text), activity.last_seq
FROM queues_task task
JOIN activities_activity activity ON activity.id = task.activity_id
LEFT JOIN customers_customer customer ON customer.id = activity.customer_id
LEFT JOIN requests_carerequest request ON request.id = activity.care_request_id
WHERE task.id = %s
"""

OPENED_STAMP = """
SELECT md5(row(
    opened.customer_id, opened.activity_id, activity.version, activity.state, activity.verified,
    customer.version, request.version,
    (SELECT row(max(touched_at), max(closed_at)) FROM requests_carerequest WHERE customer_id = customer.id),
    (SELECT id FROM activities_activity WHERE customer_id = customer.id ORDER BY started_at DESC, id DESC LIMIT 1),
    (SELECT row(max(id), max(edited_at)) FROM activities_comment WHERE activity_id = activity.id),
    (SELECT row(count(*), max(updated_at)) FROM activities_draft
        WHERE agent_id IS NULL AND record = 'activity-' || activity.id)
)::text)
FROM activities_opencustomer opened
LEFT JOIN activities_activity activity ON activity.id = opened.activity_id
LEFT JOIN customers_customer customer ON customer.id = opened.customer_id
LEFT JOIN requests_carerequest request ON request.id = activity.care_request_id
WHERE opened.id = %s
"""
LOOKED_STAMP = """
SELECT md5(row(
    customer.version,
    (SELECT row(max(touched_at), max(closed_at)) FROM requests_carerequest WHERE customer_id = customer.id),
    (SELECT row(id, version, state) FROM activities_activity WHERE customer_id = customer.id
        ORDER BY started_at DESC, id DESC LIMIT 1)
)::text)
FROM customers_customer customer
WHERE customer.id = %s
"""
GADGET_STATE = """
SELECT md5(row(
    (SELECT array_agg(row(opened.id, opened.customer_id, activity.id, activity.state) ORDER BY opened.id)
        FROM activities_opencustomer opened LEFT JOIN activities_activity activity ON activity.id = activity_id
        WHERE agent_id = %(user)s),
    (SELECT row(count(*), max(at)) FROM activities_recentcustomer WHERE agent_id = %(user)s)
)::text)
"""


def stamp_of(task_id: int) -> str:
    return facts_of(task_id)[0]


def facts_of(task_id: int) -> tuple[str, int]:
    """(stamp, number of the last message) as they stand now; ("", 0) of a task that is not."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP, [task_id])
        return cursor.fetchone() or ("", 0)


def opened_stamp(opened_id: int) -> str:
    """The same of a customer who is open in the gadget; "" of one who is not."""
    return asked(OPENED_STAMP, [opened_id])


def looked_stamp(customer_id: int) -> str:
    """The same of a customer who was found by search; "" of one who is not."""
    return asked(LOOKED_STAMP, [customer_id])


def gadget_state(user_id: int) -> str:
    """One word for what the agent has in Open and Recent."""
    return asked(GADGET_STATE, {"user": user_id})


def asked(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return (cursor.fetchone() or ("",))[0]
