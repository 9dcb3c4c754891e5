from django.core.management.base import BaseCommand

from caredesk import retention

WORDS = {
    "call_log": "events of telephone systems older than 30 days",
    "sessions": "log-ins that have run out",
    "log_ins": "records of log-ins older than 30 days",
    "merges": "merges older than 7 days, which cannot be undone any more",
    "outbox": "outgoing work done more than 30 days ago",
    "files": "files that belong to no conversation any more",
}


class Command(BaseCommand):
    help = (
        "Let go what is not kept for ever: the log of telephone systems after 30 days, log-ins that have run out, "
        "records of log-ins and of outgoing work after 30 days, what undoes a merge after 7, and the files of "
        "conversations that are gone. "
        "The worker does so every hour."
    )

    def handle(self, **options):
        for name, count in retention.tidy().items():
            self.stdout.write(f"{count:6} {WORDS[name]}")
