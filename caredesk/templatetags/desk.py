"""What every page of the desk says in one way: icons, times, addresses of panes, and which records a pane shows."""

from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlencode

from babel.dates import format_skeleton
from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, ngettext, pgettext

from caredesk import panes
from caredesk.realtime import name_of

register = template.Library()

CLDR = {"en": "en_GB", "sr-latn": "sr_Latn"}
MEDIUM_ICONS = {"chat": "chat", "call": "call", "email": "mail"}


@register.simple_tag
@cache
def icon(name, size=""):
    """One drawing of `static/icons.svg`; size "s" is 16 px, "l" 22 px, else 18. Media may be named by themselves."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        size and f" {size}",
        static("icons.svg"),
        MEDIUM_ICONS.get(name, name),
    )


# --- times of day and dates, in the reader's zone and language


@register.filter
def clock(moment):
    """14:06"""
    return f"{timezone.localtime(moment):%H:%M}" if moment else ""


@register.filter
def day(moment):
    """18 Nov, with the year when it is not this one."""
    if not moment:
        return ""
    if timezone.localtime(moment).year == timezone.localtime().year:
        return _day_in_words(timezone.localtime(moment).date(), "MMMd", get_language())
    return full_day(moment)


@register.filter
def full_day(moment):
    """18 Nov 2026"""
    return _day_in_words(timezone.localtime(moment).date(), "yMMMd", get_language()) if moment else ""


def _day_in_words(date, skeleton, language):
    """As CLDR has it, which knows the months' short names and cases better; English is Europe's."""
    return format_skeleton(skeleton, date, locale=CLDR.get(language, language))


@register.filter
def shortly(moment):
    """Today 14:06; this year 18 Nov 18:22; before that 28 Jan 2025."""
    if not moment:
        return ""
    local, now = timezone.localtime(moment), timezone.localtime()
    if local.date() == now.date():
        return clock(moment)
    if local.year == now.year:
        return f"{day(moment)} {clock(moment)}"
    return full_day(moment)


@register.simple_tag
def when(moment, style="shortly"):
    """`shortly`, `clock`, `day` or `full_day` inside a <time> a machine can read."""
    if not moment:
        return ""
    words = {"shortly": shortly, "clock": clock, "day": day, "full_day": full_day}[style](moment)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), words)


# --- how long


def _seconds(value):
    if isinstance(value, datetime):
        value = timezone.now() - value
    if isinstance(value, timedelta):
        value = value.total_seconds()
    return max(0, int(value))


@register.filter
def wait(value):
    """A duration, or the time since a moment, as narrow as can be: 0:48 below ten minutes, then 26 m, 3 h, 2 d."""
    if value in (None, ""):
        return ""
    seconds = _seconds(value)
    if seconds < 600:
        return f"{seconds // 60}:{seconds % 60:02}"
    if seconds < 3600:
        return pgettext("short for minutes", "%d m") % (seconds // 60)
    if seconds < 86400:
        return pgettext("short for hours", "%d h") % (seconds // 3600)
    return pgettext("short for days", "%d d") % (seconds // 86400)


@register.filter
def between(start, end):
    """The timedelta from one moment to another."""
    return end - start if start and end else None


@register.filter
def late_after(task):
    """Seconds after which waiting is late; e-mails may wait (0: never late)."""
    return 0 if task.medium == "email" else task.queue.late_seconds


@register.filter
def lasted(start, end=None):
    """How long something went on, or goes on: 40 s, 6 min, 1 h 5 min."""
    if not start:
        return ""
    seconds = _seconds((end or timezone.now()) - start)
    minutes = round(seconds / 60)
    if seconds < 60:
        return ngettext("%d s", "%d s", seconds) % seconds
    if minutes < 60:
        return ngettext("%d min", "%d min", minutes) % minutes
    return gettext("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


@register.simple_tag
def since(moment, late=0):
    """A <time> that goes on ticking: the script reads data-since, and marks it late from data-late seconds on."""
    if not moment:
        return ""
    return format_html(
        '<time datetime="{0}" data-since="{0}" data-late="{1}" class="{2}">{3}</time>',
        moment.isoformat(),
        late,
        "late" if late and _seconds(moment) >= late else "",
        wait(moment),
    )


@register.filter
def bare_address(page):
    """https://post.example/router → post.example/router"""
    return page.partition("://")[2] or page


@register.filter
def initials(name):
    """Marko Babić → MB, ana → A, +31 20 → nothing."""
    words = [word for word in str(name or "").split() if word[:1].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


# --- panes and the records they show


@register.filter
def record_name(record):
    """`request-42`"""
    return name_of(record) if record else ""


@register.simple_tag
def records(*shown):
    """`request-42 activity-9`: for data-records, from which the script makes its watch list."""
    return " ".join(name_of(record) for record in shown if record)


@register.simple_tag
def looks(*shown):
    """The hx-trigger of a pane: look again when asked to, and when one of these records changed."""
    return ", ".join(["look", *(f"changed:{name_of(record)} from:body" for record in shown if record)])


@register.simple_tag
def looks_at(records):
    """The same of a list of records."""
    return looks(*records)


@register.simple_tag(takes_context=True)
def frame(context, name, seat, listens, content="this"):
    """The attributes of a pane's frame: it looks at itself when one of the records it listens for has changed.

    `content` is where what it sees is put, "this" or a selector; with `oob` in the context, a drawn pane replaces the
    one that is there, whatever was asked for.
    """
    return format_html(
        'id="{0}" data-records="{1}" hx-get="{2}" hx-trigger="{3}" hx-target="{4}" hx-swap="innerHTML"{5}',
        name,
        panes.names(listens),
        look_url(name, seat, listens),
        looks(*listens),
        content,
        format_html(' hx-swap-oob="{}"', "true") if context.get("oob") else "",
    )


def look_url(name, seat, listens):
    """Where a pane looks at itself; what it listens for decides whether its frame comes along."""
    address = pane_url(name, seat)
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'of': panes.names(listens)})}"


@register.simple_tag
def desk_looks(agent, queues):
    """The hx-trigger of the task lists: the agent's own, and each of their queues."""
    return looks(f"desk-{agent.user_id}", *queues)


@register.simple_tag
def pane_url(name, seat, *arguments):
    """A pane's address for this task, and what is selected in its journey."""
    address = reverse(name, args=[seat.place, *arguments])
    return f"{address}?selected={seat.selection}" if seat.selection else address


@register.filter
def breakable(address):
    """An e-mail address that may break before its @."""
    local, at, domain = str(address).partition("@")
    return format_html("{}<wbr>{}{}", local, at, domain)


@register.filter
def dots(place):
    """As many dots as a place in line shows: never more than seven."""
    return range(min(int(place or 0), 7))
