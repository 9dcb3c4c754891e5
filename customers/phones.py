"""Addresses as they are matched: phones in E.164 where they parse, e-mails case-folded."""

import phonenumbers
from django.conf import settings

from caredesk.texts import clean


def parsed_phone(value, region=None):
    try:
        number = phonenumbers.parse(value or "", region or settings.DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def normalise_phone(value, region=None):
    """E.164 where it parses, else the digits, else what was typed: a number is never refused (R72)."""
    number = parsed_phone(value, region)
    if number:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = "".join(character for character in value if character.isdigit())
    return digits or clean(value).strip().casefold()


def shown_phone(value, region=None):
    """International spelling for reading, e.g. "+31 20 794 0800"; what does not parse stays as typed."""
    number = parsed_phone(value, region)
    if not number:
        return clean(value).strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def normalise_email(value):
    return clean(value).strip().casefold()
