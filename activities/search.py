"""Finding stored customers (R114): whole words first, then what is close. One statement, with a time limit of its own.

A word of the question is looked for in every field. There are four ways to be found, in this order: the very words in
the name, then anywhere; then their beginnings and spellings without accents in the name, then anywhere, or as digits of
a phone.
"""

from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.db.models import prefetch_related_objects
from psycopg.errors import QueryCanceled

from activities import ways
from activities.asking import Question
from customers.models import Customer

PAGE = MOST = 20
MOST_COUNTED = 100
MILLISECONDS = 1000


class TooSlow(Exception):
    """Not found out within a second: more words are needed."""


class Found(list):
    """Customers, each with `is_close` and `question` (what was asked for). `total` of all pages; `is_more`: it is the
    most that are counted, and there are more; `next_offset` of the next page, None after the last."""

    total, is_more, next_offset = 0, False, None


def customers(words, *, limit=PAGE, offset=0, region=None):
    """Who has all of these words, exact finds first; none without words. Raises TooSlow.

    "Quoted words" stand together. `region`: the country of numbers that are given without one.
    """
    question = Question.of(words, region)
    found = Found()
    if not question.terms or offset >= MOST_COUNTED:
        return found
    with within_time():
        page = {"limit": min(limit, MOST_COUNTED - offset), "offset": offset}
        found.extend(Customer.objects.raw(*ways.statement(question, enough=MOST_COUNTED + 1, **page)))
        prefetch_related_objects(found, "contact_points")
    for customer in found:
        customer.is_close, customer.question = customer.way > ways.EXACT, question
    counted = found[0].total if found else 0
    found.total, found.is_more = min(counted, MOST_COUNTED), counted > MOST_COUNTED
    last = offset + len(found)
    found.next_offset = last if last < found.total else None
    return found


@contextmanager
def within_time():
    """Statements in here may take a second together at most, and always go by an index: how many rows fit cannot be
    guessed well enough to read the whole table in hope of some soon. The connection's own ways are back afterwards."""
    outer = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            usual = settings(cursor, (str(MILLISECONDS), "off"))
            yield
            if outer:
                settings(cursor, usual)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from None
        raise


def settings(cursor, wanted):
    """Set both for the rest of the transaction; return what they were."""
    cursor.execute(
        "SELECT current_setting('statement_timeout'), current_setting('enable_seqscan'),"
        " set_config('statement_timeout', %s, true), set_config('enable_seqscan', %s, true)",
        wanted,
    )
    return cursor.fetchone()[:2]
