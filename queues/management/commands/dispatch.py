"""The clock of the desk: what falls due at a moment and not because somebody did something."""

import signal
import threading

from django.core.management.base import BaseCommand

from caredesk import health


class Command(BaseCommand):
    help = "Expire offers, end presence leases and route what was missed, until stopped. Any number may run."

    def handle(self, *args, **options):
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        while not stopped.is_set():
            health.beat("dispatcher")
            stopped.wait(health.BEAT_SECONDS)
