"""What all tests share. Plain `pytest` works too: engines are started for it (tests/settings.py)."""

import contextlib
import json
import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import TransactionTestCase

from tests import rules


def pytest_addoption(parser):
    parser.addoption("--rules", action="store_true", help="print which tests prove which rule, and run none")


def pytest_runtestloop(session):
    """With --rules: the table instead of the tests."""
    if not session.config.option.rules:
        return None
    print(rules.table(session.items))
    return True


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """A skipped test proves nothing: the run has failed. And bin/test wants to know the numbers."""
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


@pytest.fixture(autouse=True, scope="session")
def patient_flush():
    """A server under test may still be finishing something when the tables are emptied after a test."""
    flush = TransactionTestCase._fixture_teardown

    def flush_again(case):
        for _ in range(2):
            with contextlib.suppress(OperationalError):
                return flush(case)
        return flush(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_again)
        yield
