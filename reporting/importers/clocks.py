"""Clocks, dates and lengths as tables of calls write them, read in one zone."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from math import isfinite

from facts.time import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from reporting.importers.table_map import CLOCK, EPOCHS, MINUTES, UNITS, Length, Moment
from reporting.kpi.intervals import to_datetime, to_instant

LONGEST_BEFORE: Duration = 6 * HOUR
"""A clock alone belongs to the moment before it when it is so much later at most."""
LARGEST_STEP_BACK: Duration = HOUR
"""So much earlier it may be: clocks of two devices differ."""
LATEST: Instant = 100_000_000_000 * SECOND
LONGEST: Duration = 366 * DAY
"""A wait or talk beyond is a mistake of the table."""
_HALF = re.compile(r"\s*([ap])\.?\s?m\.?$", re.IGNORECASE)


class RowError(Exception):
    """A row that cannot be taken in."""


def number_of(text: str, decimal: str = ".") -> float | None:
    """A number; None for what is none. ``decimal``: what stands before the parts of a whole."""
    if decimal != ".":
        text = text.replace(decimal, ".")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def length_of(text: str, unit: str, decimal: str = ".") -> Duration | None:
    """A duration in a map's unit; None for what is none."""
    if unit == CLOCK:
        return clock_of(text)
    if unit == MINUTES:
        minutes, _, rest = text.partition(":")
        seconds = clock_of(f"0:0:{rest}")
        is_short = minutes.isascii() and minutes.isdigit() and len(minutes) <= 6
        return clock_of(text) if seconds is None or not is_short else int(minutes) * MINUTE + seconds
    number = number_of(text, decimal)
    return None if number is None or abs(number) > LONGEST else round(number * UNITS[unit])


def clock_of(text: str) -> Duration | None:
    """``h:mm:ss``, ``h:mm``, with parts of a second or with AM and PM, as time since midnight; None for others."""
    half = _HALF.search(text)
    parts = (text if half is None else text[: half.start()]).split(":")
    if len(parts) not in {2, 3} or not all(part.isascii() for part in parts):
        return None
    seconds = number_of(parts[2]) if len(parts) == 3 else 0.0
    if seconds is None or not (parts[0].isdigit() and parts[1].isdigit()):
        return None
    if not (0 <= seconds < 60 and int(parts[1]) < 60 and len(parts[0]) <= 4):
        return None
    hours = int(parts[0])
    if half is not None:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[1] in "pP" else 0)
    return (hours * 60 + int(parts[1])) * MINUTE + round(seconds * SECOND)


class Clocks:
    """Reads moments in one zone. ``form``: the form of dates and times in lengths that name none."""

    def __init__(self, zone: tzinfo, arrived: Moment, decimal: str = ".") -> None:
        self._zone = zone
        self._form = "iso" if arrived.column is None else arrived.format
        self._decimal = decimal
        self._dates = lru_cache(4096)(_date)

    def moment(self, spec: Moment, row: dict[str, str], before: Instant | None) -> Instant | None:
        """The moment of a row; None where it says there is none. Raises `RowError`."""
        column = spec.column or spec.clock or ""
        text = row[column]
        if before is not None and (not text or text in spec.none):
            return None
        if spec.column is not None:
            return self._stamp(column, text, spec.format)
        clock = clock_of(text)
        if clock is None or clock >= 2 * DAY:
            raise RowError(f"{column} is {text!r}, no clock like 13:45:10")
        if spec.date is not None:
            day = self._dates(row[spec.date], spec.date_format)
            if day is None:
                raise RowError(f"{spec.date} is {row[spec.date]!r}, no date like {spec.date_format}")
            return self._instant(day + timedelta(microseconds=clock))
        return self._soon(before or 0, clock)

    def between(self, length: Length, row: dict[str, str], about: Instant) -> Duration | None:
        """From one moment to the other; None where one of them is none, or lies before the other.

        A clock more than half a day before the other is the next day's. Where the zone's clocks were changed in
        between, the time that passed counts.
        """
        if length.since is None:
            return None
        until = next((text for column in length.ends if (text := row[column]) and text not in length.none), "")
        form = length.format or self._form
        begin = next(self._readings(length.since, row[length.since], form, about), None)
        if begin is None:
            return None
        ends = self._readings(length.ends[0], until, form, begin)
        return min((end - begin for end in ends if end >= begin), default=None)

    def _readings(self, column: str, text: str, form: str, near: Instant) -> Iterator[Instant]:
        """What a text may mean: a clock near a moment, or a date and time; two where the zone's clocks went back."""
        clock = clock_of(text)
        if clock is not None:
            yield self._next_to(near, clock)
            yield self._next_to(near, clock, fold=1)
            return
        try:
            yield self._stamp(column, text, form)
            yield self._stamp(column, text, form, fold=1)
        except RowError:
            return

    def _stamp(self, column: str, text: str, form: str, fold: int = 0) -> Instant:
        if form in EPOCHS:
            number, unit = number_of(text, self._decimal), EPOCHS[form]
            if number is None or not 0 <= number * unit < LATEST:
                raise RowError(f"{column} is {text!r}, no time since 1970 ({form})")
            return round(number * unit)
        when = _date(text, form)
        if when is None:
            raise RowError(f"{column} is {text!r}, no time like {form}")
        return self._instant(when.replace(fold=fold))

    def _instant(self, when: datetime) -> Instant:
        at = to_instant(when if when.tzinfo is not None else when.replace(tzinfo=self._zone))
        if not -DAY <= at < LATEST:
            raise RowError(f"{when} lies before 1970 or too far ahead")
        return at

    def _soon(self, before: Instant, clock: Duration) -> Instant:
        """The moment with this clock that follows another, behind midnight too, or on its day where none does."""
        for days in (0, 1, -1):
            at = self._clock_on(before, days, clock)
            if -LARGEST_STEP_BACK <= at - before <= LONGEST_BEFORE:
                return at
        return self._clock_on(before, 0, clock)

    def _next_to(self, before: Instant, clock: Duration, fold: int = 0) -> Instant:
        """The moment with this clock that is nearest to another: a clock behind midnight is the next day's.

        ``fold``: which of the two is meant, where the clock comes twice.
        """
        same = self._clock_on(before, 0, clock, fold)
        if abs(same - before) <= DAY // 2:
            return same
        other = self._clock_on(before, 1 if same < before else -1, clock, fold)
        return min(same, other, key=lambda at: abs(at - before))

    def _clock_on(self, about: Instant, days: int, clock: Duration, fold: int = 0) -> Instant:
        """A clock on the day of a moment, or so many days later."""
        there = to_datetime(about, self._zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        return self._instant((there + timedelta(days=days, microseconds=clock)).replace(fold=fold))


def _date(text: str, form: str) -> datetime | None:
    """A date or time in a form of strptime, or ISO; without a zone unless it has its own."""
    try:
        if form == "iso":
            return datetime.fromisoformat(text)
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the table's, and joins later
    except ValueError:
        return None
