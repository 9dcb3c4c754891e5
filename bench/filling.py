"""A database of its own, filled: what slows down with history shows only on a filled one."""

from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection

from bench.bare import TABLE

CUSTOMERS, ACTIVITIES_EACH, MESSAGES_EACH = 5_000, 4, 10

STATEMENTS = (
    """INSERT INTO customers_customer
       (version, first_name, last_name, address, city, country, language, company, external_id, notes, created_at)
       SELECT 1, 'First' || n, 'Last' || n, '', 'Belgrade', '', '', '', '', '', now() - interval '60 days'
       FROM generate_series(1, %(customers)s) n""",
    """INSERT INTO customers_contactpoint (customer_id, kind, value, normalised)
       SELECT id, 'email', 'n' || id || '@bench.example', 'n' || id || '@bench.example' FROM customers_customer""",
    """INSERT INTO requests_carerequest
       (customer_id, version, title, description, state, solved, created_at, closed_at, touched_at)
       SELECT id, 1, 'Request of ' || id, 'It does not work.', 'closed', false,
              now() - interval '50 days', now() - interval '45 days', now() - interval '50 days'
       FROM customers_customer""",
    """INSERT INTO activities_activity
       (medium, direction, state, version, customer_id, verified, care_request_id, subject, source_name, source_email,
        source_phone, source_page, language, title_note, description_note, started_at, ended_at, last_seq,
        chat_token_hash, address_hash, agent_seen_seq, customer_seen_seq, unread, rating_comment)
       SELECT 'chat', 'in', 'ended', 1, customer_id, true, id, '', '', '', '', '', '', '', '',
              now() - n * interval '1 day', now() - n * interval '1 day' + interval '9 minutes', %(messages)s,
              '', '', %(messages)s, %(messages)s, 0, ''
       FROM requests_carerequest, generate_series(1, %(activities)s) n""",
    """INSERT INTO activities_message (activity_id, seq, uuid, side, kind, author_name, text, sent_at)
       SELECT id, n, gen_random_uuid(), 'customer', 'text', 'First', 'Is anybody there? ' || n, started_at
       FROM activities_activity, generate_series(1, %(messages)s) n""",
)


def make_database():
    """Create it when it is missing; migrate; fill it once. Returns the number of messages it holds."""
    name = connection.settings_dict["NAME"]
    with server() as postgres:
        if not postgres.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            postgres.execute(named("CREATE DATABASE {}", name))
    call_command("migrate", verbosity=0, interactive=False)
    return fill()


@contextmanager
def scratch_database(name, *, template=None):
    """Another database for what is done in here: made anew and migrated, or as a copy of the database `template`, and
    dropped afterwards."""
    usual = connection.settings_dict["NAME"]
    drop = named("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    with server() as postgres:
        postgres.execute(drop)
        move_to(usual)  # what is copied has no connections
        postgres.execute(named("CREATE DATABASE {} TEMPLATE {}", name, template or "template1"))
    move_to(name)
    try:
        if not template:
            call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        move_to(usual)
        with server() as postgres:
            postgres.execute(drop)


def move_to(name):
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name


def named(statement, *names):
    return psycopg.sql.SQL(statement).format(*map(psycopg.sql.Identifier, names))


def server():
    given = connection.get_connection_params() | {"dbname": "postgres"}
    keys = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{key: given[key] for key in keys if given.get(key)}, autocommit=True)


def fill():
    numbers = {"customers": CUSTOMERS, "activities": ACTIVITIES_EACH, "messages": MESSAGES_EACH}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(TABLE)
        cursor.execute("SELECT EXISTS (SELECT 1 FROM activities_message)")
        if not cursor.fetchone()[0]:
            for statement in STATEMENTS:
                cursor.execute(statement, numbers)
            cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM activities_message")
        return cursor.fetchone()[0]
