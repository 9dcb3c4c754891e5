"""Searching 1,000,000 customers for common, rare, begun and accented words, phones and nobody, beside 10,000.

Two scratch databases (<name>_search_few, <name>_search_many) are made with COPY and dropped afterwards. Each figure is
the milliseconds of one call of `search.customers`, its transaction included; the few and the many are asked in turns,
kind by kind, so that both meet the same load. Floor of each: the same questions with the few. `load`: the machine's
average of the last minute. Targets, in `met`: p95 ≤ 50 ms, and `ratio_p95`, p95 over the floor's p95, ≤ 3.
"""

import os
import random
import time
from contextlib import contextmanager
from functools import cache

from asgiref.sync import sync_to_async
from django.db import connection

from activities import search
from bench.figures import Figure
from bench.filling import move_to, scratch_database

OWN_DATABASES = True
SIZES = {"customers": 1_000_000, "few": 10_000, "rounds": 120}
LIMIT_MS, LIMIT_RATIO = 50, 3
PORTION, LAST_NAMES = 50_000, 50_000

SYLLABLES, FIRST, CITIES, STREETS, NOTES = (
    words.split()
    for words in (
        "ba be bo da de do ga go jo ka ko la le lo ma mi mo na ne no pa pe po ra re ri ro sa so ta te to va vi vo za",
        "Ana Marko Jelena Petar Pete Peter Milica Piotr Noor Ayşe Mehmet Zeynep Łukasz Đorđe Işık Joke Tomasz",
        "Belgrade Rotterdam Kraków İstanbul Utrecht Ankara Poznań Novi-Sad Delft Gdańsk",
        "Terazije Kalverstraat Floriańska İstiklal Nevski Hoogstraat Długa",
        "asks for the invoice by e-mail, pays late, moved house, has an old router, prefers a call at noon",
    )
)

CUSTOMER = ", ".join(
    (
        "id, version, first_name, last_name",
        "address, city, country, language, company, external_id, notes, created_at",
    )
)
POINT = "customer_id, kind, value, normalised"


async def run(_server, **sizes):
    """As they are made: the many take minutes."""
    figures = measure(**sizes)
    while figure := await sync_to_async(next)(figures, None):
        yield figure


def measure(customers, few, rounds):
    """Yields how long it took to make them, and the figures of each kind: those of the few before those of the many."""
    names = [f"{connection.settings_dict['NAME']}_search_{size}" for size in ("few", "many")]
    with scratch_database(names[0]):
        yield Figure(f"making {few:,}", [fill(few)], unit="s")
        with scratch_database(names[1], template=names[0]):
            yield Figure(f"making {customers:,}", [fill(customers)], unit="s")
            for kind, questions in asked(few).items():
                floor = None
                for name, count in zip(names, (few, customers), strict=True):
                    move_to(name)
                    figure = Figure(f"{kind}, {count:,}", samples_of(questions, rounds), floor=floor)
                    figure.extra = {"load": round(os.getloadavg()[0], 1)} | (
                        compared(figure) if floor else {}
                    )
                    floor = floor or figure
                    yield figure


def samples_of(questions, rounds):
    """After each question was asked twice: for the first time a connection knows nothing."""
    for words in questions * 2:
        ask(words)
    return [ask(questions[number % len(questions)]) for number in range(rounds)]


def compared(figure):
    ratio = figure.at(95) / figure.floor.at(95)
    return {"ratio_p95": round(ratio, 2), "met": figure.at(95) <= LIMIT_MS and ratio <= LIMIT_RATIO}


def asked(few):
    """Questions by kind; all are about customers whom the few have among them, too."""
    numbers = [few * part // 11 for part in range(1, 11)]
    phones = [phone_of(number) for number in numbers]
    return {
        "common word (1 in 10)": ["belgrade", "rotterdam", "utrecht"],
        "word of everybody": ["example"],
        "two common words": ["ana belgrade", "rotterdam invoice", "pete utrecht"],
        "common words that never meet": ["belgrade rotterdam", "ana jelena", "utrecht floriańska ankara"],
        "common phrase": ['"old router"', '"novi sad"'],
        "rare word": [f"k{number}" for number in numbers],
        "rare name": [last_name_of(number) for number in numbers],
        "beginning, 2 letters": ["pe", "ba", "le", "to"],
        "beginning, 4 letters": [last_name_of(number)[:4] for number in numbers],
        "two beginnings": ["pe ba", "jo mi", "an le"],
        "without its accents": ["lukasz", "isik", "krakow", "dorde"],
        "accented": ["łukasz", "Işık", "kraków", "đorđe"],
        "phone": ["0" + phone[3:] for phone in phones],
        "phone, digits in the middle": [phone[5:-2] for phone in phones],
        "phone, 4 digits": [phone[6:10] for phone in phones],
        "name and phone": [f"{last_name_of(number)} {phone_of(number)[5:]}" for number in numbers],
        "nobody": ["zzyzx", "qwxy qwxz", '"zzyzx road"', "0990009990009"],
    }


def ask(words):
    """Milliseconds."""
    started = time.perf_counter()
    search.customers(words, region="NL")
    return (time.perf_counter() - started) * 1000


# --- the customers


def last_name_of(number):
    return last_name(number % LAST_NAMES)


@cache
def last_name(number):
    """The same for the same number."""
    chosen = random.Random(number)  # noqa: S311 (nothing secret)
    return "".join(chosen.choices(SYLLABLES, k=3)) + chosen.choice(["vić", "ski", "man", "oğlu", "sma"])


def phone_of(number):
    return f"+31{number * 7_919_777 % 899_999_999 + 100_000_000}"


def customer_row(number):
    chosen = random.Random(number)  # noqa: S311 (nothing secret)
    return (
        number,
        1,
        chosen.choice(FIRST),
        last_name_of(number).capitalize(),
        f"{chosen.choice(STREETS)} {chosen.randrange(1, 300)}",
        chosen.choice(CITIES),
        "NL",
        "",
        f"{last_name_of(number * 7).capitalize()} bv",
        f"K{number}",
        " ".join(chosen.choices(NOTES, k=6)),
        "now",
    )


def point_rows(number):
    email = f"{last_name_of(number)}.{number}@post.example"
    phone = phone_of(number)
    yield number, "email", email, email
    yield number, "phone", f"{phone[:3]} {phone[3:5]} {phone[5:8]} {phone[8:]}", phone


def fill(count):
    """Up to `count` customers; return the seconds it took. Words are written and indexed when all of them are in."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM customers_customer")
        (first,) = cursor.fetchone()
        new = range(first + 1, count + 1)
        with unwatched(cursor):
            copy(cursor, f"customers_customer ({CUSTOMER})", map(customer_row, new))
            copy(
                cursor, f"customers_contactpoint ({POINT})", (row for each in new for row in point_rows(each))
            )
            for start in range(first + 1, count + 1, PORTION):
                last = min(start + PORTION - 1, count)
                cursor.execute(
                    "SELECT customers_write_words(array(SELECT generate_series(%s, %s)))", [start, last]
                )
        cursor.execute("VACUUM ANALYZE")
    return time.perf_counter() - started


def copy(cursor, table, rows):
    with cursor.copy(f"COPY {table} FROM STDIN") as writer:
        for row in rows:
            writer.write_row(row)


@contextmanager
def unwatched(cursor):
    """Without history and without triggers, and the indexes of the words made anew."""
    tables = ("customers_customer", "customers_contactpoint")
    cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '256MB'")
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE indexname IN ('customer_by_word', 'customer_by_digits')"
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute("RESET statement_timeout; RESET maintenance_work_mem")
