"""bin/test: all tests in two runs, for the event loop of the browsers disturbs asynchronous tests.

Exit status 0 only when every test ran and passed. Arguments go to pytest.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import _packages

from tests.engines import lend_engines

NO_TESTS = 5
ONLY_TELLS = {
    "--rules",
    "--help",
    "-h",
    "--version",
    "-V",
    "--collect-only",
    "--co",
    "--markers",
    "--fixtures",
}


def main(arguments: list[str]) -> int:
    if ONLY_TELLS & set(arguments):
        return pytest(arguments)[0]
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    browsers = _packages.provide(_packages.BROWSERS)
    lend_engines()
    wanted, others = split(arguments)
    others += ["--create-db", "--reuse-db"]
    results = [
        pytest([*side_by_side(others, more), *others, "-m", both(wanted, mine)])
        for mine, more in (("not browser", 1), ("browser", 0))
    ]
    codes = [code for code, _ in results]
    passed, failed = (sum(counts.get(name, 0) for _, counts in results) for name in ("passed", "failed"))
    well = set(codes) <= {0, NO_TESTS} and 0 in codes and not failed and passed
    if not browsers:
        print("Browsers are missing, see above.")
    print(f"\n{passed} passed, {failed} failed")
    return 0 if well else 1


def side_by_side(arguments: list[str], more: int) -> list[str]:
    """For whole runs a process for each core, and so many more; one alone on engines that the user named.

    Without browsers one more is worth it: some tests mostly wait, for what they have killed and for rings of a clock.
    """
    chosen = any(os.path.exists(argument.partition("::")[0]) or argument == "-n" for argument in arguments)
    if chosen or "CAREDESK_TEST_ENGINES_OF" not in os.environ:
        return []
    processes = min(4, max(2, os.cpu_count() or 1)) + more
    return ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]


def split(arguments: list[str]) -> tuple[str | None, list[str]]:
    """The caller's own -m expression, and the rest."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-m", dest="mark")
    known, others = parser.parse_known_args(arguments)
    return known.mark, others


def both(wanted: str | None, mine: str) -> str:
    return f"({wanted}) and ({mine})" if wanted else mine


def pytest(arguments: list[str]) -> tuple[int, dict]:
    """The exit status of one run, and what it counted (tests/conftest.py writes it)."""
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        command = [sys.executable, "-m", "pytest", *arguments]
        code = subprocess.call(command, env=os.environ | {"CAREDESK_TEST_COUNTS": str(counts)})
        return code, json.loads(counts.read_text()) if counts.exists() else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
