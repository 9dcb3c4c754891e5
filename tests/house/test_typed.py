"""What people type, and its limits: code points after NFC, CRLF as one, tags that are the same word (R50, R61, R62)."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from caredesk.texts import TEXT_LIMIT, clean, fold, limited, limited_fields

# Also halves of a surrogate pair, which a browser's form can hold and a database cannot.
texts = st.text(st.characters(), max_size=60)
words = st.text(st.characters(categories=("L", "N", "P", "S", "Zs", "Mn")), max_size=50)


@pytest.mark.rule("R50")
class Test_limits:
    @given(
        st.integers(1, 40), st.sampled_from(["x", "š", "s\u030c", "ı", "\r\n", "\n", "👩\u200d🔧", "한", "ﬁ"])
    )
    def test_what_fits_is_kept_as_it_is_and_one_more_is_refused(self, limit, piece):
        unit = len(unicodedata.normalize("NFC", piece.replace("\r\n", "\n")))
        fits = piece * (limit // unit)
        assert limited(fits, limit) == clean(fits)
        assert limited(fits).startswith(clean(piece) * (limit // unit))
        with pytest.raises(ValidationError) as refused:
            limited(fits + "x" * (limit - len(clean(fits)) + 1), limit)
        assert refused.value.messages == ["1 character too many."]

    @pytest.mark.parametrize("piece", ["x", "š", "s\u030c", "\r\n", "😀"])
    def test_2000_is_saved_and_2001_is_not(self, piece):
        assert len(limited(piece * TEXT_LIMIT)) == TEXT_LIMIT
        with pytest.raises(ValidationError):
            limited(piece * (TEXT_LIMIT + 1))

    @given(texts)
    @example("\0 \ud800 \r \r\n")
    def test_cleaning_twice_is_cleaning_once_and_the_database_can_hold_it(self, text):
        cleaned = clean(text)
        assert clean(cleaned) == cleaned
        assert unicodedata.is_normalized("NFC", cleaned)
        assert not {"\0", "\r"} & set(cleaned)
        cleaned.encode()

    def test_every_field_says_for_itself_how_much_too_long_it_is(self):
        with pytest.raises(ValidationError) as refused:
            limited_fields({"title": "x" * 2001, "description": "y" * 2005, "city": "Niš"})
        assert refused.value.message_dict == {
            "title": ["1 character too many."],
            "description": ["5 characters too many."],
        }


@pytest.mark.rule("R62")
class Test_the_same_word:
    @given(words)
    @example("İ")
    @example("ß")
    @example("i\u0307")
    @example("I\u0307\u0300")
    @example("ǰ")
    @example("ᾳ")
    def test_case_and_composition_make_no_difference(self, word):
        for same in (
            word.upper(),
            word.lower(),
            word.swapcase(),
            unicodedata.normalize("NFD", word),
            f"  {word} ",
        ):
            if fold(same) != fold(word):
                # Some letters have no way back from their capital; folding never tells apart what it can tell.
                assert same.casefold() != word.casefold()

    @given(words)
    def test_folding_twice_is_folding_once(self, word):
        assert fold(fold(word)) == fold(word)

    @pytest.mark.parametrize("one", ["İPTAL", "iptal", "IPTAL", "ıptal", "i\u0307ptal", " Iptal\u0020"])
    def test_turkish_letters_are_one(self, one):
        assert fold(one) == "iptal"

    def test_different_words_stay_different(self):
        assert (
            len({fold(word) for word in ("router", "ruter", "Straße", "strase", "č", "ć", "c", "ö", "o")})
            == 9
        )
