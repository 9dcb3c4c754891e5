"""Statements that are planned once a connection."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from activities.models import Activity, Message
from caredesk.history import acting
from caredesk.planned import insert, planned
from customers.matching import THE_ONE
from queues.models import Task
from queues.starting import LATELY

pytestmark = pytest.mark.django_db
ASKED = "SELECT %s::int + 1 AS sum"


def test_it_is_planned_once_and_answers_each_time():
    for number in range(3):
        with planned(ASKED, [number]) as cursor:
            assert cursor.fetchone() == (number + 1,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%+ 1 AS sum'")
        assert cursor.fetchone() == (1,)


def test_what_others_ask_often_is_not():
    for _each in range(20):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'often'")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%often%'")
        assert cursor.fetchone() == (0,)


def test_errors_are_those_of_django():
    with pytest.raises(DatabaseError), planned("SELECT 1 / %s::int", [0]):
        pass


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (LATELY, "activity_starts_of_address"),
        (THE_ONE, "contact_point_by_value"),
        (THE_ONE, "customer_by_external_id"),
    ],
)
def test_its_rows_are_found_by_an_index_whatever_is_given(query, index):
    for number, name in enumerate(
        ("%(address)s", "%(once)s", "%(email)s", "%(phone)s", "%(external_id)s"), 1
    ):
        query = query.replace(name, f"${number}")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (GENERIC_PLAN) {query}")
        assert index in "".join(row for (row,) in cursor.fetchall())


class Test_insert:
    @pytest.fixture
    def records(self, internet):
        activity = Activity(medium=Activity.CHAT, source_name="Vera Check")
        words = [
            Message(activity=activity, seq=seq, side=Message.CUSTOMER, text=f"No {seq}") for seq in (1, 2)
        ]
        return [activity, *words, Task(activity=activity, queue=internet, medium=Activity.CHAT)]

    def test_stores_what_refers_to_each_other(self, records, internet):
        insert(*records)
        activity, *lines, task = records
        assert Activity.objects.get(source_name="Vera Check") == activity
        assert [*activity.messages.values_list("pk", "text")] == [(line.pk, line.text) for line in lines]
        assert (activity.tasks.get(), task.queue) == (task, internet)
        task.priority = 3
        task.save()
        assert Task.objects.get().priority == 3

    def test_signs_its_history(self, records, ana):
        with transaction.atomic(), acting(ana.user):
            insert(*records)
        for record in (records[0], records[-1]):
            event = record.pgh_event_model.objects.get(pgh_obj_id=record.pk)
            assert (event.pgh_label, event.pgh_context["by"]) == ("created", ana.user.pk)

    def test_stores_all_or_nothing(self, records):
        records[2].uuid = records[1].uuid
        with pytest.raises(IntegrityError), transaction.atomic():
            insert(*records)
        assert not Activity.objects.exists()
