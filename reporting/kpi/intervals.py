"""Intervals of time in any zone, right across its clock changes, and opening hours.

Facts are kept in quarters of an hour of UTC. Every zone's clock today differs from UTC by whole quarters and changes
on one, so that each interval in every zone is made of whole quarters.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from facts.time import MINUTE, SECOND, Instant, is_tellable
from reporting.kpi.errors import ReportError

QUARTER = 15 * MINUTE
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def quarter_of(at: Instant) -> Instant:
    """The beginning of the quarter of an hour in which an instant lies."""
    return at - at % QUARTER


def to_datetime(at: Instant, zone: tzinfo) -> datetime:
    """An instant as date and clock of a zone."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone)


def to_instant(when: datetime) -> Instant:
    """A date and clock with its zone as an instant.

    A clock that is skipped in spring is taken as if the old offset held on; of one that comes twice in autumn, the
    first is meant.
    """
    return (when - EPOCH) // _MICROSECOND


def _clock(minutes: int) -> Callable[[datetime], datetime]:
    def floor(local: datetime) -> datetime:
        past = timedelta(minutes=local.minute % minutes, seconds=local.second, microseconds=local.microsecond)
        return (local - past).replace(fold=local.fold)

    return floor


def _day(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _week(local: datetime) -> datetime:
    return _day(local) - timedelta(days=local.weekday())


def _month(local: datetime) -> datetime:
    return _day(local).replace(day=1)


INTERVALS: dict[str, Callable[[datetime], datetime]] = {
    "15min": _clock(15),
    "30min": _clock(30),
    "hour": _clock(60),
    "day": _day,
    "week": _week,
    "month": _month,
}
"""Intervals by name; each gives the beginning of the interval in which a clock lies. Weeks begin on Monday."""

CYCLES: dict[str, Callable[[datetime], str]] = {
    "hour_of_day": lambda local: f"{local.hour:02d}",
    "weekday": lambda local: str(local.isoweekday()),
}
"""Slices of time that come again: hour of the day (00 to 23), day of the week (1 Monday to 7 Sunday)."""

DAYS_OR_LONGER = frozenset({"day", "week", "month", "weekday"})
"""Intervals and cycles that are made of whole days."""

ALIASES = {"quarter": "15min", "15": "15min", "30": "30min", "half_hour": "30min", "60": "hour", "60min": "hour"}


class Calendar:
    """Finds the interval of an instant in one zone; remembers what it found."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._found: dict[tuple[str, Instant], str] = {}

    def label(self, interval: str, at: Instant) -> str:
        """The interval's beginning as ISO 8601 with its offset; of days and longer the date, of cycles their name."""
        key = (interval, quarter_of(at))
        label = self._found.get(key)
        if label is None:
            label = self._found[key] = self._label(interval, key[1])
        return label

    def _label(self, interval: str, at: Instant) -> str:
        local = to_datetime(at, self.zone)
        if interval in CYCLES:
            return CYCLES[interval](local)
        begin = INTERVALS[interval](local)
        if interval in {"day", "week"}:
            return begin.date().isoformat()
        if interval == "month":
            return begin.strftime("%Y-%m")
        return begin.isoformat(timespec="minutes")

    def begin(self, interval: str, at: Instant) -> Instant:
        """The instant at which the interval of ``at`` begins."""
        return to_instant(INTERVALS[interval](to_datetime(at, self.zone)).replace(tzinfo=self.zone))


def quarters(start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
    """The stretch cut at every quarter of an hour."""
    while start < end:
        cut = min(end, quarter_of(start) + QUARTER)
        yield start, cut
        start = cut


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"\s*(?:([a-z]{3})(?:-([a-z]{3}))?\s+)?(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})\s*", re.IGNORECASE)


class OpeningHours(msgspec.Struct, frozen=True):
    """Weekly hours: for each weekday the open minutes ``(from, to)``, in the clock of the report's zone."""

    open_minutes: tuple[tuple[tuple[int, int], ...], ...]

    def contain(self, at: Instant, zone: tzinfo) -> bool:
        """Whether the centre is open at an instant."""
        local = to_datetime(at, zone)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.open_minutes[local.weekday()])


def parse_opening_hours(text: str) -> OpeningHours:
    """Read ``Mon-Fri 08:00-18:00, Sat 09:00-13:00``; hours without days hold every day, 24:00 is midnight."""
    days: list[list[tuple[int, int]]] = [[] for _ in _DAYS]
    for part in re.split(r"[,;]", text):
        found = _HOURS.fullmatch(part)
        if found is None:
            raise ReportError(
                f"opening hours {part.strip()!r}: write them like Mon-Fri 08:00-18:00, Sat 09:00-13:00", about="hours"
            )
        start = int(found[3]) * 60 + int(found[4])
        end = int(found[5]) * 60 + int(found[6])
        if not start < end <= 24 * 60 or start % 15 or end % 15 or int(found[4]) > 59 or int(found[6]) > 59:
            raise ReportError(
                f"opening hours {part.strip()!r}: they begin and end on a quarter of an hour, and end by 24:00",
                about="hours",
            )
        for day in _day_range(found[1], found[2], part):
            days[day].append((start, end))
    return OpeningHours(tuple(tuple(sorted(hours)) for hours in days))


def _day_range(first: str | None, last: str | None, part: str) -> list[int]:
    if first is None:
        return list(range(7))
    try:
        start = _DAYS.index(first.lower())
        end = start if last is None else _DAYS.index(last.lower())
    except ValueError:
        raise ReportError(f"opening hours {part.strip()!r}: days are {', '.join(_DAYS)}", about="hours") from None
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def parse_moment(text: str, zone: tzinfo, *, about: str = "") -> Instant:
    """A date (its first instant), a date and clock in the zone, or one with its own offset, as an instant.

    ``about``: which part of a question it is. Raises `ReportError`.
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ReportError(f"{text!r} is no date or time; write 2026-03-01 or 2026-03-01T08:30", about=about) from None
    at = to_instant(when if when.tzinfo is not None else when.replace(tzinfo=zone))
    if not is_tellable(at):
        raise ReportError(f"{text!r} is out of reach: write a date from 1900 to 2999", about=about)
    return at


def moment_text(at: Instant, zone: tzinfo) -> str:
    """An instant as people of the zone write it, to the second or finer."""
    return to_datetime(at, zone).isoformat(timespec="seconds" if at % SECOND == 0 else "milliseconds")
