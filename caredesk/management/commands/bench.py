"""Measure the running engines: figures beside their floors, from the same run."""

import asyncio
import os
import sys
from importlib import import_module

from django.conf import settings
from django.core.management.base import BaseCommand

NAMES = ("messages", "desk", "accept", "route", "race")


class Command(BaseCommand):
    help = (
        "Measures what an agent waits for, in a filled database of its own (<name>_bench) and a web process of its "
        "own, beside the floor of each figure in the same run. Milliseconds; p50, p95, p99; ratio = p50 over the "
        "floor's p50. --json prints one JSON object a line: name, unit, n, p50, p95, p99, floor, ratio."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="+", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
        parser.add_argument("--json", action="store_true", help="one JSON object a line, for keeping")

    def handle(self, *args, **options):
        if os.environ.get("DJANGO_SETTINGS_MODULE") != "bench.settings":
            self.start_again()
        from bench import filling, server

        messages = filling.make_database()
        if not options["json"]:
            self.stdout.write(f"In a database with {messages:,} messages:")
        with server.web() as address:
            for name in options["name"]:
                asyncio.run(self.measure(name, address, as_json=options["json"]))

    def start_again(self):
        """The floors need their own settings: the same command again, under them."""
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
        os.chdir(settings.BASE_DIR)
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.argv])

    async def measure(self, name, address, *, as_json):
        async for figure in import_module(f"bench.{name}").run(address):
            self.stdout.write(figure.as_json() if as_json else figure.as_text())
            self.stdout.flush()
