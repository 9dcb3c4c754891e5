"""The texts of journeys by their words (R114), for supervisors: in any order, begun, and without accents."""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from activities.asking import Question
from activities.models import Activity, Comment, Message
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
WITH_TEXTS = "{table}.id IN (SELECT id FROM {table} WHERE {texts})"
OR_WHOSE = """{table}.id IN (SELECT id FROM {table} WHERE {texts} UNION ALL SELECT id FROM {table}
WHERE customer_id IN (SELECT customer_id FROM customers_customerwords WHERE {customer}))"""


def with_words(rows, words):
    """Those of the rows whose texts have all of the words, or whose customer has; all of them without any words. To be
    read `within_time`."""
    question, model = Question.of(words), rows.model
    if not question.terms:
        return rows
    texts, given = condition(question, f"customers_lexemes({TEXTS[model]})", PHONES.get(model))
    customer, more = condition(question, "words", "digits")
    whole = OR_WHOSE if hasattr(model, "customer") else WITH_TEXTS
    asked = whole.format(table=model._meta.db_table, texts=texts, customer=customer)
    # Nothing of it but the parameters comes from outside.
    return rows.filter(RawSQL(asked, given + more * (whole is OR_WHOSE), output_field=BooleanField()))  # noqa: S611


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
