"""Forecasts: what was expected of an interval. Given, or the mean of the same weekday and clock over four weeks."""

from collections.abc import Iterable, Mapping
from datetime import timedelta, tzinfo

import msgspec

from facts.ids import QueueName
from facts.time import Duration, Instant
from reporting.kpi.cells import Cell
from reporting.kpi.intervals import Calendar, to_datetime, to_instant

WEEKS = 4


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Contacts expected of a queue in the interval that begins at ``at``, and their handling time where it is known."""

    queue: QueueName
    at: Instant
    offered: float
    aht_us: Duration | None = None


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What was expected of one interval. ``weeks``: from how many past weeks; 0: it was given."""

    offered: float
    aht_us: Duration | None
    weeks: int = 0


def weeks_before(at: Instant, zone: tzinfo) -> list[Instant]:
    """The same weekday and clock in each of the weeks before, right across clock changes; latest first."""
    local = to_datetime(at, zone)
    return [to_instant((local - timedelta(weeks=week)).replace(tzinfo=zone)) for week in range(1, WEEKS + 1)]


def from_history(at: Instant, interval: str, zone: tzinfo, past: Mapping[Instant, Cell]) -> Expectation | None:
    """The mean of the same interval in the weeks before; ``past`` has the cells by their intervals' beginnings.

    On a day that had contacts, an interval without any counts as one of 0. Days of which nothing is known, because
    the queue was closed or the history begins later, do not count; None where there is no other.
    """
    calendar = Calendar(zone)
    days = {calendar.begin("day", begin) for begin in past}
    begins = [calendar.begin(interval, one) for one in weeks_before(at, zone)]
    found = [past.get(begin, Cell()) for begin in begins if calendar.begin("day", begin) in days]
    if not found:
        return None
    handled = sum(cell.handled for cell in found)
    handling = sum(cell.talk_us + cell.hold_us + cell.wrap_up_us for cell in found)
    return Expectation(
        offered=sum(cell.offered for cell in found) / len(found),
        aht_us=round(handling / handled) if handled else None,
        weeks=len(found),
    )


def given(forecasts: Iterable[Forecast], queue: QueueName, start: Instant, end: Instant) -> Expectation | None:
    """What was given for the intervals that begin in a stretch; None where there is none."""
    found = [one for one in forecasts if one.queue == queue and start <= one.at < end]
    if not found:
        return None
    timed = [(one.offered, one.aht_us) for one in found if one.aht_us is not None]
    weight = sum(offered for offered, _ in timed)
    aht = round(sum(offered * aht for offered, aht in timed) / weight) if weight else None
    return Expectation(offered=sum(one.offered for one in found), aht_us=aht)
