"""bin/lint: everything that can be said about the source without running it. `--fix` mends what it can first.

`--extract` brings the catalogs of the translators up to date instead.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import _packages
import _texts

from tests.engines import lend_engines


def main(arguments: list[str]) -> int:
    if "--extract" in arguments:
        _texts.extract()
        return 0
    if "--fix" in arguments:
        run("ruff", "check", "--fix", "--quiet")
        run("ruff", "format", "--quiet")
    failed = [name for name, check in checks().items() if not told(name, check)]
    print(f"Not well: {', '.join(failed)}" if failed else "All well")
    return 1 if failed else 0


def checks() -> dict[str, Callable[[], bool]]:
    found = {
        "format": lambda: run("ruff", "format", "--check", "--quiet"),
        "lint": lambda: run("ruff", "check", "--quiet"),
        "import layers": import_layers,
        "templates": lambda: run("djlint", "templates", "--lint", "--quiet"),
        "unmarked texts": lambda: none(_texts.all_unmarked()),
        "migrations": migrations,
    }
    if _texts.catalogs():
        found["extracted texts"] = lambda: _packages.provide(_packages.GETTEXT) and none(_texts.outdated())
        found["translations"] = lambda: _packages.provide(_packages.GETTEXT) and none(_texts.untranslated())
    return found


def told(name: str, check: Callable[[], bool]) -> bool:
    started = time.monotonic()
    well = check()
    print(f"{'ok  ' if well else 'FAIL'} {name} ({time.monotonic() - started:.1f} s)", flush=True)
    return well


def run(module: str, *arguments: str) -> bool:
    return subprocess.run([sys.executable, "-m", module, *arguments]).returncode == 0


def import_layers() -> bool:
    return quiet([os.path.join(os.path.dirname(sys.executable), "lint-imports"), "--no-logo"])


def migrations() -> bool:
    """Whether the models and their triggers are what the migrations make of them."""
    lend_engines()
    os.environ["DJANGO_SETTINGS_MODULE"] = "caredesk.settings"
    return quiet([sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"])


def quiet(command: list[str]) -> bool:
    """For programs that talk much when all is well."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout)
    return done.returncode == 0


def none(findings: list[str]) -> bool:
    print(*findings, sep="\n", end="\n" if findings else "")
    return not findings


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
