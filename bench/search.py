"""Searching 1,000,000 customers for common, rare, begun and accented words, phones and nobody, beside 10,000.

A scratch database of its own (<name>_search) is made with COPY and dropped afterwards. Each figure is one call of
`search.customers`, its connection included. Floor of each: the same question with the few. Targets: p95 ≤ 50 ms each,
and ≤ 3 × the floor.
"""

import random
import time
from contextlib import contextmanager

from asgiref.sync import sync_to_async
from django.db import connection

from activities import search
from bench.figures import Figure
from bench.filling import scratch_database

ALONE = True
SIZES = {"customers": 1_000_000, "few": 10_000, "rounds": 120}
LIMIT_MS, PORTION = 50, 50_000

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
    """Yields the figures of each size."""
    with scratch_database(f"{connection.settings_dict['NAME']}_search"):
        floors = {}
        for count in (few, customers):
            spent = fill(count)
            for name, questions in asked(few).items():
                samples = [
                    ask(questions[number % len(questions)]) for number in range(rounds + len(questions))
                ]
                floor = floors.get(name)
                figure = Figure(f"{name}, {count:,}", samples[len(questions) :], floor=floor)
                figure.extra = {"filled_s": round(spent, 1)}
                if floor:
                    ratio = round(figure.at(95) / floor.at(95), 2)
                    figure.extra |= {"limit_p95": LIMIT_MS, "ratio_p95": ratio}
                floors.setdefault(name, figure)
                yield figure


def asked(few):
    """Questions by kind; all are about customers whom the few have among them, too."""
    numbers = [few * part // 11 for part in range(1, 11)]
    phones = [phone_of(number) for number in numbers]
    return {
        "common word (1 in 10)": ["belgrade", "rotterdam", "utrecht"],
        "word of everybody": ["example"],
        "two common words": ["ana belgrade", "rotterdam invoice", "pete utrecht"],
        "common words, nobody has all": ["belgrade rotterdam", "pete ankara zzyzx"],
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
    """One of 50,000, the same for the same number."""
    chosen = random.Random(number % 50_000)  # noqa: S311 (nothing secret)
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
