"""The clock of the desk: what falls due at a moment and not because somebody did something."""

import logging
import signal
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
            self.sleeper.sleep(self.round())

    def stop(self, *_signal):
        self.stopped = True
        self.sleeper.stop()

    def round(self):
        """Do what is due; return the seconds until something may be due again, at most until the next heartbeat."""
        try:
            health.beat("dispatcher")
            sweep(self.ears)
            now = clock()
            return min([SLEEP_SECONDS, *(seconds_to(moment, now) for moment in deadlines(self.ears))])
        except Error as error:
            self.ears.since = None
            logger.warning("The database did not do its part, the dispatcher tries again: %s", error)
            return 1
        finally:
            connection.close()


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
    offers.expire_due(listening_since=since or clock())
    presence.sweep()
    lines.sweep()
    if since:
        absence.sweep(listening_since=since)
        chats.sweep_gone(listening_since=since)
    routing.route_or_wake()


def deadlines(ears):
    gone = ears.since and chats.next_gone(listening_since=ears.since)
    away = ears.since and absence.next_deadline(listening_since=ears.since)
    own = [presence.next_deadline(), offers.next_deadline(), routing.next_deadline(), lines.next_deadline()]
    return filter(None, [*own, gone, away])


def seconds_to(moment, now):
    """What is overdue has just failed, or is held by somebody: it is tried again after a moment."""
    seconds = (moment - now).total_seconds()
    return seconds if seconds > 0 else MOMENT
