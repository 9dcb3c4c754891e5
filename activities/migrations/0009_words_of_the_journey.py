from django.db import migrations

# The words of long texts as those of customers are kept (customers 0005), for activities.searching.
# An index is built with an empty search path, so the function must know its own.
INDEXES = """
SET LOCAL statement_timeout = 0;
ALTER FUNCTION customers_lexemes(text) SET search_path FROM CURRENT;
CREATE INDEX message_by_word ON activities_message USING gin (customers_lexemes(text));
CREATE INDEX comment_by_word ON activities_comment USING gin (customers_lexemes(text));
CREATE INDEX request_by_word ON requests_carerequest
    USING gin (customers_lexemes(title || E' \\x01 ' || description));
CREATE INDEX activity_by_word ON activities_activity
    USING gin (customers_lexemes(subject || E' \\x01 ' || title_note || E' \\x01 ' || description_note || E' \\x01 '
                                 || rating_comment));
"""
GONE = """
DROP INDEX message_by_word, comment_by_word, request_by_word, activity_by_word;
ALTER FUNCTION customers_lexemes(text) RESET search_path;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0008_what_other_desktops_report"),
        ("customers", "0005_words_follow_their_customer"),
        ("requests", "0001_initial"),
    ]

    operations = [migrations.RunSQL(INDEXES, GONE)]
