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
_SIGNS = {str(value): word for value, word in enumerate(_DIGITS)}
_SIGNS |= {letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {"+": "plus", "*": "star", "#": "hash"}


def digits(text: str) -> list[str]:
    """One by one: four, two, A."""
    return [_SIGNS[sign] for sign in text if sign in _SIGNS]


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


def time_of_day(time: dt.time) -> list[str]:
    """Two, oh five, P M; noon and midnight."""
    if time.minute == 0 and time.hour in (0, 12):
        return ["noon" if time.hour else "midnight"]
    minutes = [*(["oh"] if time.minute < 10 else []), *number(time.minute)] if time.minute else []
    return [*number((time.hour - 1) % 12 + 1), *minutes, "A M" if time.hour < 12 else "P M"]


def money(amount: Decimal, currency: str) -> list[str]:
    """Twelve US dollars and fifty cents; where the hundredth has no name, twelve point five of it."""
    whole, cents = divmod(int(abs(amount) * 100), 100)
    sign = ["minus"] if amount < 0 else []
    minor = _MINOR.get(currency)
    if minor is None and amount % 1:
        return [*sign, *number(abs(amount).normalize()), _currency(currency, 2)]
    words = [*number(whole), _currency(currency, whole)] if whole or not cents else []
    if cents and minor is not None:
        words += [*(["and"] if words else []), *number(cents), minor if cents == 1 else _MINOR_PLURAL[minor]]
    return sign + words


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


_BESIDE_NUMBERS = {
    "ordinal": {*map(_ordinal, range(1, 100)), "number"},
    "date": {*map(_ordinal, range(1, 32)), *_MONTHS, "oh"},
    "time": {"oh", "A M", "P M", "noon", "midnight"},
    "duration": {unit + end for _, unit in _UNITS for end in ("", "s")},
}
"""What each kind of value needs besides the words of numbers."""


def vocabulary(spoken_as: str, currency: str = "") -> set[str]:
    """Every sound that values of a kind may need."""
    if spoken_as == "digits":
        return set(_SIGNS.values())
    numbers = {str(num2words(value, lang="en")) for value in range(100)}
    numbers |= {"hundred", "thousand", "million", "billion", "trillion", "and", "point", "minus"}
    if spoken_as != "money":
        return numbers | _BESIDE_NUMBERS.get(spoken_as, set())
    minor = _MINOR.get(currency)
    names = {_currency(currency, 1), _currency(currency, 2)}
    return numbers | names | ({minor, _MINOR_PLURAL[minor]} if minor is not None else set())
