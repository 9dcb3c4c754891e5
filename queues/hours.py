"""When a queue is open: stored as {"mon": [["09:00", "17:00"]], …}, written one line a day; without any, always.

Times are those of the installation's time zone (TZ).
"""

import re
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LINE = re.compile(r"([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(.+)")
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


def parse(text):
    """`mon-fri 09:00-12:00, 13:00-17:00`, one line a day or for several; raises ValidationError naming the line."""
    hours = {}
    for line in filter(None, map(str.strip, text.lower().splitlines())):
        days, spans = of_line(line)
        for day in days:
            if day in hours:
                raise refused(line, _("that day has a line already"))
            hours[day] = spans
    return {day: hours[day] for day in DAYS if day in hours}


def of_line(line):
    found = LINE.fullmatch(line)
    if not found or not {found[1], found[2] or found[1]} <= set(DAYS):
        raise refused(line, _("write it as “mon-fri 09:00-17:00”"))
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    if last < first:
        raise refused(line, _("the days go from Monday to Sunday"))
    return DAYS[first : last + 1], spans_of(line, found[3])


def spans_of(line, text):
    parts = [part.strip() for part in text.split(",")]
    if not all(map(SPAN.fullmatch, parts)):
        raise refused(line, _("write times as “09:00-17:00”"))
    spans = [[end.strip() for end in part.split("-")] for part in parts]
    ends = [end for span in spans for end in span]
    if any(end >= later for end, later in pairwise(ends)):
        raise refused(line, _("times must follow each other"))
    return spans


def refused(line, why):
    return ValidationError(_("“%(line)s”: %(why)s.") % {"line": line, "why": why})


def shown(hours):
    """The text that `parse` reads; days with the same hours that follow each other are one line."""
    lines = []
    for day in DAYS:
        if not (spans := hours.get(day)):
            continue
        times = ", ".join("-".join(span) for span in spans)
        if lines and lines[-1][2] == times and DAYS.index(lines[-1][1]) == DAYS.index(day) - 1:
            lines[-1][1] = day
        else:
            lines.append([day, day, times])
    return "\n".join(
        f"{first}-{last} {times}" if first != last else f"{first} {times}" for first, last, times in lines
    )
