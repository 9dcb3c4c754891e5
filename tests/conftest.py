"""What all tests share. Plain `pytest` works too: engines are started for it (tests/settings.py)."""

import contextlib
import functools
import json
import os
from collections import Counter
from pathlib import Path

import hypothesis
import pytest
from django.core.cache import cache
from django.db import OperationalError, close_old_connections, connection, transaction
from django.test import TransactionTestCase
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import rules
from tests.beside import desk, new_desk, preview  # noqa: F401 (fixtures for all)
from tests.calling import pbx  # noqa: F401 (fixture for all)
from tests.cast import ana, billing, internet, jelena, mallory, marko, sonja  # noqa: F401 (fixtures for all)
from tests.database import django_db_modify_db_settings  # noqa: F401 (asked for by pytest-django)
from tests.engines import worker

# The same examples everywhere: whoever reads of a failure can see it. --hypothesis-profile=default tries others.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.load_profile("same")

MIGRATED = {"django_migrations", "django_content_type", "auth_permission"}


def pytest_addoption(parser):
    parser.addoption("--rules", action="store_true", help="print which tests prove which rule, and run none")


def pytest_runtestloop(session):
    """With --rules: the table instead of the tests."""
    if not session.config.option.rules:
        return None
    print(rules.table(session.items))
    return True


LONG = ("tests/faults/", "test_faults.py", "test_rules_machine.py", "test_runner.py", "test_bootstrap.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What takes long first, then the largest files: of processes side by side none is left alone at the end."""
    sizes = Counter(item.path for item in items)

    def place(item):
        return not any(long in item.nodeid for long in LONG), -sizes[item.path], item.path

    items.sort(key=place)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """A skipped test proves nothing: the run has failed. And bin/test wants to know the numbers."""
    if worker():
        return
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    count = {kind: len(reporter.stats.get(kind, ())) for kind in ("passed", "failed", "error", "skipped")}
    if count["skipped"] and exitstatus == pytest.ExitCode.OK:
        reporter.write_line("Skipped tests count as failed.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if path := os.environ.get("CAREDESK_TEST_COUNTS"):
        failed = count["failed"] + count["error"] + count["skipped"]
        Path(path).write_text(json.dumps({"passed": count["passed"], "failed": failed}))


@pytest.fixture(autouse=True)
def empty_cache():
    """What one test counts (starts of chats, failed log-ins) is nothing to the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def nobodys_language():
    """A request of the test client leaves its language in the thread of the test, where the next one would speak it."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def quick_flush():
    """After a test with real transactions only what it filled is emptied: Django's flush takes half a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: flush())
        yield


@pytest.fixture(autouse=True, scope="session")
def returned_connections():
    """Channels' communicator keeps connections open; its threads end with the test and took them from the pool."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("channels.testing.application.no_op", close_old_connections)
        yield


@pytest.fixture(autouse=True, scope="session")
def files_found_once():
    """Each test client makes its middleware anew, which would read the attributes of all static files each time."""
    find, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add(middleware):
        if not found:
            find(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add)
        yield


def flush() -> None:
    """A server under test may still be finishing something, so a lost lock is tried for again."""
    for _ in range(5):
        with contextlib.suppress(OperationalError):
            return empty_tables()
    return empty_tables()


def empty_tables() -> None:
    """What a test leaves is a few rows in a few tables: to delete them is quicker by far than to truncate.

    They are locked first: a server that is still writing ends what it does, and finds nothing half gone.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(filled())
        if names := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(
                "SET LOCAL session_replication_role = replica"
            )  # neither triggers nor order matter
            cursor.execute("; ".join(f"DELETE FROM {name}" for name in names))
            cursor.execute(
                "SELECT setval(sequence, 1, false) FROM unnest(%s::regclass[]) AS sequence",
                [[sequence for name in names for sequence in sequences(name)]],
            )


@functools.cache
def filled() -> str:
    """The question which tables have rows."""
    tables = sorted(set(connection.introspection.table_names()) - MIGRATED)
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)


@functools.cache
def sequences(table) -> list[str]:
    with connection.cursor() as cursor:
        return [found["name"] for found in connection.introspection.get_sequences(cursor, table)]
