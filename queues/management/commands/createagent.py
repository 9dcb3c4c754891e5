import getpass
import os
import secrets
import sys

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from queues import agents
from queues.models import Agent, Queue


class Command(BaseCommand):
    help = (
        "Make agents, members of queues. Who exists already keeps the password and the queues they have; new "
        "queues are added. The password is that of --password-env, else it is asked on a terminal, else made "
        "up and printed this one time."
    )

    def add_arguments(self, parser):
        parser.add_argument("names", nargs="+", metavar="NAME", help="user name; shown until a name is set")
        parser.add_argument(
            "--queue",
            dest="slugs",
            nargs="+",
            action="extend",
            required=True,
            metavar="SLUG",
            help="the queues they work in",
        )
        parser.add_argument("--supervisor", action="store_true", help="they may also use the administration")
        parser.add_argument(
            "--password-env",
            metavar="VAR",
            help="the environment variable that holds the password of those who are new",
        )

    def handle(self, *, names, slugs, supervisor, password_env, **options):
        queues = [find_queue(slug) for slug in dict.fromkeys(slugs)]
        choose, shown = way_to_a_password(password_env)
        names = list(dict.fromkeys(names))
        passwords = {name: checked(name, choose(name)) for name in names if is_new(name)}
        with transaction.atomic():
            told = [make(name, passwords.get(name), queues, supervisor) for name in names]
        for name, words in zip(names, told, strict=True):
            secret = f" Password, shown only now: {passwords[name]}" if shown and name in passwords else ""
            self.stdout.write(words + secret)


def find_queue(slug):
    queue = Queue.objects.filter(slug=slug).first()
    if queue:
        return queue
    there = ", ".join(Queue.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
    raise CommandError(f"There is no queue {slug} (there are: {there}). Nothing was made.")


def way_to_a_password(variable):
    """(function from user name to password, whether the password must be printed)."""
    if variable:
        given = os.environ.get(variable)
        if not given:
            raise CommandError(f"The environment variable {variable} is empty or not set. Nothing was made.")
        return (lambda name: given), False
    if sys.stdin.isatty():
        return ask, False
    return (lambda name: secrets.token_urlsafe(12)), True


def ask(name):
    password = getpass.getpass(f"Password of {name}: ")
    if password != getpass.getpass("The same again: "):
        raise CommandError("The two were not the same. Nothing was made.")
    return password


def checked(name, password):
    try:
        agents.check(name, password)
    except ValidationError as error:
        raise CommandError(f"{name}: {' '.join(error.messages)} Nothing was made.") from None
    return password


def is_new(name):
    return not get_user_model().objects.filter(username=name).exists()


def make(name, password, queues, supervisor):
    """Make the agent; return what was done, in words."""
    before = Agent.objects.filter(user__username=name).select_related("user").first()
    had = set(before.queues.all()) if before else set()
    agent, _new = agents.create(name, password=password, queues=queues, supervisor=supervisor)
    joined = ", ".join(queue.slug for queue in queues if queue not in had)
    promoted = agent.user.is_staff and not (before and before.user.is_staff)
    if not before:
        return f"{name} was made: {'supervisor' if agent.user.is_staff else 'agent'} of {joined}."
    news = [f"now also in {joined}"] if joined else []
    news += ["now a supervisor"] if promoted else []
    return f"{name} exists already: {', '.join(news) or 'nothing was changed'}."
