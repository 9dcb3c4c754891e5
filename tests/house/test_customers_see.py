"""What customers see is made without what agents note among themselves: comments, tags, stored customers."""

import ast
import re

import pytest

from caredesk.engine_room import ROOT

TOWARDS_CUSTOMERS = [
    "activities/chat.py",
    "caredesk/consumers/chat.py",
    "queues/standing.py",
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("queues/views/chat*.py")),
]
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/chat/*.html"))
INTERNAL = {
    *("Comment", "Tag", "Customer", "ContactPoint", "CareRequest", "comments", "tags", "remarks", "customer"),
    *("care_request", "title_note", "description_note", "subject"),
}
# The bell of the journey is rung by a number, and tells nothing.
HARMLESS = {"customers.bells"}


def names_in(source):
    """Imported modules and names, and attributes of whatever object."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.attr


def internal(names):
    parts = {name: set(name.split(".")) for name in set(names) - HARMLESS}
    return {name for name, each in parts.items() if each & INTERNAL or name.split(".")[0] == "customers"}


def asked_for(template):
    inside = " ".join(re.findall(r"{[{%].*?[%}]}", template, re.S))
    return set(re.findall(r"\.(\w+)", inside))


@pytest.mark.rule("R65", "R72")
@pytest.mark.parametrize("path", TOWARDS_CUSTOMERS)
def test_no_module_of_the_chat_knows_what_is_internal(path):
    assert internal(names_in((ROOT / path).read_text())) == set()


@pytest.mark.rule("R65", "R72")
@pytest.mark.parametrize("path", TEMPLATES)
def test_no_page_of_the_chat_asks_for_what_is_internal(path):
    assert asked_for((ROOT / path).read_text()) & (INTERNAL | {"activity"}) == set()


def test_it_would_be_noticed():
    source = "from activities.models import Activity, Comment\nimport customers.models\nactivity.tags.all()"
    assert internal(names_in(source)) == {"Comment", "customers.models", "tags"}
    assert asked_for('<p title="{{ message.activity.comments }}">') == {"activity", "comments"}
