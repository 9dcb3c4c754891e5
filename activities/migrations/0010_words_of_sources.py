from django.db import migrations

# What an activity says of its customer is found as its texts are, and a number by any of its digits.
INDEXES = """
SET LOCAL statement_timeout = 0;
DROP INDEX activity_by_word;
CREATE INDEX activity_by_word ON activities_activity
    USING gin (customers_lexemes(subject || E' \\x01 ' || title_note || E' \\x01 ' || description_note || E' \\x01 '
                                 || rating_comment || E' \\x01 ' || source_name || E' \\x01 ' || source_email
                                 || E' \\x01 ' || source_phone));
CREATE INDEX activity_by_digits ON activities_activity USING gin (source_phone gin_trgm_ops);
"""
GONE = """
DROP INDEX activity_by_word, activity_by_digits;
CREATE INDEX activity_by_word ON activities_activity
    USING gin (customers_lexemes(subject || E' \\x01 ' || title_note || E' \\x01 ' || description_note || E' \\x01 '
                                 || rating_comment));
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0009_words_of_the_journey")]

    operations = [migrations.RunSQL(INDEXES, GONE)]
