"""Opening hours as open intervals: the one place that knows weekdays, holidays and daylight saving time.

A span belongs to the day on which it begins: hours past midnight are not cut by a holiday of the next day. Where the
clock is put back, a time that comes twice opens at the first and closes at the last; where it is put forward, a time
that does not come means the moment of the change.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from config.services import Holidays, OpeningHours, Weekday
from facts.time import SECOND, Instant

Interval: TypeAlias = tuple[Instant, Instant]
"""From, inclusive, and to, exclusive."""

WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TWO_LETTERS: Final = 2
_DAY: Final = timedelta(days=1)


Closing: TypeAlias = Literal["hours", "special_day", "holiday"]
"""Why a calendar is closed: by the hours of the weekday or of a day of its own, or for a public holiday."""


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
        self._days = None if of is None else _days_of(of.country, of.subdivision)

    def __contains__(self, day: date) -> bool:
        return self._days is not None and day in self._days


# -- holidays by name ------------------------------------------------------------------------------------------------


def why_closed(hours: OpeningHours, site_zone: str, now: Instant, language: str) -> tuple[Closing, str | None]:
    """Why a calendar that is closed now is so; of a holiday its name, in the language where it is known in it."""
    day = _local_day(now, ZoneInfo(hours.time_zone or site_zone))
    if day in hours.special:
        return "special_day", None
    of = hours.holidays
    name = None if of is None else _name_of(of.country, of.subdivision, day, language)
    return ("hours", None) if name is None else ("holiday", name)


def countries() -> tuple[str, ...]:
    """Those whose holidays are known, by their two letters."""
    import holidays  # noqa: PLC0415 - as below

    return tuple(sorted(code for code in holidays.list_supported_countries() if len(code) == TWO_LETTERS))


def subdivisions(country: str) -> Sequence[tuple[str, str]]:
    """The parts of a country with holidays of their own, each with what people there call it, by that.

    Raises :class:`UnknownHolidays`.
    """
    known = _days_of(country, None)
    titles: dict[str, str] = {}
    for title, code in known.subdivisions_aliases.items():
        titles.setdefault(code, title)
    parts = ((code, titles.get(code, code)) for code in known.subdivisions)
    return sorted(parts, key=lambda part: part[1])


def public_holidays(of: Holidays, years: Sequence[int], language: str) -> Sequence[tuple[date, str]]:
    """The days of these years, in order; named in the language where they are known in it, else in the country's own.

    Raises :class:`UnknownHolidays`.
    """
    return sorted(_days_of(of.country, of.subdivision, years, language).items())


@lru_cache(maxsize=256)
def _name_of(country: str, subdivision: str | None, day: date, language: str) -> str | None:
    name: str | None = _days_of(country, subdivision, (day.year,), language).get(day)
    return name


def _days_of(country: str, subdivision: str | None, years: Sequence[int] = (), language: str = "") -> Any:
    import holidays  # noqa: PLC0415 - costs half a second, and few calendars need it

    try:
        plain = holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError as error:
        raise UnknownHolidays(f"{error}".split("; ")[0]) from error
    if not years:
        return plain
    spoken = [one for one in plain.supported_languages if one.startswith(language.partition("-")[0])]
    own = plain.default_language
    return holidays.country_holidays(country, subdiv=subdivision, years=years, language=next(iter(spoken), own))
