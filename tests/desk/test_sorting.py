"""Lists for people stand in the order of the reader's language, as CLDR has it (common/collation/*.xml)."""

import random

import pytest
from django.utils import translation

from caredesk.sorting import in_order
from caredesk.texts import fold

pytestmark = pytest.mark.rule("R11")

# As CLDR's rules give it: hr (which sr-Latn imports) "&C<č<ć &D<dž<đ &L<lj &N<nj &S<š &Z<ž",
# pl "&A<ą &C<ć &E<ę &L<ł &N<ń &O<ó &S<ś &Z<ź<ż", tr "&C<ç &G<ğ &[before 1]i<ı &O<ö &S<ş &U<ü"; nl and en add none.
WORDS = {
    "sr-latn": "cvet čaj ćup dama džak đak zebra žaba",
    "pl": "ala ąka bok cena ćma dom ekran ęka las łas nos ńa osa ósmy sok śnieg zebra źle żaba",
    "tr": "cam çam dağ gaz ğ hala ıslak islak jet oda öde sal şal uzun üzüm var",
    "nl": "cafe café cd één een eend zo zoë zon",
    "en": "apple Apple Łódź Lynn résumé z",
}
EXPECTED = WORDS | {
    "sr-latn": "cvet čaj ćup dama džak đak zebra žaba",
    "nl": "cafe café cd een één eend zo zoë zon",
    "en": "apple Apple Lynn Łódź résumé z",
}


def shuffled(words):
    words = list(words)
    random.Random(7).shuffle(words)
    return words


@pytest.mark.parametrize("language", EXPECTED)
def test_words_stand_as_in_a_dictionary(language):
    with translation.override(language):
        assert in_order(shuffled(WORDS[language].split())) == EXPECTED[language].split()


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("sr-latn", ["Ljubica", "lubenica", "Luka", "Ljiljana", "Njegoš", "Nušić"]),
        ("tr", ["Irmak", "İpek", "Hakan", "ibrahim", "ısmail"]),
        ("pl", ["Łucja", "Lucyna", "luz"]),
    ],
)
def test_letters_of_two_signs_and_capitals_have_their_places(language, names):
    expected = {
        "sr-latn": ["lubenica", "Luka", "Ljiljana", "Ljubica", "Nušić", "Njegoš"],
        "tr": ["Hakan", "Irmak", "ısmail", "ibrahim", "İpek"],
        "pl": ["Lucyna", "luz", "Łucja"],
    }
    assert in_order(names, language=language) == expected[language]


def test_the_same_names_stand_otherwise_for_another_reader():
    names = ["Cvetković", "Čolić", "Ćosić", "Cindrić"]
    assert in_order(names, language="sr-latn") == ["Cindrić", "Cvetković", "Čolić", "Ćosić"]
    assert in_order(names, language="nl") == ["Cindrić", "Čolić", "Ćosić", "Cvetković"]


def test_spaces_and_signs_come_first_then_digits_then_letters_then_other_scripts():
    assert in_order(["Анна", "Ana", "3 Ana", "-Ana", "de Wit", "denise", ""]) == [
        "",
        "-Ana",
        "3 Ana",
        "Ana",
        "de Wit",
        "denise",
        "Анна",
    ]


def test_things_are_ordered_by_what_they_are_called():
    assert in_order([{"n": "Žika"}, {"n": "Zora"}], lambda thing: thing["n"], "sr-latn")[0] == {"n": "Zora"}


@pytest.mark.rule("R62")
@pytest.mark.parametrize(
    "spellings",
    [
        ["İADE", "iade", "ıade", "IADE", "İade", "i\u0307ade"],
        ["Ćuprija", "ĆUPRIJA", "ćuprija", "c\u0301uprija"],
        ["ŁÓDŹ", "łódź"],
        ["GROSS", "groß"],
    ],
)
def test_one_tag_whatever_the_capitals(spellings):
    assert len({fold(spelling) for spelling in spellings}) == 1


@pytest.mark.rule("R62")
def test_other_letters_are_other_tags():
    assert len({fold(word) for word in ("čas", "cas", "ćas", "şal", "sal")}) == 5
