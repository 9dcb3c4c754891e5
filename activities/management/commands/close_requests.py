from django.core.management.base import BaseCommand

from activities import autoclose

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Close the requests that are due: untouched for CAREDESK_AUTO_CLOSE_SECONDS (5 days), or marked solved, "
        "and with no task on them waiting, offered or in progress. The same as the worker does every half minute."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only say which would be closed")

    def handle(self, *, dry_run, **options):
        if not dry_run:
            self.stdout.write(f"Closed {counted(autoclose.close_due())}.")
            return
        due = autoclose.due()
        for care_request in due[:SHOWN]:
            self.stdout.write(told(care_request))
        if (more := due.count() - SHOWN) > 0:
            self.stdout.write(f"and {more} more")
        self.stdout.write(f"Would close {counted(due.count())}. Nothing was changed.")


def told(care_request):
    why = "solved" if care_request.solved else f"untouched since {care_request.touched_at:%Y-%m-%d %H:%M %Z}"
    return f"{care_request.pk} {care_request.shown_title} ({care_request.customer.shown_name}), {why}"


def counted(number):
    return "1 request" if number == 1 else f"{number} requests"
