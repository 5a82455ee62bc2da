"""English: how values are spoken. Each function gives words or short groups of words, each of which is one sound."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import get_currency_name
from num2words import num2words  # type: ignore[import-untyped]  # it has no stubs

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_MINOR = {"USD": "cent", "EUR": "cent", "AUD": "cent", "CAD": "cent", "HKD": "cent", "SGD": "cent", "NZD": "cent"}
_MINOR_PLURAL = {"cent": "cents", "penny": "pence", "fen": "fen"}
_MINOR |= {"GBP": "penny", "CNY": "fen"}
_WHOLE_ONLY = frozenset({"JPY", "KRW", "VND"})


def digits(text: str) -> list[str]:
    """One by one: four, two."""
    return [_DIGITS[int(sign)] for sign in text if sign.isascii() and sign.isdigit()]


def number(value: int | Decimal) -> list[str]:
    """British cardinal: one hundred and forty-two; decimals digit by digit after *point*."""
    return str(num2words(value, lang="en")).replace(",", "").split()


def ordinal(value: int) -> list[str]:
    """Twenty-second; from a hundred on without a sound of its own, *number* forty-two hundred."""
    return [_ordinal(value)] if 1 <= value < 100 else ["number", *number(value)]


def _ordinal(value: int) -> str:
    return str(num2words(value, to="ordinal", lang="en"))


def date(day: dt.date) -> list[str]:
    """November, twenty-second, twenty twenty-six."""
    return [_MONTHS[day.month - 1], _ordinal(day.day), *_year(day.year)]


def _year(year: int) -> list[str]:
    if 2000 <= year < 2010 or year % 1000 == 0:
        return number(year)
    high, low = divmod(year, 100)
    if low == 0:
        return [*number(high), "hundred"]
    return [*number(high), *(["oh"] if low < 10 else []), *number(low)]


def money(amount: Decimal, currency: str) -> list[str]:
    """Twelve US dollars and fifty cents; where cents have no name, twelve point five of it."""
    whole, cents = _whole_and_cents(abs(amount), currency)
    sign = ["minus"] if amount < 0 and (whole or cents) else []
    minor = _MINOR.get(currency)
    if minor is None and cents:
        return [*sign, *number(Decimal(whole) + Decimal(cents) / 100), _currency(currency, 2)]
    words = [*number(whole), _currency(currency, whole)] if whole or not cents else []
    if cents and minor is not None:
        words += [*(["and"] if words else []), *number(cents), minor if cents == 1 else _MINOR_PLURAL[minor]]
    return sign + words


def _whole_and_cents(amount: Decimal, currency: str) -> tuple[int, int]:
    if currency in _WHOLE_ONLY:
        return round(amount), 0
    cents = round(amount * 100)
    return cents // 100, cents % 100


def _currency(currency: str, count: int) -> str:
    return "yuan" if currency == "CNY" else get_currency_name(currency, count=count, locale="en")


def duration(seconds: int) -> list[str]:
    """One hour, five minutes: the two greatest units that are not zero."""
    words: list[str] = []
    parts = list(_parts(max(0, seconds)))[:2]
    for count, unit in parts or [(0, "second")]:
        words += [*number(count), unit if count == 1 else f"{unit}s"]
    return words


def _parts(seconds: int) -> Iterator[tuple[int, str]]:
    for length, unit in _UNITS:
        count, seconds = divmod(seconds, length)
        if count:
            yield count, unit


def vocabulary(spoken_as: str, currency: str = "") -> set[str]:
    """Every sound that values of a kind may need."""
    numbers = {str(num2words(value, lang="en")) for value in range(100)}
    numbers |= {"hundred", "thousand", "million", "billion", "trillion", "and", "point", "minus"}
    match spoken_as:
        case "digits":
            return set(_DIGITS)
        case "ordinal":
            return numbers | {_ordinal(value) for value in range(1, 100)} | {"number"}
        case "date":
            return numbers | {_ordinal(value) for value in range(1, 32)} | set(_MONTHS) | {"oh"}
        case "money":
            minor = _MINOR.get(currency)
            names = {_currency(currency, 1), _currency(currency, 2)}
            return numbers | names | ({minor, _MINOR_PLURAL[minor]} if minor is not None else set())
        case "duration":
            return numbers | {unit + end for _, unit in _UNITS for end in ("", "s")}
        case _:
            return numbers
