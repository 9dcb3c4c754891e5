"""Times, waits and names as the desk says them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format

from caredesk.templatetags import desk

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture(autouse=True)
def utc():
    with timezone.override(UTC):
        yield


def drawn(words, **context):
    return Template("{% load desk %}" + words).render(Context(context))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0:00"), (48, "0:48"), (599, "9:59"), (600, "10 m"), (3599, "59 m"), (3600, "1 h"), (90_000, "1 d")],
)
def test_a_wait_is_said_as_narrow_as_can_be(seconds, said):
    assert desk.wait(timedelta(seconds=seconds)) == said
    assert desk.wait(NOON - timedelta(seconds=seconds)) == said


def test_a_clock_that_runs_ahead_makes_no_negative_wait():
    assert desk.wait(NOON + timedelta(seconds=3)) == "0:00"


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_said_of_no_time(nothing):
    assert desk.wait(nothing) == desk.clock(nothing) == desk.day(nothing) == desk.shortly(nothing) == ""
    assert drawn("{% when moment %}{% since moment %}", moment=nothing) == ""


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOON - timedelta(hours=2), "10:00"),
        (datetime(2026, 11, 18, 18, 22, tzinfo=UTC), "18 Nov 18:22"),
        (datetime(2025, 1, 28, 9, 0, tzinfo=UTC), "28 Jan 2025"),
    ],
)
def test_a_moment_is_said_as_shortly_as_it_is_clear(moment, said):
    assert desk.shortly(moment) == said


@pytest.mark.rule("R11")
@pytest.mark.parametrize(
    ("language", "short", "whole", "in_the_administration"),
    [
        ("en", "5 Aug", "5 Aug 2025", "5 August 2026, 14:06"),
        ("sr-latn", "5. avg", "5. avg 2025.", "5. avgust 2026. 14:06"),
        ("nl", "5 aug", "5 aug 2025", "5 augustus 2026 14:06"),
        ("pl", "5 sie", "5 sie 2025", "5 sierpnia 2026 14:06"),
        ("tr", "5 Ağu", "5 Ağu 2025", "5 Ağustos 2026 14:06"),
    ],
)
def test_dates_are_those_of_the_readers_language(language, short, whole, in_the_administration):
    moment = datetime(2026, 8, 5, 14, 6, tzinfo=UTC)
    with translation.override(language):
        assert (desk.day(moment), desk.day(moment.replace(year=2025))) == (short, whole)
        assert desk.clock(moment) == "14:06"
        assert date_format(moment, "DATETIME_FORMAT") == in_the_administration


@pytest.mark.rule("R11")
@pytest.mark.parametrize(("language", "said"), [("en", "1,234.5"), ("pl", "1\xa0234,5"), ("tr", "1.234,5")])
def test_numbers_are_those_of_the_readers_language(language, said):
    with translation.override(language):
        assert number_format(1234.5, force_grouping=True) == said


def test_times_are_those_of_the_readers_zone():
    with timezone.override("Europe/Belgrade"):
        assert desk.clock(NOON) == "13:00"


@pytest.mark.parametrize(
    ("seconds", "said"), [(40, "40 s"), (360, "6 min"), (3600, "1 h 0 min"), (3900, "1 h 5 min")]
)
def test_how_long_something_went_on(seconds, said):
    assert desk.lasted(NOON - timedelta(seconds=seconds), NOON) == said
    assert desk.lasted(NOON - timedelta(seconds=seconds)) == said


def test_a_running_time_tells_the_script_when_it_began_and_when_it_is_late():
    moment = NOON - timedelta(seconds=301)
    began = moment.isoformat()
    assert drawn("{% since moment 300 %}", moment=moment) == (
        f'<time datetime="{began}" data-since="{began}" data-late="300" class="late">5:01</time>'
    )
    assert 'class=""' in drawn("{% since moment 302 %}", moment=moment)
    assert 'class=""' in drawn("{% since moment 0 %}", moment=moment)


@pytest.mark.parametrize(
    ("name", "said"),
    [("Marko Babić", "MB"), ("ana", "A"), ("Noor van Dijk", "ND"), ("+31 20 794", ""), ("", "")],
)
def test_initials(name, said):
    assert desk.initials(name) == said


def test_an_address_may_break_before_its_at_and_is_escaped():
    assert desk.breakable("a<b@post.example") == "a&lt;b<wbr>@post.example"


def test_an_icon_is_hidden_from_screen_readers_and_media_name_themselves():
    assert desk.icon("email", "s") == desk.icon("mail", "s")
    assert 'class="i s" aria-hidden="true"' in desk.icon("mail", "s")
