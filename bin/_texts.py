"""Texts for people: marked in every template, extracted into every language, and translated in all of them."""

import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"sr_Latn", "nl", "pl", "tr"}
NAMES = {"Care Desk", "PDF"}
READ_ALOUD = {
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "label",
    "placeholder",
    "title",
}
UNREAD = {"script", "style", "svg", "code", "kbd"}
TRANSLATED = re.compile(r"{%\s*blocktrans(late)?\b.*?{%\s*endblocktrans(late)?\s*%}", re.DOTALL)
IN_A_TAG = re.compile(r"{%\s*block \w+_(class|attributes)\s*%}.*?{%\s*endblock\s*%}", re.DOTALL)
ATTRIBUTE = re.compile(r"""[\w-]+=("[^"]*"|'[^']*'|[\w.-]+)""")
SILENT = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
# Django finds nothing else to extract there, and their own texts are their own.
NOT_OURS = [".venv", ".tools", ".var", "tests", "bench"]


def unmarked(template: str) -> list[tuple[int, str]]:
    """The words for people that stand outside translate tags, with their line numbers."""
    finder = Finder()
    for unspoken in (TRANSLATED, IN_A_TAG, SILENT):
        template = unspoken.sub(blank, template)
    finder.feed(template)
    return finder.found


def blank(match: re.Match) -> str:
    """Nothing, on as many lines, and a value all the same where an attribute needs one."""
    return "0" + "\n" * match[0].count("\n")


class Finder(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.unread = [], []

    def handle_starttag(self, tag, attributes):
        if tag in UNREAD:
            self.unread.append(tag)
        button = tag == "input" and dict(attributes).get("type") in ("submit", "button")
        for name, value in attributes:
            if name in READ_ALOUD or (button and name == "value"):
                self.look_at(value or "")

    def handle_endtag(self, tag):
        if self.unread and self.unread[-1] == tag:
            self.unread.pop()

    def handle_data(self, data):
        if not self.unread:
            self.look_at(data)

    def look_at(self, text: str) -> None:
        text = ATTRIBUTE.sub("", text)
        for name in NAMES:
            text = text.replace(name, "")
        if WORD.search(text):
            line = self.getpos()[0] + text[: WORD.search(text).start()].count("\n")
            self.found.append((line, " ".join(text.split())))


def all_unmarked() -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in sorted(ROOT.glob("**/templates/**/*.html"))
        if not {".venv", ".tools", ".var"} & set(path.parts)
        for line, text in unmarked(path.read_text())
    ]


def catalogs(root: Path = ROOT) -> list[Path]:
    return sorted(root.glob("locale/*/LC_MESSAGES/*.po"))


def extract(root: Path = ROOT) -> None:
    """Bring the catalogs below `root` up to date with its texts: what `bin/lint --extract` does."""
    ignored = [word for folder in NOT_OURS for word in ("--ignore", folder)]
    command = [
        sys.executable,
        "manage.py",
        "makemessages",
        "--all",
        "--no-location",
        "--no-obsolete",
        "-v",
        "0",
    ]
    for domain in ("django", "djangojs"):
        if domain == "django" or any(path.stem == domain for path in catalogs(root)):
            subprocess.run([*command, "--domain", domain, *ignored], cwd=root, check=True)


def outdated() -> list[str]:
    """The catalogs that extracting would change, tried on a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        ignore = shutil.ignore_patterns(".*", "__pycache__", "docs", "tests", "requirements", "*.png")
        shutil.copytree(ROOT, copy, ignore=ignore)
        extract(copy)
        return [
            f"{path.relative_to(copy)} lacks texts, or has old ones: bin/lint --extract"
            for path in catalogs(copy)
            if undated(path) != undated(ROOT / path.relative_to(copy))
        ]


def undated(path: Path) -> str:
    return re.sub(r'^"(POT-Creation|PO-Revision)-Date:.*\n', "", path.read_text(), flags=re.MULTILINE)


def untranslated() -> list[str]:
    """Untranslated and fuzzy texts, once all languages are there."""
    if not {path.parts[-3] for path in catalogs()} >= LANGUAGES:
        return []
    return [f"{path.relative_to(ROOT)}: {what}" for path in catalogs() if (what := unfinished(path))]


def unfinished(path: Path) -> str:
    if path.parts[-3] == "en":
        return ""
    command = ["msgfmt", "--check-format", "--statistics", "-o", "/dev/null", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    bad = done.returncode or "fuzzy" in done.stderr or "untranslated" in done.stderr
    return done.stderr.strip() if bad else ""
