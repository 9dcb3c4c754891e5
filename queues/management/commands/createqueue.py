from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from queues.models import Queue
from queues.supervising import set_up_queue


class Command(BaseCommand):
    help = "Make a queue, or bring an existing one to what is asked; what is not asked stays as it is."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="the queue's name in addresses, e.g. internet")
        parser.add_argument(
            "--mode",
            required=True,
            choices=list(Queue.MODES),
            help="whether agents pick its tasks or are offered them",
        )
        parser.add_argument(
            "--offer-seconds",
            type=int,
            metavar="N",
            help="seconds to accept an offer; without it the general setting holds",
        )
        parser.add_argument("--name", default="", help="the name agents see; a new queue's is else its slug")

    def handle(self, *, slug, mode, offer_seconds, name, **options):
        if offer_seconds is not None and offer_seconds < 1:
            raise CommandError("--offer-seconds must be 1 or more. Nothing was changed.")
        try:
            queue, new, changed = set_up_queue(slug, mode=mode, name=name, offer_seconds=offer_seconds)
        except ValidationError as error:
            raise CommandError(f"{' '.join(error.messages)} Nothing was changed.") from None
        self.stdout.write(told(queue, new, changed))


def told(queue, new, changed):
    if new:
        return f"{queue.slug} was made: {described(queue)}."
    if changed:
        return f"{queue.slug} exists already and is now: {described(queue)}."
    return f"{queue.slug} exists already: {described(queue)}. Nothing was changed."


def described(queue):
    seconds = (
        f"{queue.offer_seconds} s to accept" if queue.offer_seconds else "the setting's seconds to accept"
    )
    return f"“{queue.name}”, " + ("agents pick" if queue.is_pick else f"offered automatically, {seconds}")
