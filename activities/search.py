"""Finding stored customers (R114): whole words first, then what is close. One statement, with a time limit of its own.

A word of the question is looked for in every field. Four ways are tried in this order, and no further once there are
enough: the very words in the name, then anywhere; then their beginnings and spellings without accents in the name, then
anywhere, or as digits of a phone.
"""

from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.db.models import prefetch_related_objects
from psycopg.errors import QueryCanceled

from activities.asking import Question
from customers.models import Customer

PAGE = MOST = 20
MOST_COUNTED = 100
MILLISECONDS = 1000
EXACT = 1  # the second way, and the first

# What is common is found soonest by walking through customers, the newest first; what is rare, by the index, which must
# collect all finds before it can tell the first. Which it is shows in a sample; a walk that was wrong ends.
SAMPLE, COMMON, WALK = 500, 10, 8000

# Ranked among as many as are counted: in which way they were found, the whole name or number before parts of it.
STATEMENT = """
WITH walked AS MATERIALIZED (
    SELECT min(customer_id) AS last
    FROM (SELECT customer_id FROM customers_customerwords ORDER BY customer_id DESC LIMIT %(walk)s) newest
), {samples}
SELECT customer.*, found.way, count(*) OVER () AS total
FROM ({ways} LIMIT %(enough)s) found JOIN customers_customer customer ON customer.id = found.customer_id
ORDER BY way,
    customers_folded(customers_plain(concat_ws(' ', first_name, last_name))) <> %(folded)s,
    NOT coalesce(string_to_array(found.digits, ' ') && %(numbers)s, false),
    customers_folded(customers_plain(last_name)), customers_folded(customers_plain(first_name)), customer.id
LIMIT %(limit)s OFFSET %(offset)s
"""
SAMPLED = """sampled_{way} AS MATERIALIZED (
    SELECT count(*) >= %(common)s AS common
    FROM (SELECT * FROM customers_customerwords ORDER BY customer_id DESC LIMIT %(sample)s) newest WHERE {wanted}
)"""
WAY = """
(SELECT customer_id, digits, {way} AS way FROM (
    SELECT * FROM customers_customerwords WHERE (SELECT common FROM sampled_{way})
    ORDER BY customer_id DESC LIMIT %(walk)s
) newest WHERE {wanted} LIMIT %(enough)s)
UNION ALL
(SELECT customer_id, digits, {way} AS way FROM customers_customerwords
WHERE {wanted} AND ((SELECT NOT common FROM sampled_{way}) OR customer_id < (SELECT last FROM walked))
LIMIT %(enough)s)
"""


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
        found.extend(Customer.objects.raw(*statement(question, min(limit, MOST_COUNTED - offset), offset)))
        prefetch_related_objects(found, "contact_points")
    for customer in found:
        customer.is_close, customer.question = customer.way > EXACT, question
    counted = found[0].total if found else 0
    found.total, found.is_more = min(counted, MOST_COUNTED), counted > MOST_COUNTED
    last = offset + len(found)
    found.next_offset = last if last < found.total else None
    return found


def statement(question, limit, offset):
    """The SQL and its parameters."""
    given = {
        "exact": question.all("whole"),
        "exact_name": f"{question.all('whole')} & {question.all('named')}",
        "close_name": question.all("named", begins=True),
        "folded": question.folded,
        "numbers": [digits for both in question.numbers.values() for digits in both],
        "enough": MOST_COUNTED + 1,
        "sample": SAMPLE,
        "common": COMMON,
        "walk": WALK,
        "limit": limit,
        "offset": offset,
    }
    close, more = close_ones(question)
    ways = [
        "words @@ %(exact_name)s::tsquery",
        "words @@ %(exact)s::tsquery AND NOT words @@ %(exact_name)s::tsquery",
        "words @@ %(close_name)s::tsquery AND NOT words @@ %(exact)s::tsquery",
        f"{close} AND NOT words @@ %(exact)s::tsquery AND NOT words @@ %(close_name)s::tsquery",
    ]
    union = " UNION ALL ".join(WAY.format(way=way, wanted=wanted) for way, wanted in enumerate(ways))
    samples = ", ".join(SAMPLED.format(way=way, wanted=wanted) for way, wanted in enumerate(ways))
    return STATEMENT.format(ways=union, samples=samples), given | more


def close_ones(question):
    """The condition for what is anywhere and close, and its parameters: numbers may be words or part of a phone."""
    wanted, given = [], {}
    if question.others:
        wanted.append("words @@ %(close)s::tsquery")
        given["close"] = " & ".join(term.query("close", begins=True) for term in question.others)
    for place, (term, spellings) in enumerate(question.numbers.items()):
        given[f"number_{place}"] = term.query("close", begins=True)
        # Where one holds the other, whatever holds the longer holds the shorter.
        parts = [
            digits for digits in spellings if not any(part in digits for part in spellings if part != digits)
        ]
        given[f"digits_{place}"] = [f"%{digits}%" for digits in parts]
        wanted.append(f"(words @@ %(number_{place})s::tsquery OR digits LIKE ANY (%(digits_{place})s))")
    return " AND ".join(wanted), given


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
