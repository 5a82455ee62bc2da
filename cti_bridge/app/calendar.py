"""Opening hours as open intervals: the one place that knows weekdays, holidays and daylight saving time.

A span belongs to the day on which it begins: hours past midnight are not cut by a holiday of the next day. Where the
clock is put back, a time that comes twice opens at the first and closes at the last; where it is put forward, a time
that does not come means the moment of the change.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from config.services import Holidays, OpeningHours, Weekday
from facts.time import SECOND, Instant

Interval: TypeAlias = tuple[Instant, Instant]
"""From, inclusive, and to, exclusive."""

WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = timedelta(days=1)


class UnknownHolidays(ValueError):  # noqa: N818 - says what is unknown
    """Nobody knows the holidays of this country or subdivision."""


def open_intervals(hours: OpeningHours, site_zone: str, start: Instant, end: Instant) -> tuple[Interval, ...]:
    """When it is open between two instants: in order, apart from each other, cut at both ends.

    Raises :class:`UnknownHolidays`.
    """
    zone = ZoneInfo(hours.time_zone or site_zone)
    first = _local_day(start, zone) - _DAY
    last = _local_day(end, zone)
    free = _Holidays(hours.holidays)
    spans: list[Interval] = []
    for offset in range((last - first).days + 1):
        spans += _spans(hours, first + offset * _DAY, zone, free)
    cut = ((max(begins, start), min(ends, end)) for begins, ends in sorted(spans))
    return tuple(_merged(span for span in cut if span[0] < span[1]))


def _spans(hours: OpeningHours, day: date, zone: ZoneInfo, free: "_Holidays") -> Iterator[Interval]:
    texts = hours.special.get(day)
    if texts is None:
        texts = () if day in free else hours.weekly.get(WEEKDAYS[day.weekday()], ())
    for text in texts:
        opens, closes = text.split("-")
        end_day = day if closes > opens else day + _DAY
        begins, ends = _instant(day, opens, zone, latest=False), _instant(end_day, closes, zone, latest=True)
        if begins < ends:
            yield begins, ends


def _merged(spans: Iterator[Interval]) -> Iterator[Interval]:
    current: Interval | None = None
    for span in spans:
        if current is not None and span[0] <= current[1]:
            current = (current[0], max(current[1], span[1]))
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current


def _local_day(at: Instant, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone).date()


def _instant(day: date, clock: str, zone: ZoneInfo, *, latest: bool) -> Instant:
    if clock == "24:00":
        day, clock = day + _DAY, "00:00"
    local = datetime.combine(day, time.fromisoformat(clock), zone)
    early, late = _seconds(local), _seconds(local.replace(fold=1))
    if early > late:
        return _change_between(late, early, zone) * SECOND
    return (late if latest else early) * SECOND


def _seconds(local: datetime) -> int:
    return round(local.timestamp())


def _change_between(before: int, after: int, zone: ZoneInfo) -> int:
    """The second at which the clock is put forward."""
    old = datetime.fromtimestamp(before, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


class _Holidays:
    """The public holidays of a country; of None, no day."""

    def __init__(self, of: Holidays | None) -> None:
        self._days = None
        if of is None:
            return
        import holidays  # noqa: PLC0415 - costs half a second, and few calendars need it

        try:
            self._days = holidays.country_holidays(of.country, subdiv=of.subdivision)
        except NotImplementedError as error:
            raise UnknownHolidays(f"{error}".split("; ")[0]) from error

    def __contains__(self, day: date) -> bool:
        return self._days is not None and day in self._days
