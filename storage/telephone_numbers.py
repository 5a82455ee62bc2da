"""Telephone numbers as they are kept and searched by: E.164 where they can be read so."""

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from facts.customer_rules import is_dialled
from storage.records import searchable_number

SHORTEST_PUBLIC = 7
"""Fewer digits are an extension, or a short code that nobody can ring from abroad."""


def normal_number(text: str, region: str) -> str:
    """A number as it is kept: ``+8675512345678``; what is no public number (an extension) keeps its digits.

    ``region``: two letters, the country of numbers without a country code. Empty when the text is no number: without
    digits, with letters (``1.38E+10``), or longer than any.
    """
    plain = _plain(text)
    bare = searchable_number(plain)
    if not is_dialled(bare) or _FRACTION.search(plain):
        return ""
    parsed = _parsed(plain, region)
    if parsed is None:
        return bare
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


_FRACTION = re.compile(r"^\s*\d+\.0+\s*$")
"""A spreadsheet's or a program's way to write a number that it took for a quantity."""


def _plain(text: str) -> str:
    """With the digits, signs and blanks of ASCII, and without what only directs how a text is shown."""
    return "".join(map(_plain_character, unicodedata.normalize("NFKC", text)))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    kind = unicodedata.category(character)
    return "-" if kind == "Pd" else "" if kind == "Cf" else character


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
        parsed = phonenumbers.parse(text.strip(), region)
    except NumberParseException:
        return None
    is_public = len(phonenumbers.national_significant_number(parsed)) >= SHORTEST_PUBLIC
    return parsed if is_public and phonenumbers.is_possible_number(parsed) else None
