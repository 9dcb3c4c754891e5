"""Opening a customer with 10,000 activities beside one with 10 (R5): the journey's first page, and the whole desk page.

Server time, as the page's own headers say it. Floor of each: the same page of the customer with few. Target: ≤ 2 ×.
"""

from asgiref.sync import sync_to_async
from django.db import connection

from bench import people
from bench.desk import facts
from bench.figures import Figure
from bench.route import unwatched
from customers.models import Customer
from queues.models import Task

SIZES = {"activities": 10_000, "few": 10, "rounds": 120}
WARM = 20

# An earlier life of the customer, with three tags and a comment to every tenth activity, ten in a request.
REQUESTS = """
INSERT INTO requests_carerequest
(customer_id, version, title, description, state, solved, created_at, closed_at, touched_at)
SELECT %s, 1, 'Request ' || n, 'It does not work.', 'closed', false,
       now() - n * interval '5 hours', now() - n * interval '4 hours', now() - n * interval '4 hours'
FROM generate_series(1, %s / 10 + 1) n
"""
ACTIVITIES = """
WITH given (customer, count, queue, agent) AS (VALUES (%s::bigint, %s::integer, %s::bigint, %s::bigint)),
request AS (SELECT array_agg(id ORDER BY id) ids FROM requests_carerequest, given WHERE customer_id = customer),
lived AS (
    INSERT INTO activities_activity
    (medium, direction, state, version, customer_id, verified, care_request_id, subject, source_name, source_email,
     source_phone, source_page, language, title_note, description_note, started_at, ended_at, last_seq, chat_token_hash,
     address_hash, agent_seen_seq, customer_seen_seq, unread, rating_comment)
    SELECT (ARRAY['chat', 'email'])[1 + n %% 2], 'in', 'ended', 1, customer, true, ids[1 + n / 10], '', '', '', '',
           '', '', '', '', now() - n * interval '30 minutes', now() - n * interval '30 minutes' + interval '9 minutes',
           0, '', '', 0, 0, 0, ''
    FROM given, request, generate_series(1, count) n RETURNING id, started_at, ended_at
), tagged AS (
    INSERT INTO activities_tag (activity_id, name, folded, added_at)
    SELECT id, 'tag ' || n, 'tag ' || n, ended_at FROM lived, generate_series(1, 3) n WHERE id %% 10 = 0
)
INSERT INTO queues_task
(activity_id, queue_id, state, medium, priority, line_busy, transfer_note, waiting_since, agent_id, accepted_at,
 ended_at)
SELECT id, queue, 'closed', 'chat', 5, false, '', started_at, agent, started_at, ended_at FROM given, lived
"""


async def run(server, **sizes):
    for figure in await sync_to_async(measure)(server, **sizes):
        yield figure


def measure(server, activities, few, rounds):
    where = people.queue("bench-journey")
    agent = people.make_agent("bench-journey", where)
    browser = people.Browser(server, people.log_in(agent))
    tasks = {count: known(where, agent, count) for count in (few, activities)}
    paths = {"journey": "/desk/{}/journey/", "task switch": "/desk/{}/", "desk page": "/desk/{}/"}
    answers = {(name, count): [] for name in paths for count in tasks}
    for _ in range(rounds + WARM):
        for name, count in answers:
            headers = {} if name == "desk page" else {"HX-Request": "true"}
            answers[name, count].append(browser.get(paths[name].format(tasks[count]), **headers))
    return figures({key: rows[WARM:] for key, rows in answers.items()})


def known(where, agent, count):
    """The task in progress of a customer with that many activities."""
    task_id, _activity, _cookie = people.accepted_chat(where, agent)
    task = Task.objects.get(pk=task_id)
    customer = Customer.objects.create(first_name="Bench", last_name=f"{count:,}")
    task.activity.customer = customer
    task.activity.save(update_fields=["customer"])
    with unwatched() as cursor:
        cursor.execute(REQUESTS, [customer.pk, count])
        cursor.execute(ACTIVITIES, [customer.pk, count - 1, where.pk, agent.pk])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE activities_activity, requests_carerequest, queues_task, activities_tag")
    return task_id


def figures(answers):
    floors = {}
    for (name, count), rows in answers.items():
        samples = [float(headers["X-Server-Ms"]) for _status, headers, _body in rows]
        figure = Figure(f"{name}, {count:,} activities", samples, floor=floors.get(name))
        figure.extra = facts(rows)
        floors.setdefault(name, figure)
        yield figure
