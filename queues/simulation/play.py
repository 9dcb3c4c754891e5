"""Brings customers to the chat, some who wait already and some who are new, and counts how it went."""

import random
import threading
import time
import urllib.error
from collections import Counter

from django.conf import settings

from queues import starting
from queues.demo import cast
from queues.demo.scenes import token_of
from queues.demo.stories import told_in
from queues.models import Task
from queues.simulation.browser import Page
from queues.simulation.customer import Customer

LANGUAGES = {"sr": "sr-Latn"}


class Nobody(Exception):
    """There is no chat to play with; the text says why."""


def play(url, queue, *, count, minutes, seed=None, pace=1.0, tell=print):
    """Play for so many minutes; return a Counter of what happened. Ctrl-C lets everybody say good-bye first."""
    check(url, queue)
    dice = random.Random(seed)  # noqa: S311
    stop, end = threading.Event(), time.monotonic() + minutes * 60
    people = customers(url, queue, count, dice, tell, lambda: stop.is_set() or time.monotonic() > end, pace)
    threads = [threading.Thread(target=come, args=entry, daemon=True) for entry in people]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        tell("Stopping: everybody says good-bye.")
        stop.set()
        for thread in threads:
            thread.join(15)
    return summary([customer for _delay, customer in people])


def check(url, queue):
    try:
        Page(url, queue).look()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise Nobody(f"{url} has no queue {queue}.") from error
        raise Nobody(f"{url} answers with status {error.code}.") from error
    except (OSError, ValueError) as error:
        raise Nobody(f"Nothing answers at {url} ({error}). Is Care Desk running? See --url.") from error


def customers(url, queue, count, dice, tell, stopped, pace):
    """[(seconds until they come, customer)]: the demo's who wait or talk, and so many new ones."""
    shared = {"stopped": stopped, "pace": pace}
    back = [waiting(url, queue, activity, dice, tell, shared) for activity in without_page(queue)]
    people = [(0, customer) for customer in back if customer.page.talks]
    for place, (person, words) in enumerate(newcomers(count, dice)):
        page = Page(url, queue, LANGUAGES.get(person.language, person.language))
        delay = when(place, count, dice) * pace
        people.append((delay, somebody(page, person, words, dice, tell, shared)))
    return people


def without_page(queue):
    """The demo's chats, waiting or in progress, of which no page is open."""
    tasks = Task.objects.live().filter(queue__slug=queue, activity__customer_seen_at=None).in_line()
    activities = [task.activity for task in tasks.select_related("activity")]
    return [activity for activity in activities if token_works(activity)]


def token_works(activity):
    return activity.chat_token_hash == starting.hashed(token_of(activity.pk))


def waiting(url, queue, activity, dice, tell, shared):
    """Somebody of the demo opens their page again."""
    names = {person.name: person for person in cast.CUSTOMERS}
    person = names.get(activity.source_name) or stranger(activity)
    page = Page(url, queue, LANGUAGES.get(person.language, person.language))
    page.remember(token_of(activity.pk))
    page.look()
    return somebody(page, person, words_in(person.language, dice)[1:], dice, tell, shared)


def stranger(activity):
    first, _space, last = activity.source_name.partition(" ")
    return cast.Customer(first, last, "", "", activity.language.partition("-")[0] or "en", "")


def newcomers(count, dice):
    """(person, what they come to say): one in five is not known to the desk."""
    people = dice.sample(cast.CUSTOMERS * (count // len(cast.CUSTOMERS) + 1), count)
    for number, person in enumerate(people):
        if number % 5 == 4:
            other = dice.choice([each for each in cast.CUSTOMERS if each.language == person.language])
            person = cast.Customer(
                person.first_name, other.last_name + "-Nova", "", "", person.language, person.country
            )
        yield person, words_in(person.language, dice)


def words_in(language, dice):
    told = told_in(language if language in cast.LANGUAGES else "en")
    chat = dice.choice([part for story in told for part in story.interactions if part.medium == "chat"])
    return [text for sign, text in chat.lines if sign == "<"]


def when(place, count, dice):
    """Not faster than one address may: the first at once, the last within half a minute if that is allowed."""
    gap = 60 / settings.CHAT_STARTS_PER_MINUTE if count > settings.CHAT_STARTS_PER_MINUTE else 30 / count
    return place * gap + (dice.uniform(0, gap / 2) if place else 0)


def somebody(page, person, words, dice, tell, shared):
    own = random.Random(dice.random())  # noqa: S311
    return Customer(page, person, words, dice=own, tell=lambda text: tell(f"{person.name} {text}"), **shared)


def come(delay, customer):
    customer.pause(delay, hurried=False)
    customer.run()


def summary(people):
    return Counter(
        came=sum(customer.started for customer in people),
        accepted=sum(customer.was_accepted for customer in people),
        said=sum(customer.said for customer in people),
        heard=sum(customer.heard for customer in people),
        rated=sum(customer.rated > 0 for customer in people),
        unsent=sum(len(customer.unsent) for customer in people),
    )
