"""What an agent asks for, and what PostgreSQL is asked: terms, each a word, a phrase or a number (R114)."""

import re
from dataclasses import dataclass
from functools import cached_property

from caredesk.texts import clean
from customers.phones import normalise_phone
from customers.words import folded, in_turkish, plain, split

TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
QUOTES = str.maketrans("“”„‟«»＂", '"' * 7)
NUMBER = re.compile(r"[\d()/.+-]+")
FEWEST_DIGITS = 4


@dataclass(frozen=True)
class Word:
    """`plain` in small letters, `turkish` the same with ı for I, `folded` without accents."""

    plain: str
    turkish: str
    folded: str

    def whole(self):
        """This very word, in any case."""
        return " | ".join(quoted(marked(word)) for word in dict.fromkeys([self.plain, self.turkish]))

    def close(self, *, begins=False):
        """The same without accents, or what begins with it. A single letter begins too many."""
        star = ":*" if begins and len(self.folded) > 1 else ""
        return f"{quoted('e' + self.folded)}{star} | {quoted('f' + self.folded)}{star}"

    def named(self, *, begins=False):
        """It stands in the name."""
        return quoted("n" + self.folded) + (":*" if begins and len(self.folded) > 1 else "")


@dataclass(frozen=True)
class Term:
    """Words that follow each other, or those of a number, in which only the digits count. One at least."""

    text: str
    words: tuple[Word, ...]
    is_number: bool = False

    def query(self, kind, *, begins=False):
        """As a tsquery by the words' own `kind`; `begins`: the last one need only begin."""
        last = len(self.words) - 1
        joint = " & " if self.is_number else " <-> "
        if begins:
            said = [getattr(word, kind)(begins=place == last) for place, word in enumerate(self.words)]
        else:
            said = [getattr(word, kind)() for word in self.words]
        return "(" + joint.join(f"({one})" for one in said) + ")"

    def digits(self, region=None):
        """What the digits of a phone hold if this is one: as it is dialled from abroad, and without zeros in front."""
        digits = only_digits(self.text.replace("(0)", ""))
        if not self.is_number or len(digits) < FEWEST_DIGITS or not digits.strip("0"):
            return []
        full = normalise_phone(self.text, region)
        return list(dict.fromkeys([*([full[1:]] if full.startswith("+") else []), digits.lstrip("0")]))


@dataclass(frozen=True)
class Question:
    """All terms are needed."""

    terms: tuple[Term, ...]
    region: str | None = None

    @classmethod
    def of(cls, words, region=None):
        return cls(tuple(terms_of(words)), region)

    def all(self, kind, *, begins=False):
        return " & ".join(term.query(kind, begins=begins) for term in self.terms)

    @cached_property
    def numbers(self):
        """{term: digits} of those that may be phones."""
        found = {term: term.digits(self.region) for term in self.terms}
        return {term: digits for term, digits in found.items() if digits}

    @property
    def others(self):
        return [term for term in self.terms if term not in self.numbers]

    @property
    def folded(self):
        """As one text, to compare with a whole name."""
        return " ".join(word.folded for term in self.terms for word in term.words)


def terms_of(words):
    """The terms in `words`; numbers beside each other are one, as phones are written."""
    run = []
    for phrase, word in TERM.findall(clean(words).translate(QUOTES)):
        if word and NUMBER.fullmatch(word) and only_digits(word):
            run.append(word)
            continue
        yield from number(run)
        run = []
        if spelled := words_of(phrase or word):
            yield Term(phrase or word, spelled)
    yield from number(run)


def number(run):
    if run:
        text = " ".join(run)
        yield Term(text, words_of(text), is_number=True)


def words_of(text):
    small, turkish = plain(text), in_turkish(text)
    return tuple(map(Word, split(small), split(turkish), split(folded(small))))


def only_digits(text):
    return "".join(character for character in text if character.isdecimal())


def marked(word):
    """As it stands among a customer's words: e where folding changes nothing, else x."""
    return ("e" if word == folded(word) else "x") + word


def quoted(lexeme):
    """Neither quotes nor backslashes are left in a word."""
    return f"'{lexeme}'"
