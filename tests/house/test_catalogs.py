"""The translators' catalogs are compiled by Care Desk itself, and count as CLDR does."""

import gettext

import pytest
from babel import Locale

from caredesk.catalogs import LOCALE, compile_catalogs

CATALOGS = {path.parts[-3]: path for path in LOCALE.glob("*/LC_MESSAGES/django.po")}


@pytest.fixture
def polish(tmp_path):
    catalog = tmp_path / "pl/LC_MESSAGES/django.po"
    catalog.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    catalog.write_text(head + 'msgid "Tag"\nmsgstr "Etykieta"\n\n#, fuzzy\nmsgid "Task"\nmsgstr "Zadanie"\n')
    return catalog


def read(catalog):
    with catalog.with_suffix(".mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)


def test_a_catalog_is_compiled_without_what_nobody_has_checked(polish, tmp_path):
    assert compile_catalogs(tmp_path) == [polish]
    assert [read(polish).gettext(word) for word in ("Tag", "Task")] == ["Etykieta", "Task"]


def test_only_what_has_changed_is_compiled_again(polish, tmp_path):
    compile_catalogs(tmp_path)
    assert compile_catalogs(tmp_path) == []
    polish.write_text(polish.read_text().replace("Etykieta", "Tag po polsku"))
    assert compile_catalogs(tmp_path) == [polish]
    assert read(polish).gettext("Tag") == "Tag po polsku"
    assert [path.name for path in polish.parent.iterdir() if path.suffix not in (".po", ".mo")] == []


@pytest.mark.rule("R11")
@pytest.mark.parametrize("language", ["sr_Latn", "nl", "pl", "tr"])
def test_numbers_choose_the_words_that_cldr_gives_them(language):
    """Each form of the catalog stands for one of CLDR's categories, and each of these has one form."""
    chosen, wanted = read(CATALOGS[language]).plural, Locale.parse(language).plural_form
    pairs = {(wanted(number), chosen(number)) for number in range(500)}
    assert len(pairs) == len({category for category, _ in pairs}) == len({form for _, form in pairs})
