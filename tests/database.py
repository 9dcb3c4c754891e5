"""The test database: made by migrations once in a run, and copied for each of its processes."""

import os
from unittest import mock

import psycopg
import pytest
from django.db import connection

from tests.engines import OWNER

MADE, HALF_MADE = "made", "half_made"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """pytest-django asks for this before it makes the database; engines that the user named it may fill alone."""
    if OWNER in os.environ:
        with django_db_blocker.unblock():
            make_once()
        connection.settings_dict["TEST"]["TEMPLATE"] = MADE


def make_once() -> None:
    """Who comes first makes it, and the others wait."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as line:
        line.execute("SELECT pg_advisory_lock(1)")
        if not line.execute("SELECT FROM pg_database WHERE datname = %s", [MADE]).rowcount:
            make(HALF_MADE)
            line.execute(f"ALTER DATABASE {HALF_MADE} RENAME TO {MADE}")


def make(name: str) -> None:
    """Nobody may be connected to what is renamed or copied."""
    before = connection.settings_dict["NAME"]
    with mock.patch.dict(connection.settings_dict["TEST"], NAME=name):
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
    connection.creation.destroy_test_db(before, verbosity=0, keepdb=True)
    connection.close_pool()
