"""Statements that are asked all the time and waited for: each is planned once a connection, and not once a question."""

from contextlib import contextmanager
from functools import cache

import psycopg
from django.db import connection
from psycopg.sql import SQL, Identifier, Placeholder

from caredesk.history import TOLD, told


@contextmanager
def planned(query, given=(), **options):
    """A psycopg cursor, made with these options, that has asked this; `given` is bound by the server. Errors are
    Django's. History is not told who acts, unless `query` has TOLD in it.

    The text of `query` must be one of few. Planned for any values: a partial index is used where the words of
    `query` imply its condition, whatever is given. PostgreSQL plans anew by itself when tables change or grow.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection, **options) as cursor:
        yield cursor.execute(query, given, prepare=True)


def insert(*records):
    """Store new records in one statement, each of which may refer to those before it. History is told who acts."""
    shapes = tuple(shape_of(record, records[:number]) for number, record in enumerate(records))
    given = told()
    for record, (_model, columns) in zip(records, shapes, strict=True):
        given += [stored(column, record) for column, other in columns if other is None]
    with planned(insertion(shapes), given) as cursor:
        keys = cursor.fetchone()
    for record, key in zip(records, keys, strict=True):
        record.pk, record._state.adding, record._state.db = key, False, connection.alias


def shape_of(record, others):
    """The record's model, and its columns, each with the number of that of the others to which it refers, or None."""
    columns = (column for column in record._meta.local_concrete_fields if not column.primary_key)
    return type(record), tuple((column, referred(column, record, others)) for column in columns)


def referred(column, record, others):
    related = column.is_relation and column.get_cached_value(record, default=None)
    return next((number for number, other in enumerate(others) if other is related), None)


def stored(column, record):
    return column.get_db_prep_save(column.pre_save(record, add=True), connection)


@cache
def insertion(shapes):
    steps = [SQL("told AS ({})").format(SQL(TOLD))]
    for number, (model, columns) in enumerate(shapes):
        table, name = Identifier(model._meta.db_table), Identifier(f"new_{number}")
        names = SQL(", ").join(Identifier(column.column) for column, _other in columns)
        values = SQL(", ").join(
            Placeholder() if other is None else key_of(other) for _column, other in columns
        )
        step = SQL("{} AS (INSERT INTO {} ({}) VALUES ({}) RETURNING id)")
        steps.append(step.format(name, table, names, values))
    keys = SQL(", ").join(key_of(number) for number in range(len(shapes)))
    return SQL("WITH {} SELECT {} FROM told").format(SQL(", ").join(steps), keys).as_string()


def key_of(number):
    return SQL("(SELECT id FROM {})").format(Identifier(f"new_{number}"))
