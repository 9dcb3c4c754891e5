from django.db import migrations

NAME = "activity_is_in_a_request_of_its_own_customer"


class Migration(migrations.Migration):
    """Composite foreign key: an activity can only be in a request of its own customer, and follows a merge."""

    dependencies = [("activities", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"""
            ALTER TABLE activities_activity ADD CONSTRAINT {NAME}
            FOREIGN KEY (care_request_id, customer_id) REFERENCES requests_carerequest (id, customer_id)
            ON UPDATE CASCADE
            """,
            f"ALTER TABLE activities_activity DROP CONSTRAINT {NAME}",
        )
    ]
