"""Which numbers may be dialled: an allow-list before anything comes near the switch. Pure.

A number is digits, perhaps with ``+`` before them. What begins with ``*`` or ``#`` is an order to the carrier (to
forward all calls somewhere, say), not a number. What is priced higher, and what helps in an emergency, is known to the
``phonenumbers`` library for the site's country.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

import msgspec
import phonenumbers
from phonenumbers import shortnumberinfo

from ivr.dialling import EVERY_COUNTRY, Form, diallable

_NUMBER: Final = re.compile(r"\+?[0-9]{1,32}")
_DIGITS: Final = re.compile(r"[0-9A-D*#]{1,32}")
_DEAR: Final = frozenset({phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST})


class DialRules(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns as in the settings (``?`` any digit, ``*`` at the end anything), of which ``denied`` win."""

    country: str = "US"
    allowed: tuple[str, ...] = ("*",)
    denied: tuple[str, ...] = ()
    premium: bool = False
    emergency: bool = True
    form: Form = "as_given"


def as_dialled(rules: DialRules, number: str) -> str:
    """The number in the carrier's form; one that is no whole number (an emergency's, a short one) stays as it is."""
    if shortnumberinfo.is_emergency_number(number, rules.country):
        return number
    return diallable(number, rules.country, (EVERY_COUNTRY,), rules.form) or number


def refusal(rules: DialRules, number: str) -> str:
    """Why a number may not be dialled: the reason's id; ``""``: it may."""
    if _NUMBER.fullmatch(number) is None:
        return "number_invalid"
    if rules.emergency and shortnumberinfo.is_emergency_number(number, rules.country):
        return ""
    forms = tuple(_forms(rules, number))
    if _fits(rules.denied, forms) or (not rules.premium and _is_dear(rules, number)):
        return "number_denied"
    return "" if _fits(rules.allowed, forms) else "number_denied"


def _fits(patterns: tuple[str, ...], forms: tuple[str, ...]) -> bool:
    return any(fnmatchcase(form, pattern) for pattern in patterns for form in forms)


def _parsed(rules: DialRules, number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, rules.country)
    except phonenumbers.NumberParseException:
        return None


def _forms(rules: DialRules, number: str) -> Iterator[str]:
    """The number as it is dialled, and in international form."""
    yield number
    parsed = _parsed(rules, number)
    if parsed is not None:
        yield phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _is_dear(rules: DialRules, number: str) -> bool:
    parsed = _parsed(rules, number)
    if parsed is None:
        return False
    if phonenumbers.number_type(parsed) in _DEAR:
        return True
    cost = shortnumberinfo.expected_cost_for_region(parsed, rules.country)
    return cost == shortnumberinfo.ShortNumberCost.PREMIUM_RATE


def are_keys(digits: str) -> bool:
    """Whether these are keys of a telephone, and not too many."""
    return _DIGITS.fullmatch(digits) is not None
