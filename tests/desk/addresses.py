"""All addresses that the product has, so that no new one is forgotten by the tests that walk them."""

import re

from django.urls import URLPattern, get_resolver

SAMPLES = {
    "int": "1",
    "open": "1",
    "place": "desk/1",
    "task": "1",
    "look": "1",
    "work": "desk/1",
    "slug": "internet",
    "str": "x",
    "path": "x",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def all_addresses() -> list[str]:
    return sorted({"/" + address for address in walk(get_resolver().url_patterns, "")})


def walk(patterns, before):
    for entry in patterns:
        address = before + sample(str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield address
        else:
            yield from walk(entry.url_patterns, address)


def sample(route: str) -> str:
    """`desk/<int:task>/` → `desk/1/`; of a regular expression, what is left without its groups and anchors."""
    route = re.sub(r"\(\?P<\w+>[^)]*\)", "x", route)
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], route)
    return route.strip("^$").replace(r"\Z", "")
