"""Times are written as the reader's clock says them."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from caredesk.zones import ZoneMiddleware, zone_of


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("Europe/Belgrade", "Europe/Belgrade"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Nowhere/At_All", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("", "UTC"),
        (None, "UTC"),
    ],
)
def test_the_cookie_rules_one_request(cookie, expected, settings):
    settings.TIME_ZONE = "UTC"
    request = RequestFactory().get("/")
    request.COOKIES = {} if cookie is None else {"zone": cookie}
    answer = ZoneMiddleware(lambda request: HttpResponse(timezone.get_current_timezone_name()))(request)
    assert answer.content.decode() == expected
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_name_from_outside_opens_no_file():
    assert zone_of({"zone": "posixrules"}) is None
    assert zone_of({"zone": "Europe/Amsterdam"}).key == "Europe/Amsterdam"
