import os
import threading

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from caredesk.engine_room import EngineRoom
from queues.simulation import Nobody, play


class Command(BaseCommand):
    help = (
        "Play customers who chat over the network as a browser would: those of the demo who wait, and new ones. "
        "They wait for their place, answer when an agent writes, and leave or wait for Close. Care Desk must run."
    )

    def add_arguments(self, parser):
        parser.add_argument("--chats", type=natural, default=5, metavar="N", help="new customers (5)")
        parser.add_argument("--minutes", type=positive, default=2, metavar="M", help="how long they stay (2)")
        parser.add_argument("--queue", default="internet", metavar="SLUG", help="where they write (internet)")
        parser.add_argument("--url", help="where Care Desk runs; else HOST and PORT, else what bin/up noted")
        parser.add_argument("--seed", type=int, metavar="N", help="the same number plays the same people")
        parser.add_argument(
            "--pace", type=positive, default=1, help="1 is as fast as people, 0.1 ten times as fast"
        )

    def handle(self, *, chats, minutes, queue, url, seed, pace, **options):
        url = url or address()
        lock = threading.Lock()

        def tell(text):
            with lock:
                self.stdout.write(text)

        try:
            happened = play(url, queue, count=chats, minutes=minutes, seed=seed, pace=pace, tell=tell)
        except Nobody as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            "{came} customers came, {accepted} were accepted, {said} messages said, {heard} answers heard, "
            "{rated} ratings given, {unsent} messages not delivered.".format(**happened)
        )
        if happened["unsent"] or not happened["came"]:
            raise CommandError("Not all went well.")


def address():
    """Where this installation's web listens."""
    if os.environ.get("PORT") or os.environ.get("HOST"):
        return f"http://{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8000}"
    return EngineRoom(settings.DATA_DIR).note().get("web") or "http://127.0.0.1:8000"


def natural(text):
    """For argparse, which names the function when it refuses the text."""
    if int(text) < 0:
        raise ValueError
    return int(text)


def positive(text):
    if float(text) <= 0:
        raise ValueError
    return float(text)
