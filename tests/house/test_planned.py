"""Statements that are planned once a connection."""

import pytest
from django.db import DatabaseError, connection

from caredesk.planned import planned

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
