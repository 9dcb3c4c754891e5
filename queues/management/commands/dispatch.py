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
from queues import chats, presence
from queues.waking import Sleeper

PAUSE_SECONDS = 12

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "End presence leases and let silent chats go, each at its moment, until stopped. Any number may run."
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
            return min([health.BEAT_SECONDS, *(seconds_to(moment) for moment in deadlines(self.ears))])
        except Error as error:
            logger.warning("The database did not do its part, the dispatcher tries again: %s", error)
            return 1
        finally:
            connection.close()


class Ears:
    """Since when customers' pages could be heard.

    The silence of a page says that its customer is gone only while somebody listened. When no web process ran, or the
    database was away, every page was silent; so chats are let go after their full time with ears, counted from when
    the web's heartbeat is back. A pause too short to be noticed here, and the pages' own 8 seconds to connect again,
    fit well into the 60 seconds of the shortest of those times.
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
    presence.sweep()
    since = ears.listening_since()
    if since:
        chats.sweep_gone(listening_since=since)


def deadlines(ears):
    gone = ears.since and chats.next_gone(listening_since=ears.since)
    return filter(None, [presence.next_deadline(), gone])


def seconds_to(moment):
    return max(0.2, (moment - timezone.now()).total_seconds())
