"""What the database itself refuses of requests."""

import pytest
from django.utils import timezone

from requests_app.models import CareRequest
from tests.violations import refused, too_long, without


def made(cast, **values):
    return CareRequest.objects.create(customer=cast["jelena"], **values)


def same_pair_again(cast):
    made(cast, pk=made(cast).pk)


TABLE = "requests_carerequest"
CASES = {
    "request_and_its_customer_can_be_referred_to": without(same_pair_again, (TABLE, f"{TABLE}_pkey")),
    "request_is_open_or_closed": without(
        lambda cast: made(cast, state="lost"), (TABLE, "request_has_a_closed_date_only_when_closed")
    ),
    "request_has_a_closed_date_only_when_closed": lambda cast: made(cast, closed_at=timezone.now()),
    "request_version_starts_at_1": lambda cast: made(cast, version=0),
    **too_long("request", made, ["title", "description"]),
}


@pytest.mark.rule("R50")
@pytest.mark.parametrize("name", CASES)
def test_database_refuses(name, jelena):
    assert refused(lambda: CASES[name]({"jelena": jelena})) == name


def test_closed_request_has_a_closed_date(jelena):
    told = refused(lambda: made({"jelena": jelena}, state="closed"))
    assert told == "request_has_a_closed_date_only_when_closed"


def test_customer_with_a_request_is_not_deleted(jelena):
    made({"jelena": jelena})
    assert "customer" in refused(lambda: type(jelena).objects.filter(pk=jelena.pk)._raw_delete("default"))
