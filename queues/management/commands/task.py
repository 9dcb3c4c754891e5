"""What an operator can do with one task when the desk cannot: `task requeue|close|reassign ID`."""

from django.core.management.base import BaseCommand, CommandError

from queues import clearing, transferring
from queues.accepting import NotYours
from queues.models import Agent, Queue, Task


class Command(BaseCommand):
    help = (
        "Move or end one task, whoever has it. IDs stand in the administration (Tasks) and in a desk's address. "
        "Each of these can be run twice: what is so already stays, and is said."
    )

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="requeue|close|reassign")
        requeue = verbs.add_parser("requeue", help="back in line, first, with its first waiting time")
        requeue.add_argument("--queue", metavar="SLUG", help="in this queue; without it in its own")
        verbs.add_parser("close", help="end the interaction; nothing that is not saved is stored")
        reassign = verbs.add_parser(
            "reassign", help="in progress with another agent, at once and without an offer"
        )
        reassign.add_argument("--to", required=True, metavar="AGENT", help="the agent's user name")
        for verb in verbs.choices.values():
            verb.add_argument("id", type=int, metavar="ID", help="the task's number")

    def handle(self, *, verb, **options):
        try:
            done = VERBS[verb](task_of(options["id"]), options)
        except NotYours as refusal:
            raise CommandError(f"{refusal} Nothing was changed.") from None
        self.stdout.write(done)


def requeue(task, options):
    slug = options["queue"]
    queue = Queue.objects.filter(slug=slug).first() if slug else task.queue
    if not queue:
        raise CommandError(f"There is no queue {slug}. Nothing was changed.")
    if task.is_waiting and task.queue == queue and task.priority == Task.FIRST:
        return f"Task {task.pk} waits in {queue.slug} already, first in line. Nothing was changed."
    transferring.requeue(task.pk, queue=queue)
    return f"Task {task.pk} ({task.activity.shown_name}) waits in {queue.slug}, first in line."


def close(task, _options):
    if not clearing.close(task.pk):
        return f"Task {task.pk} is over already ({task.get_state_display().lower()}). Nothing was changed."
    return f"Task {task.pk} ({task.activity.shown_name}) is closed."


def reassign(task, options):
    name = options["to"]
    agent = Agent.objects.working().filter(user__username=name).select_related("user").first()
    if not agent:
        raise CommandError(f"{name} is no working agent. Nothing was changed.")
    if task.is_active and task.agent_id == agent.pk:
        return f"Task {task.pk} is {name}'s already. Nothing was changed."
    transferring.reassign(task.pk, agent, by=None)
    return f"Task {task.pk} ({task.activity.shown_name}) is {name}'s."


VERBS = {"requeue": requeue, "close": close, "reassign": reassign}


def task_of(number):
    task = Task.objects.whole().select_related("agent__user").filter(pk=number).first()
    if not task:
        raise CommandError(f"There is no task {number}.")
    return task
