"""The texts of journeys by their words (R114), for supervisors: in any order, begun, and without accents."""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from activities.asking import Question
from activities.models import Activity, Comment, Message
from requests_app.models import CareRequest

# As migration 0009 has indexed them.
TEXTS = {
    Message: "activities_message.text",
    Comment: "activities_comment.text",
    CareRequest: r"requests_carerequest.title || E' \x01 ' || requests_carerequest.description",
    Activity: r"activities_activity.subject || E' \x01 ' || activities_activity.title_note || E' \x01 '"
    r" || activities_activity.description_note || E' \x01 ' || activities_activity.rating_comment",
}


def with_words(rows, words):
    """Those of the rows whose texts have all of the words; all of them without any. To be read `within_time`."""
    question = Question.of(words)
    if not question.terms:
        return rows
    asked = RawSQL(  # noqa: S611 (nothing of it but the parameter comes from outside)
        f"customers_lexemes({TEXTS[rows.model]}) @@ %s::tsquery",
        [question.all("close", begins=True)],
        output_field=BooleanField(),
    )
    return rows.filter(asked)
