"""The texts of journeys by their words (R114), for supervisors: in any order, begun, and without accents."""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from activities.asking import Question
from activities.models import Activity, Comment, Message
from customers.models import Customer
from requests_app.models import CareRequest

# As migrations 0009 and 0010 have indexed them.
TEXTS = {
    Message: "text",
    Comment: "text",
    CareRequest: r"title || E' \x01 ' || description",
    Activity: r"subject || E' \x01 ' || title_note || E' \x01 ' || description_note || E' \x01 ' || rating_comment"
    r" || E' \x01 ' || source_name || E' \x01 ' || source_email || E' \x01 ' || source_phone",
}
PHONES = {Activity: "source_phone"}
WITH_TEXTS = "SELECT id FROM {table} WHERE {condition}"
WHO = "SELECT customer_id FROM customers_customerwords WHERE {condition}"
WHOSE = """SELECT id FROM {table} WHERE customer_id IN (
    SELECT customer_id FROM customers_customerwords WHERE {condition})"""


def with_words(rows, words):
    """Those of the rows whose texts have all of the words, or whose customer has, and customers who have them
    themselves; all of them without any words. To be read `within_time`."""
    question, table = Question.of(words), rows.model._meta.db_table
    if not question.terms:
        return rows
    found = [
        (way.format(table=table, condition=sql), given)
        for way, columns in ways_to(rows.model)
        for sql, given in [condition(question, *columns)]
    ]
    asked = " UNION ALL ".join(sql for sql, _given in found)
    given = [each for _sql, some in found for each in some]
    # Nothing of it but the parameters comes from outside.
    return rows.filter(RawSQL(f"{table}.id IN ({asked})", given, output_field=BooleanField()))  # noqa: S611


def ways_to(model):
    """[(statement, (column of words, column of digits or None))]"""
    of_customer = ("words", "digits")
    if model is Customer:
        return [(WHO, of_customer)]
    own = (WITH_TEXTS, (f"customers_lexemes({TEXTS[model]})", PHONES.get(model)))
    return [own, (WHOSE, of_customer)] if hasattr(model, "customer") else [own]


def condition(question, words, digits=None):
    """That these columns have all that is asked, and its parameters. A number may also be part of the digits."""
    parts, given = [], []
    for term in question.terms:
        part = f"{words} @@ %s::tsquery"
        given.append(term.query("close", begins=True))
        if digits and term in question.numbers:
            part = f"({part} OR {digits} LIKE ANY (%s))"
            given.append([f"%{spelling}%" for spelling in question.numbers[term]])
        parts.append(part)
    return " AND ".join(parts), given
