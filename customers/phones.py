"""Addresses as they are matched: phones in E.164 where they parse, e-mails case-folded."""

import hashlib

import phonenumbers
from django.conf import settings

from caredesk.texts import clean

LONGEST_KEY = 250
SHORTEST_NUMBER = 7
WITHHELD = {"anonymous", "private", "restricted", "unavailable", "unknown", "withheld"}


def parsed_phone(value, region=None):
    try:
        number = phonenumbers.parse(value or "", (region or settings.DEFAULT_REGION).upper())
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def normalise_phone(value, region=None):
    """E.164 where it parses, else the digits, else what was typed: a number is never refused (R72)."""
    number = parsed_phone(value, region)
    if number:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = "".join(character for character in value if character.isdigit())
    return key(digits or clean(value).strip().casefold())


def shown_phone(value, region=None):
    """International spelling for reading, e.g. "+31 20 794 0800"; what does not parse stays as typed."""
    number = parsed_phone(value, region)
    if not number:
        return clean(value).strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def dialled_phone(value, region=None):
    """As a telephone system writes numbers: the spelling of `shown_phone`, "" where the caller withheld theirs.

    Digits begin with the country code, or with 0 for a national number; what is too short for a number is an
    extension, and stays as it is.
    """
    value = clean(value).strip()
    if value.casefold() in WITHHELD:
        return ""
    digits = "".join(character for character in value if character.isdecimal())
    if value.startswith("+") or len(digits) < SHORTEST_NUMBER or len(digits) != len(value):
        return shown_phone(value, region)
    abroad = "+" + digits.removeprefix("00")
    if digits.startswith("00") or (not digits.startswith("0") and exists(abroad, region)):
        return shown_phone(abroad, region)
    return shown_phone(value, region)


def exists(value, region=None):
    number = parsed_phone(value, region)
    return bool(number) and (phonenumbers.is_valid_number(number) or not national(value[1:], region))


def national(digits, region):
    number = parsed_phone(digits, region)
    return bool(number) and phonenumbers.is_valid_number(number)


def normalise_email(value):
    return key(clean(value).strip().casefold())


def key(text):
    """The text itself, or its digest where it is longer than an entry of an index may be."""
    return text if len(text) <= LONGEST_KEY else hashlib.sha256(text.encode()).hexdigest()
