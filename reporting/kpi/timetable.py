"""When a scheduled report is due, and over which range. Pure: the moment is an argument."""

from datetime import datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

import msgspec

from facts.time import Instant
from reporting.kpi.errors import ReportError
from reporting.kpi.intervals import Calendar, to_datetime, to_instant

Period = Literal["day", "week", "month"]


class Timetable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report over the last whole ``period``, once it is over and the clock shows ``at`` (hh:mm)."""

    period: Period = "day"
    at: str = "06:00"

    def __post_init__(self) -> None:
        hours, colon, minutes = self.at.partition(":")
        if not (colon and hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
            raise ReportError(f"at {self.at!r}: write the clock as 06:00")


class Due(NamedTuple):
    """A report that is due: the range that it is over, and since when it has been due."""

    start: Instant
    end: Instant
    since: Instant


def latest_due(timetable: Timetable, now: Instant, zone: tzinfo) -> Due:
    """The report that came due last at or before ``now``."""
    calendar = Calendar(zone)
    end = calendar.begin(timetable.period, now)
    since = _clock_of_day(end, timetable.at, zone)
    if since > now:
        end = calendar.begin(timetable.period, end - 1)
        since = _clock_of_day(end, timetable.at, zone)
    return Due(calendar.begin(timetable.period, end - 1), end, since)


def _clock_of_day(day: Instant, clock: str, zone: tzinfo) -> Instant:
    hours, minutes = (int(part) for part in clock.split(":"))
    local = to_datetime(day, zone)
    return to_instant(datetime(local.year, local.month, local.day, hours, minutes, tzinfo=zone))


def is_due(timetable: Timetable, last_run: Instant | None, now: Instant, zone: tzinfo) -> Due | None:
    """The report to make now: the latest that is due and was not made since; None when there is none.

    Reports that were missed (the machine was off) are not made up for, but the latest one is.
    """
    due = latest_due(timetable, now, zone)
    return due if last_run is None or last_run < due.since else None


def next_due(timetable: Timetable, now: Instant, zone: tzinfo) -> Instant:
    """When the next report will be due, after ``now``."""
    day = to_datetime(now, zone)
    for _ in range(63):
        due = latest_due(timetable, to_instant(day), zone).since
        if due > now:
            return due
        day += timedelta(days=1)
    raise AssertionError("a period of at most a month comes due within two")
