"""Measure the running engines: figures beside their floors, from the same run."""

import asyncio
import os
import sys
from importlib import import_module

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

NAMES = ("messages", "desk", "accept", "route", "race", "search", "journey")


class Command(BaseCommand):
    help = (
        "Measures what an agent waits for, in a filled database of its own (<name>_bench) and a web process of its "
        "own, beside the floor of each figure in the same run. Milliseconds; p50, p95, p99; ratio = p50 over the "
        "floor's p50. --json prints one JSON object a line: name, unit, n, p50, p95, p99, floor, ratio."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="+", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
        parser.add_argument("--json", action="store_true", help="one JSON object a line, for keeping")
        parser.add_argument(
            "--size",
            action="append",
            default=[],
            metavar="WHAT=N",
            help="of search: customers, few, rounds; of journey: activities, few, rounds",
        )

    def handle(self, *args, **options):
        if os.environ.get("DJANGO_SETTINGS_MODULE") != "bench.settings":
            self.start_again()
        sizes = sizes_of(options["size"])
        measures = [import_module(f"bench.{name}") for name in options["name"]]
        alone = [measure for measure in measures if hasattr(measure, "OWN_DATABASES")]
        for measure in alone:
            asyncio.run(self.tell(measure.run(None, **chosen(measure, sizes)), as_json=options["json"]))
        if others := [measure for measure in measures if measure not in alone]:
            self.measure_web(others, sizes, as_json=options["json"])

    def measure_web(self, measures, sizes, *, as_json):
        from bench import filling, server

        messages = filling.make_database()
        if not as_json:
            self.stdout.write(f"In a database with {messages:,} messages:")
        with server.web() as address:
            for measure in measures:
                asyncio.run(self.tell(measure.run(address, **chosen(measure, sizes)), as_json=as_json))

    def start_again(self):
        """The floors need their own settings: the same command again, under them."""
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
        os.chdir(settings.BASE_DIR)
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.argv])

    async def tell(self, figures, *, as_json):
        async for figure in figures:
            self.stdout.write(figure.as_json() if as_json else figure.as_text())
            self.stdout.flush()


def sizes_of(given):
    """{"customers": 2000} of ["customers=2000"]."""
    try:
        return {name: int(count) for name, count in (size.split("=") for size in given)}
    except ValueError:
        raise CommandError("A size is given as WHAT=N, e.g. customers=2000.") from None


def chosen(measure, sizes):
    """Those of its own sizes that were given."""
    return {name: sizes.get(name, usual) for name, usual in getattr(measure, "SIZES", {}).items()}
