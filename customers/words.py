"""The words of a text as search compares them; customers/migrations/0005 says the same to PostgreSQL.

`plain` ignores capitals alone, `folded` also accents and the dot of an ı. What stands between words is named here
character by character, so that both sides split alike under any collation.
"""

import re
import unicodedata

SEPARATORS = (
    r"[\u0002-/:-@\[-`{-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u2000-\u206f\u2e00-\u2e7f\u3000-\u303f\ufeff]"
)
ACCENTS = "[\u0300-\u036f]"
LETTERS = str.maketrans("łđøħŧıðŋ", "ldohtidn")
PAIRS = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
LONGEST = 100


def plain(text: str) -> str:
    """In small letters. İ becomes i, and accents that belong to no letter are dropped."""
    small = unicodedata.normalize("NFC", text).replace("İ", "i").lower().replace("ς", "σ")
    return re.sub(ACCENTS, "", small)


def in_turkish(text: str) -> str:
    """The same with ı for I."""
    return plain(text.replace("I", "ı"))


def folded(plainly: str) -> str:
    bare = re.sub(ACCENTS, "", unicodedata.normalize("NFD", plainly)).translate(LETTERS)
    for letter, pair in PAIRS.items():
        bare = bare.replace(letter, pair)
    return unicodedata.normalize("NFC", bare)


def split(text: str) -> list[str]:
    return [word[:LONGEST] for word in re.sub(SEPARATORS, " ", text).split(" ") if word]


def spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a text as it is shown begin and end."""
    return [found.span() for found in re.finditer(SEPARATORS.replace("[", "[^", 1) + "+", text)]
