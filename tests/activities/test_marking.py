"""What was asked for is marked where finds are shown (R114)."""

import pytest

from activities import marking
from activities.asking import Question


def marked(text, words):
    pieces = marking.pieces(text, Question.of(words, "NL"))
    return "".join(f"[{piece}]" if is_marked else piece for piece, is_marked in pieces)


@pytest.mark.rule("R114")
@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("Noor van Dijk", '"van dijk"', "Noor [van Dijk]"),
        ("Joke van Dijksma", '"van dijk"', "Joke [van Dijk]sma"),
        ("van der Dijk", '"van dijk"', "van der Dijk"),
        ("van der Dijk", "dijk van", "[van] der [Dijk]"),
        ("Ana Šuković", "suko", "Ana [Šuko]vić"),
        ("Straße 12", "strass", "[Straß]e 12"),
        ("İstanbul", "istan", "[İstan]bul"),
        ("ana.s@post.example", "post", "ana.s@[post].example"),
        ("+31 117 940 800", "0117940800", "+[31 117 940 800]"),
        ("+31 (0)117-940.800", "7940", "+31 (0)11[7-940].800"),
        ("Terazije 12", "zz", "Terazije 12"),
        ("", "zz", ""),
        ("aa ab", "a", "aa ab"),
        ("<b>", "b", "<[b]>"),
    ],
)
def test_pieces(text, words, shown):
    assert marked(text, words) == shown


def test_of_long_notes_what_stands_about_the_mark():
    notes = "Nothing of interest. " * 8 + "Prefers a call in the evening. " + "Nothing more. " * 20
    shown = marking.excerpt(notes, Question.of("evening"))
    assert "evening" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
