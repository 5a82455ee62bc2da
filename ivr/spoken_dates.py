"""Days as callers say them, for grammars, and which day of the calendar they mean. Pure."""

import datetime as dt
import functools
from collections.abc import Iterator

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_ONES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_TEENS = (
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth"),
    *("fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
)
_HAN = "零一二三四五六七八九"
_LEAP_YEAR = 2000
_RELATIVE = {
    "en": {"today": 0, "tomorrow": 1, "yesterday": -1},
    "zh": {"今天": 0, "明天": 1, "昨天": -1, "后天": 2, "前天": -2},
}


@functools.cache
def day_phrases(language: str) -> tuple[tuple[str, str], ...]:
    """Words and meaning of every day of a year: ``("november twenty second", "11-22")``, ``("today", "+0")``."""
    relative = tuple((words, f"{days:+d}") for words, days in _RELATIVE.get(language[:2], {}).items())
    return relative + tuple(
        (words, f"{day:%m-%d}") for day in _days() for words in _SAY.get(language[:2], _nothing)(day)
    )


def day_meant(
    meaning: str, today: dt.date, least: dt.date | None = None, most: dt.date | None = None
) -> dt.date | None:
    """The day: of this, the next or the last year, within the bounds, the nearest to today; None when there is none."""
    relative = meaning[:1] in "+-"
    found = [today + dt.timedelta(days=int(meaning))] if relative else list(_in_years(meaning, today.year))
    allowed = [day for day in found if (least is None or least <= day) and (most is None or day <= most)]
    return min(allowed, key=lambda day: (abs(day - today), day), default=None)


def _in_years(meaning: str, year: int) -> Iterator[dt.date]:
    month, day = (int(part) for part in meaning.split("-"))
    for offset in (0, 1, -1):
        try:
            yield dt.date(year + offset, month, day)
        except ValueError:  # the twenty-ninth of February of another year
            continue


def _days() -> Iterator[dt.date]:
    day = dt.date(_LEAP_YEAR, 1, 1)
    while day.year == _LEAP_YEAR:
        yield day
        day += dt.timedelta(days=1)


def _english(day: dt.date) -> tuple[str, ...]:
    month, ordinal = _MONTHS[day.month - 1], _ordinal(day.day)
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 if day.day not in (11, 12, 13) else 0, "th")
    return f"{month} {ordinal}", f"{month} {day.day}{suffix}", f"the {ordinal} of {month}", f"{month} {day.day}"


def _ordinal(number: int) -> str:
    if number < 10:
        return _ONES[number - 1]
    if number < 20:
        return _TEENS[number - 10]
    tens, ones = divmod(number, 10)
    if ones == 0:
        return {2: "twentieth", 3: "thirtieth"}[tens]
    return f"{ {2: 'twenty', 3: 'thirty'}[tens] } {_ONES[ones - 1]}"


def _chinese(day: dt.date) -> tuple[str, ...]:
    month, number = _han(day.month), _han(day.day)
    return f"{month}月{number}日", f"{month}月{number}号"


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _HAN[ones]
    return f"{_HAN[tens] if tens > 1 else ''}十{_HAN[ones] if ones else ''}"


def _nothing(_day: dt.date) -> tuple[str, ...]:
    return ()


_SAY = {"en": _english, "zh": _chinese}
