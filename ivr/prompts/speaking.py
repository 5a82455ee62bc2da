"""Values as words, by the rules of each language. Pure.

A language is a module with the functions of :class:`Rules`; adding one is adding it to ``LANGUAGES``. Every word (or
short group of words) that the functions give is one sound, made before any call; ``vocabulary`` lists them all.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Protocol

from babel.numbers import get_currency_precision

from ivr.flow import Value
from ivr.prompts import chinese, english


class Rules(Protocol):
    """How one language speaks."""

    def digits(self, text: str) -> list[str]:
        """Digits, letters and the signs of telephones one by one; what is between them is left out."""

    def number(self, value: int | Decimal) -> list[str]:
        """A cardinal number."""

    def ordinal(self, value: int) -> list[str]:
        """A place in an order."""

    def date(self, day: dt.date) -> list[str]:
        """A day."""

    def time_of_day(self, time: dt.time) -> list[str]:
        """A time of day, to the minute."""

    def money(self, amount: Decimal, currency: str) -> list[str]:
        """An amount, with no more decimals than the currency has."""

    def duration(self, seconds: int) -> list[str]:
        """A length of time."""

    def vocabulary(self, spoken_as: str, currency: str = "") -> set[str]:
        """Every sound that values of a kind may need."""


LANGUAGES: Mapping[str, Rules] = {"en": english, "zh": chinese}
"""The languages in which values can be spoken, by their ISO 639-1 code."""


def rules_of(language: str) -> Rules | None:
    """The rules of a language, with or without region (``en``, ``en-GB``)."""
    return LANGUAGES.get(language[:2])


def words(spoken_as: str, value: Value, language: str, currency: str = "") -> list[str]:
    """The sounds of a value, by their words; empty when the value cannot be spoken like that, or is not there."""
    rules = rules_of(language)
    if rules is None or value is None:
        return []
    try:
        return _SPEAK[spoken_as](rules, value, currency)
    except (ValueError, InvalidOperation, OverflowError):
        return []


def _decimal(value: Value) -> Decimal:
    found = Decimal(str(value))
    if not found.is_finite() or abs(found) >= 10**15:
        raise ValueError("cannot be spoken")
    return found


def _number(value: Value) -> int | Decimal:
    found = _decimal(value)
    return int(found) if found == found.to_integral_value() else round(found, 4)


def _clock(value: Value) -> dt.time:
    """A time of day, or that of a date and time as it is written there."""
    text = str(value)
    both = "T" in text or " " in text
    return dt.datetime.fromisoformat(text).timetz() if both else dt.time.fromisoformat(text)


def _money(value: Value, currency: str) -> Decimal:
    step = Decimal(1).scaleb(-get_currency_precision(currency))
    return _decimal(value).quantize(step, rounding=ROUND_HALF_UP)


def _signs(value: Value) -> str:
    """Full-width digits and letters are digits and letters."""
    return unicodedata.normalize("NFKC", str(value)).upper()


_SPEAK: Mapping[str, Callable[[Rules, Value, str], list[str]]] = {
    "digits": lambda rules, value, _: rules.digits(_signs(value)),
    "number": lambda rules, value, _: rules.number(_number(value)),
    "ordinal": lambda rules, value, _: rules.ordinal(int(_decimal(value))),
    "date": lambda rules, value, _: rules.date(dt.date.fromisoformat(str(value))),
    "time": lambda rules, value, _: rules.time_of_day(_clock(value)),
    "money": lambda rules, value, currency: rules.money(_money(value, currency), currency),
    "duration": lambda rules, value, _: rules.duration(int(_decimal(value))),
}
