"""The database's time: one clock for deadlines, however many machines make offers and accept them."""

from django.db import connection


def clock():
    """Now, and not when the transaction began: to be asked after the rows are locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
