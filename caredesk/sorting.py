"""Names in the order in which the reader's language has its letters (CLDR's standard collation).

In Python, for the database that Care Desk brings along knows no language's order; meant for lists that people read.
"""

import re
import unicodedata
from functools import cache

from django.utils.translation import get_language

# Letters of their own, in their places; all others are variants of those that they are made of.
ALPHABETS = {
    "sr-latn": "a b c č ć d dž đ e f g h i j k l lj m n nj o p q r s š t u v w x y z ž",
    "pl": "a ą b c ć d e ę f g h i j k l ł m n ń o ó p q r s ś t u v w x y z ź ż",
    "tr": "a b c ç d e f g ğ h ı i j k l m n o ö p q r s ş t u ü v w x y z",
}
LATIN = "a b c d đ e f g h i ı j k l ł m n o p q r s t u v w x y z"
ACCENTS = re.compile("[\u0300-\u036f]")
ONE_LETTER = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i"}


def in_order(things, name=str, language=None):
    """The things by what `name` makes of each: letters first, then accents, then small before capital."""
    language = language or get_language() or "en"
    return sorted(things, key=lambda thing: order_key(name(thing), language))


def order_key(text, language="en"):
    text = unicodedata.normalize("NFC", str(text))
    small = in_small_letters(text, language)
    pattern, places = letters_of(language)
    letters = [
        letter for found in pattern.findall(small) for letter in (places.get(found) or plain(found, places))
    ]
    return letters, small, text.swapcase()


def in_small_letters(text, language):
    """Turkish tells I and İ apart; everywhere else both are an i."""
    text = text.replace("İ", "i")
    return (text.replace("I", "ı") if language == "tr" else text).lower()


@cache
def letters_of(language):
    """What finds the letters of a text, those written with two signs as one, and the place of each."""
    alphabet = ALPHABETS.get(language, LATIN).split()
    pairs = [letter for letter in alphabet if len(letter) > 1]
    return re.compile("|".join([*pairs, "."]), re.DOTALL), {
        letter: [(2, place)] for place, letter in enumerate(alphabet)
    }


def plain(sign, places):
    """An accented letter stands with the one it is made of; other signs come before all letters, digits after them."""
    bare = ACCENTS.sub("", unicodedata.normalize("NFD", sign)) or sign
    bare = ONE_LETTER.get(bare, bare)
    if all(part in places for part in bare):
        return [place for part in bare for place in places[part]]
    return [(1 if sign.isdigit() else 3 if sign.isalpha() else 0, ord(sign))]
