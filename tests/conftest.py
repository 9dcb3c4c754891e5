"""What all tests share. Plain `pytest` works too: engines are started for it (tests/settings.py)."""

import pytest

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
    """A skipped test proves nothing: the run has failed."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and exitstatus == pytest.ExitCode.OK:
        reporter.write_line("Skipped tests count as failed.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
