"""Opening hours as supervisors write them (R120)."""

import pytest
from django.core.exceptions import ValidationError

from queues.hours import parse, shown

pytestmark = pytest.mark.rule("R120")


def test_what_is_written_is_read_and_shown_again():
    text = "mon-thu 09:00-12:00, 13:00-17:00\nfri 09:00-12:00\nsun 00:00-24:00"
    hours = parse("FRI 09:00 - 12:00\n\nmon - thu 09:00-12:00,13:00-17:00\nsun 00:00-24:00")
    assert hours["tue"] == [["09:00", "12:00"], ["13:00", "17:00"]]
    assert list(hours) == ["mon", "tue", "wed", "thu", "fri", "sun"]
    assert shown(hours) == text
    assert parse(shown(hours)) == hours
    assert (parse(""), shown({})) == ({}, "")


@pytest.mark.parametrize(
    "text",
    [
        "monday 09:00-17:00",
        "mon",
        "mon 9-17",
        "mon 09:00-25:00",
        "mon 17:00-09:00",
        "mon 09:00-12:00, 11:00-13:00",
        "fri-mon 09:00-17:00",
        "mon 09:00-12:00\nmon-fri 13:00-14:00",
        "xyz 09:00-17:00",
    ],
)
def test_what_cannot_be_read_is_named(text):
    with pytest.raises(ValidationError, match="“"):
        parse(text)
