"""The reader's time zone and language: times are kept in UTC and said as the reader's clock says them."""

import contextlib
import zoneinfo
from functools import cache

from django.utils import timezone, translation

COOKIE = "zone"


class ZoneMiddleware:
    """The cookie `zone` (an IANA name, set by the script) rules each request; without one TIME_ZONE does."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(zone_of(request.COOKIES)):
            return self.get_response(request)


def zone_of(cookies: dict) -> zoneinfo.ZoneInfo | None:
    name = cookies.get(COOKIE, "")
    return zoneinfo.ZoneInfo(name) if name in known_zones() else None


@cache
def known_zones() -> frozenset[str]:
    """Asked before a name is opened: it comes from outside, and ZoneInfo opens files."""
    return frozenset(zoneinfo.available_timezones())


@contextlib.contextmanager
def read_by(scope: dict):
    """What is rendered inside is in the language and zone of the reader at this socket."""
    with translation.override(scope["language"]), timezone.override(scope["zone"]):
        yield
