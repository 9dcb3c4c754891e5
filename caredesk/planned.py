"""Statements that are asked all the time and waited for: each is planned once a connection, and not once a question."""

from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def planned(query, given=(), **options):
    """A psycopg cursor, made with these options, that has asked this; `given` is bound by the server. Errors are
    Django's, and history is not told who acts: only for what it does not keep.

    The text of `query` must be one of few. PostgreSQL plans anew by itself when tables change or grow.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection, **options) as cursor:
        yield cursor.execute(query, given, prepare=True)
