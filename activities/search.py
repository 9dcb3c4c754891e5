"""Finding stored customers by words of their name, their e-mail or their phone."""

import re

from django.db import OperationalError, connection, transaction
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Concat, Lower, Trim
from psycopg.errors import QueryCanceled

from caredesk.texts import clean
from customers.models import ContactPoint, Customer
from customers.phones import normalise_email, normalise_phone

MOST = 20
MILLISECONDS = 1000
SHORTEST_NUMBER = 3
NUMBER = re.compile(r"[\d\s()/.+-]+")
EXACT, BEGUN = 0, 1


class TooSlow(Exception):
    """Not found out within a second: more words are needed."""


def customers(words, *, limit=MOST, region=None):
    """Who has all of these words, exact finds first, then by name; none without words. Raises TooSlow.

    A word is the beginning of a word of the name or company, in any case and with or without accents, or part of an
    e-mail address; a number is part of a phone number, however either is spelled.
    """
    words = clean(words).strip()
    if not words:
        return []
    found = Customer.objects.filter(all_of(words)).annotate(rank=rank(words, region))
    found = found.order_by("rank", Lower("last_name"), Lower("first_name"), "pk")
    return within_time(found.prefetch_related("contact_points")[:limit])


def all_of(words):
    if digits := number_in(words):
        return has_number(digits)
    wanted = Q()
    for word in words.split():
        wanted &= has_word(word)
    return wanted


def number_in(words):
    """The digits of what can only be a number, without the zeros in front; else nothing."""
    digits = "".join(character for character in words if character.isdecimal()).lstrip("0")
    return digits if NUMBER.fullmatch(words) and len(digits) >= SHORTEST_NUMBER else ""


def has_number(digits):
    return Exists(points(ContactPoint.PHONE).filter(normalised__contains=digits))


def has_word(word):
    begins = r"\m" + re.escape(word)
    named = Q()
    for field in ("first_name", "last_name", "company"):
        named |= Q(**{f"{field}__unaccent__iregex": begins})
    wanted = named | Exists(points(ContactPoint.EMAIL).filter(normalised__contains=word.casefold()))
    digits = number_in(word)
    return wanted | has_number(digits) if digits else wanted


def points(kind):
    return ContactPoint.objects.filter(customer=OuterRef("pk"), kind=kind)


def rank(words, region):
    """0 for the whole name, e-mail or phone, 1 for all else."""
    name = Lower(Trim(Concat("first_name", Value(" "), "last_name", output_field=TextField())))
    exact = [
        When(Exists(points(ContactPoint.EMAIL).filter(normalised=normalise_email(words))), then=EXACT),
        When(
            Exists(points(ContactPoint.PHONE).filter(normalised=normalise_phone(words, region))), then=EXACT
        ),
        When(pk__in=Customer.objects.alias(name=name).filter(name=words.lower()).values("pk"), then=EXACT),
    ]
    return Case(*exact, default=BEGUN, output_field=IntegerField())


def within_time(found):
    """The rows, unless that takes longer than a second. The connection's own limit is back afterwards."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            (usual,) = cursor.fetchone()
            limit(cursor, str(MILLISECONDS))
            rows = list(found)
            limit(cursor, usual)
            return rows
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from None
        raise


def limit(cursor, milliseconds):
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [milliseconds])
