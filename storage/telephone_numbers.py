"""Telephone numbers as they are kept and searched by: E.164 where they can be read so."""

from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from storage.records import searchable_number

LONGEST = 40
SHORTEST_PUBLIC = 7
"""Fewer digits are an extension, or a short code that nobody can ring from abroad."""


def normal_number(text: str, region: str) -> str:
    """A number as it is kept: ``+8675512345678``; what is no public number (an extension) keeps its digits.

    ``region``: two letters, the country of numbers without a country code. Empty when there is no digit in the text.
    """
    bare = searchable_number(text)
    if not any(character.isdigit() for character in bare):
        return ""
    parsed = _parsed(text, region)
    if parsed is None:
        return bare[:LONGEST]
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def spellings(number: str, region: str) -> tuple[str, ...]:
    """The ways in which switches write a kept number, as they are searched by; the kept one comes first."""
    return tuple(filter(None, dict.fromkeys(map(searchable_number, _spellings(number, region)))))


def beginnings(text: str, region: str) -> tuple[str, ...]:
    """How the kept form of a number may begin that was written so far; empty when there is no digit in the text.

    A beginning is too short to be read as a number: with or without the sign that one dials abroad or at home.
    """
    normal, bare = normal_number(text, region), searchable_number(text)
    if not normal:
        return ()
    return tuple(dict.fromkeys(filter(None, (normal, bare, _from_abroad(bare, region)))))


def _from_abroad(bare: str, region: str) -> str:
    """Digits as they are dialled at home, as they are kept; empty: nothing would be left of them."""
    if bare.startswith("00"):
        return f"+{bare[2:]}" if bare[2:] else ""
    if bare.startswith("+") or region not in phonenumbers.SUPPORTED_REGIONS:
        return ""
    at_home = bare.removeprefix(phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or "")
    return f"+{phonenumbers.country_code_for_region(region)}{at_home}" if at_home else ""


def _spellings(number: str, region: str) -> Iterator[str]:
    yield number
    parsed = _parsed(number, region)
    if parsed is None:
        return
    digits = number.removeprefix("+")
    yield digits
    yield f"00{digits}"
    yield phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    yield phonenumbers.national_significant_number(parsed)
    if region in phonenumbers.SUPPORTED_REGIONS:
        yield phonenumbers.format_out_of_country_calling_number(parsed, region)


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """None: no number that could be rung from abroad."""
    try:
        parsed = phonenumbers.parse(text.strip()[: LONGEST * 2], region)
    except NumberParseException:
        return None
    is_public = len(phonenumbers.national_significant_number(parsed)) >= SHORTEST_PUBLIC
    return parsed if is_public and phonenumbers.is_possible_number(parsed) else None
