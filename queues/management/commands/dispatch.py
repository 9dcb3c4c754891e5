"""The clock of the desk: what falls due at a moment and not because somebody did something."""

import logging
import signal
import time
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.db.models.functions import Now
from django.utils import timezone

from caredesk import health
from caredesk.models import Heartbeat
from queues import absence, chats, lines, offers, presence, routing
from queues.clock import clock
from queues.waking import SLEEP_SECONDS, Sleeper

PAUSE_SECONDS = 12
MOMENT = 0.1

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "End offers at their deadline, presence leases and silent chats each at their moment, and offer what waits in "
        "automatic queues, until stopped. Any number may run."
    )

    def handle(self, *args, **options):
        self.stopped, self.sleeper, self.ears = False, Sleeper(), Ears()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        while not self.stopped:
            self.sleeper.listen()
            if self.sleeper.sleep(self.round()):
                self.whole_at = 0

    def stop(self, *_signal):
        self.stopped = True
        self.sleeper.stop()

    whole_at = 0  # by this process's own clock

    def round(self):
        """Do what is due; return the seconds until something may be due again, at most until the next heartbeat."""
        try:
            return self.do_what_is_due()
        except Error as error:
            self.ears.since, self.whole_at = None, 0
            logger.warning("The database did not do its part, the dispatcher tries again: %s", error)
            return 1
        finally:
            connection.close()

    def do_what_is_due(self):
        """Offers end by the dozen a second, one may be due a moment after it was made. All else falls due 10 seconds
        after its cause at the earliest: it is looked at when woken, at its time, and with each heartbeat."""
        if time.monotonic() >= self.whole_at:
            health.beat("dispatcher")
            sweep(self.ears)
            self.whole_at = time.monotonic() + seconds_to_first(deadlines(self.ears))
        else:
            end_offers(self.ears.since)
        first = seconds_to_first(filter(None, [offers.next_deadline()]))
        return max(0, min(first, self.whole_at - time.monotonic()))


class Ears:
    """Since when pages could be heard, those of customers and those of agents.

    The silence of a page says that its customer is gone, and a missed offer that its agent gave no answer, only while
    somebody listened. When no web process ran, or the database was away, every page was silent; so chats are let go
    after their full time with ears, counted from when the web's heartbeat is back. A pause too short to be noticed
    here, and the pages' own 8 seconds to connect again, fit well into the 60 seconds of the shortest of those times;
    for offers the leases of the desks tell more exactly (queues/presence.py).
    """

    since = None

    def listening_since(self):
        fresh = Heartbeat.objects.filter(part="web", at__gt=Now() - timedelta(seconds=PAUSE_SECONDS))
        if not fresh.exists():
            self.since = None
        elif not self.since:
            self.since = timezone.now()
        return self.since


def sweep(ears):
    """What is late already comes first: who waits for an offer is told at once, who is gone a moment later."""
    since = ears.listening_since()
    end_offers(since)
    presence.sweep()
    lines.sweep()
    if since:
        absence.sweep(listening_since=since)
        chats.sweep_gone(listening_since=since)
    routing.route_or_wake()


def end_offers(listening_since):
    offers.expire_due(listening_since=listening_since or clock())


def deadlines(ears):
    """Of everything but the offers."""
    gone = ears.since and chats.next_gone(listening_since=ears.since)
    away = ears.since and absence.next_deadline(listening_since=ears.since)
    own = [presence.next_deadline(), routing.next_deadline(), lines.next_deadline()]
    return filter(None, [*own, gone, away])


def seconds_to_first(moments):
    now = clock()
    return min([SLEEP_SECONDS, *(seconds_to(moment, now) for moment in moments)])


def seconds_to(moment, now):
    """What is overdue has just failed, or is held by somebody: it is tried again after a moment."""
    seconds = (moment - now).total_seconds()
    return seconds if seconds > 0 else MOMENT
