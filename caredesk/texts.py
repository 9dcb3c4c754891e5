"""What people type, and its limits (R50, R61, R62): Unicode code points after NFC, CRLF counted as one."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db.models import CharField, CheckConstraint, Q, TextField
from django.db.models.functions import Length
from django.utils.translation import ngettext

TEXT_LIMIT = 2000
TAG_LIMIT = 50

CharField.register_lookup(Length)
TextField.register_lookup(Length)


def clean(text: str) -> str:
    """The form in which text is stored: NFC, line feeds only, nothing that PostgreSQL cannot hold."""
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode("utf-8"))


def limited(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return the cleaned text, or refuse it in words: nothing is ever cut."""
    text = clean(text)
    over = len(text) - limit
    if over > 0:
        raise ValidationError(
            ngettext("%(over)d character too many.", "%(over)d characters too many.", over) % {"over": over},
            code="too_long",
        )
    return text


def limited_fields(texts: dict[str, str]) -> dict[str, str]:
    """Each text cleaned, within its limit and trimmed; what is refused is refused by field, all at once."""
    errors, kept = {}, {}
    for field, text in texts.items():
        try:
            kept[field] = limited(text).strip()
        except ValidationError as error:
            errors[field] = error
    if errors:
        raise ValidationError(errors)
    return kept


def fold(text: str) -> str:
    """The key under which two spellings are the same tag: case-folded, İ = i = ı."""
    folded = unicodedata.normalize("NFC", clean(text).strip().casefold())
    return folded.replace("i\u0307", "i").replace("ı", "i")


def at_most(field: str, limit: int, name: str) -> CheckConstraint:
    return CheckConstraint(condition=Q(**{f"{field}__length__lte": limit}), name=name)


def all_at_most(label: str, fields, limit: int = TEXT_LIMIT) -> list[CheckConstraint]:
    """One named constraint a text field, e.g. `customer_city_is_at_most_2000_characters`."""
    return [at_most(field, limit, f"{label}_{field}_is_at_most_{limit}_characters") for field in fields]
