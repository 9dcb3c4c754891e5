"""Words are split and folded alike in Python and in the database."""

import pytest
from django.db import connection

from customers.words import folded, plain, split

LETTERS = [chr(code) for code in range(2, 0x1C80)] + list("ﬁ中あ가ﷺ𝐀")
SPELLED = """SELECT customers_plain(t), customers_folded(customers_plain(t)), customers_split(t)
             FROM unnest(%s::text[]) t"""


@pytest.mark.rule("R114")
def test_every_letter_is_spelled_alike(db):
    texts = [f"A{letter}b" for letter in LETTERS]
    with connection.cursor() as cursor:
        cursor.execute(SPELLED, [texts])
        there = [(small, bare, [word for word in words if word]) for small, bare, words in cursor.fetchall()]
    here = [(plain(text), folded(plain(text)), split(text)) for text in texts]
    assert [(mine, theirs) for mine, theirs in zip(here, there, strict=True) if mine != theirs] == []


@pytest.mark.parametrize(
    ("text", "small", "bare"),
    [
        ("ŚWIĘTOSŁAW", "świętosław", "swietoslaw"),
        ("Đorđe", "đorđe", "dorde"),
        ("İstanbul", "istanbul", "istanbul"),
        ("Yılmaz", "yılmaz", "yilmaz"),
        ("Straße", "straße", "strasse"),
        ("Ελλάς", "ελλάσ", "ελλασ"),
    ],
)
def test_spellings(text, small, bare):
    assert (plain(text), folded(plain(text))) == (small, bare)


def test_words_end_where_something_else_begins():
    assert split("O'Neil, van-dijk@post.example/2 “so”…") == [
        "O",
        "Neil",
        "van",
        "dijk",
        "post",
        "example",
        "2",
        "so",
    ]
