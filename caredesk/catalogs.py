"""Compiles the translators' catalogs (locale/*/LC_MESSAGES/*.po) into what gettext reads (.mo, beside them).

Not by msgfmt, which is not on every machine. `python -m caredesk.catalogs` does it while an image is built.
"""

import os
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogs(folder: Path = LOCALE) -> list[Path]:
    """Compile those that have changed since, and return them; raises OSError where the folder cannot be written to."""
    stale = [path for path in sorted(folder.glob("*/LC_MESSAGES/*.po")) if not is_compiled(path)]
    for path in stale:
        compile_catalog(path)
    return stale


def is_compiled(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns


def compile_catalog(path: Path) -> None:
    """Put in place in one go: a process that reads at this moment finds the old one or the new one, never a half."""
    unfinished = path.with_suffix(f".mo.{os.getpid()}")
    changed = path.stat().st_mtime_ns
    with path.open("rb") as texts, unfinished.open("wb") as compiled:
        write_mo(compiled, read_po(texts))
    os.utime(unfinished, ns=(changed, changed))
    unfinished.replace(path.with_suffix(".mo"))


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in compile_catalogs())
