"""Replays what a telephone system said: for trying out its events, and for finding out what they did."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from queues import pbx


class Command(BaseCommand):
    help = (
        "Process call events from a file as if a telephone system had sent them now: one JSON object a line, in the "
        "format of POST /api/v1/cti/ (docs/integrating.md). Prints each answer. Events that are known change nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "file", metavar="FILE.jsonl", help="empty lines and lines that begin with # are skipped"
        )

    def handle(self, *args, **options):
        events, refused = read(options["file"]), 0
        for number, event in events:
            status, answer = pbx.receive(event)
            refused += status != 200
            said = f"{event.get('event')} {event.get('callId', event.get('call_id'))}"
            self.stdout.write(f"{number}: {said} → {status} {json.dumps(answer)}")
        if refused:
            raise CommandError(f"{refused} of {len(events)} events were refused.")
        self.stdout.write(f"{len(events)} events replayed.")


def read(name):
    """[(number of the line, event)]; nothing is replayed of a file that cannot be read to its end."""
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from None
    wanted = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    return [(number, parsed(name, number, line)) for number, line in wanted]


def parsed(name, number, line):
    try:
        event = json.loads(line)
    except ValueError as error:
        raise CommandError(f"{name}, line {number} is no JSON: {error}") from None
    if not isinstance(event, dict):
        raise CommandError(f"{name}, line {number} is no JSON object.")
    return event
