"""Sixty days of stories, and where the desk stands now: what is in progress, and who waits."""

import random
from datetime import timedelta
from functools import partial
from unittest import mock

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from activities import autoclose
from activities.models import Activity, Comment, Tag
from customers.models import ContactPoint, Customer
from queues import agents, routing
from queues.demo import cast
from queues.demo.clock import rewrite_history, time_travel
from queues.demo.scenes import Stage
from queues.demo.stories import told_in
from queues.demo.today import CALLS, GAVE_UP, IN_PROGRESS, KNOWN, MISSED, WAITING, chat
from queues.models import Agent, CannedReply, NotReadyReason, Queue, QueueMember, Task
from queues.supervising import set_up_queue
from requests_app.models import CareRequest

DAYS = 60
STORIES_EACH = 3
REGULAR, STORIES_OF_REGULAR = "Jelena Marković", 5
LOCK = 20161
TRACKED = (Queue, Agent, QueueMember, Customer, ContactPoint, CareRequest, Activity, Tag, Comment, Task)


def load():
    """Tell it all in one transaction: afterwards it is there, or nothing is. False: it was there already.

    So no verb within it needs a savepoint of its own.
    """
    dice, now = random.Random(2016), timezone.now()  # noqa: S311
    unasked = mock.patch.object(routing, "soon")  # nobody is Ready
    with transaction.atomic(), mock.patch.object(connection.features, "uses_savepoints", False), unasked:
        one_at_a_time()
        if is_loaded():
            return False
        with time_travel() as clock:
            clock.set(now - timedelta(days=DAYS + 1))
            queues, people = set_up()
            perform(programme(Stage(clock, dice, queues), people, now), clock, now)
        rewrite_history(TRACKED)
    return True


def one_at_a_time():
    """Demo data need not wait for the disc."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def is_loaded():
    return ContactPoint.objects.filter(normalised=KNOWN[REGULAR].email).exists()


def set_up():
    queues = {slug: set_up_queue(slug, mode=mode, name=name)[0] for slug, (name, mode) in cast.QUEUES.items()}
    for position, name in enumerate(cast.REASONS):
        NotReadyReason.objects.get_or_create(name=name, defaults={"position": position})
    for shortcut, slug, text in cast.REPLIES:
        CannedReply.objects.get_or_create(shortcut=shortcut, queue=queues.get(slug), defaults={"text": text})
    hashed = make_password(cast.PASSWORD)
    people = {}
    for username, names in cast.AGENTS.items():
        agent, new = agents.create(
            username, password=None, queues=queues.values(), supervisor=username == cast.SUPERVISOR
        )
        if new:
            agents.rename(agent, *names)
            agent.max_chats = cast.CHATS_AT_ONCE.get(username, agent.max_chats)
            agent.save(update_fields=["max_chats"])
            get_user_model().objects.filter(pk=agent.user_id).update(password=hashed)
        people[username] = agent
    return queues, people


def perform(scenes, clock, now):
    """One after the other, in the order of time; once a day, what was quiet long enough is closed."""
    day = None
    for moment, scene in sorted(scenes, key=lambda entry: entry[0]):
        if moment.date() != day:
            day = moment.date()
            close_quiet(moment, clock)
        clock.set(moment)
        scene()
    close_quiet(now, clock)


def close_quiet(until, clock):
    """Each request at its own time: who sweeps late still counts it as closed from then on (R41)."""
    while (due := autoclose.next_due()) and due <= until:
        clock.set(due)
        autoclose.close_due()


def programme(stage, people, now):
    """(moment, scene) of everything that happens."""
    for number, customer in enumerate(cast.CUSTOMERS):
        for moment, story in stories_of(customer, number, stage.dice, now):
            yield from scenes_of(stage, customer, story, list(people.values()), moment, now)
    for name, days, queue, text in GAVE_UP:
        moment = working_hour(now - timedelta(days=days), stage.dice)
        yield moment, partial(stage.give_up, KNOWN[name], chat(queue, f"< {text}"))
    for username, customer, minutes, interaction, title in IN_PROGRESS:
        hold = partial(stage.hold, customer, interaction, people[username], title)
        yield now - timedelta(minutes=minutes), hold
    for username, customer, minutes, queue, lasted, comment in CALLS:
        call = partial(stage.call, customer, queue, people[username], lasted, comment)
        yield now - timedelta(minutes=minutes), call
    for phone, minutes, queue in MISSED:
        yield now - timedelta(minutes=minutes), partial(stage.miss, phone, queue)
    for customer, minutes, queue, text in WAITING:
        yield now - timedelta(minutes=minutes), partial(stage.wait, customer, chat(queue, f"< {text}"))


def stories_of(customer, number, dice, now):
    """(first moment, story): as far apart as lets each become a request of its own."""
    told = told_in(customer.language)
    count = STORIES_OF_REGULAR if customer.name == REGULAR else STORIES_EACH
    step, each = len(told) // count, DAYS // count
    for place in range(count):
        room = each - 1 if place == count - 1 else max(each - 10, 1)
        later = dice.uniform(0, room)
        yield now - timedelta(days=DAYS - place * each - later), told[(number + place * step) % len(told)]


def scenes_of(stage, customer, story, people, moment, now):
    for number, interaction in enumerate(story.interactions):
        moment = working_hour(moment + timedelta(days=interaction.days), stage.dice)
        if moment > now - timedelta(hours=2):
            return
        agent = stage.dice.choice(people)
        yield moment, partial(stage.play, customer, interaction, story, agent, opens=number == 0)


def working_hour(moment, dice):
    return moment.replace(hour=dice.randint(7, 18), minute=dice.randint(0, 59))
