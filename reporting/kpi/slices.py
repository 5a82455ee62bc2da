"""Slices: by which keys a record counts, and the cells that result.

A key is a tuple, one value for each dimension asked for. Contacts that no agent has answered count under agent None.
A contact that requires several skills counts once under each, so rows by skill do not add up to the whole.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import TypeAlias

from facts.time import Instant
from reporting.kpi.cells import Cell, Step, span_ended, steps_of
from reporting.kpi.errors import ReportError
from reporting.kpi.intervals import ALIASES, CYCLES, INTERVALS, Calendar, OpeningHours, quarter_of, quarters
from reporting.kpi.records import DIMENSIONS, Leg, Offer, Record, Scheduled, Span

DAY_MINUTES = 24 * 60
_MOMENT = re.compile(r"(?P<clock>\d{4}-\d\d-\d\dT\d\d:\d\d)(?P<sign>[-+])(?P<hours>\d\d):(?P<minutes>\d\d)")
Key: TypeAlias = tuple[str | None, ...]

_FIELDS = {"agent": "agent_id"}
_AGENT_DIMENSIONS = frozenset({"agent", "team"})


def parse_dimensions(text: str) -> tuple[str, ...]:
    """``queue,hour`` as names of dimensions and intervals; raises `ReportError` for others."""
    names = tuple(ALIASES.get(name, name) for name in (part.strip() for part in text.split(",")) if name)
    known = (*DIMENSIONS, *INTERVALS, *CYCLES)
    for name in names:
        if name not in known:
            raise ReportError(f"cannot slice by {name!r}; there are {', '.join(known)}", about="by")
    if len(set(names)) != len(names):
        raise ReportError(f"--by {text}: each dimension once", about="by")
    return names


def is_time(dimension: str) -> bool:
    """Whether a dimension is an interval or cycle of time."""
    return dimension in INTERVALS or dimension in CYCLES


def values(record: Record, dimension: str) -> tuple[str | None, ...]:
    """The values of a record in one dimension; none where the record has no such dimension."""
    if dimension not in record.DIMENSIONS:
        return ()
    if dimension == "skill":
        skills = getattr(record, "skills", ())
        return skills if skills or isinstance(record, Span | Scheduled) else (None,)
    value = getattr(record, _FIELDS.get(dimension, dimension)) or None
    if value is None and isinstance(record, Leg | Offer) and dimension in {"queue", "agent"}:
        return ()
    return (value,)


class Slicer:
    """Adds records up by the dimensions asked for, as far as they lie in the range and the opening hours.

    ``counted_at`` says by which instant a record falls into range and interval (see `reporting.kpi.report`).
    """

    def __init__(
        self,
        by: Sequence[str],
        calendar: Calendar,
        *,
        start: Instant | None = None,
        end: Instant | None = None,
        hours: OpeningHours | None = None,
        counted_at: Callable[[Record], Instant] | None = None,
    ) -> None:
        self.cells: dict[Key, Cell] = {}
        self.by = tuple(by)
        self._calendar = calendar
        self._start, self._end, self._hours = start, end, hours
        self._counted_at = counted_at or (lambda record: record.at)
        self._open: dict[Instant, bool] = {}

    def add_all(self, records: Iterable[Record]) -> None:
        """Count records that are complete as far as they go."""
        for record in records:
            if isinstance(record, Span):
                self._add_span(record)
            else:
                self._add(record, self._counted_at(record), steps_of(record))

    def _add(self, record: Record, at: Instant, steps: Iterable[Step]) -> None:
        if not self._counts(at):
            return
        keys = list(self._keys(record, at))
        if not keys:
            return
        for step in steps:
            for key in keys:
                step(self.cell(key), record, 1)

    def _add_span(self, span: Span) -> None:
        start = span.at if self._start is None else max(span.at, self._start)
        end = span.end if self._end is None else min(span.end, self._end)
        for begin, stop in quarters(start, end):
            part = Span(
                at=begin, end=stop, agent_id=span.agent_id, team=span.team, skills=span.skills, state=span.state
            )
            self._add(part, begin, (span_ended,))

    def cell(self, key: Key) -> Cell:
        """The cell of a key, new and empty at first."""
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = Cell()
        return cell

    def _counts(self, at: Instant) -> bool:
        if (self._start is not None and at < self._start) or (self._end is not None and at >= self._end):
            return False
        if self._hours is None:
            return True
        quarter = quarter_of(at)
        known = self._open.get(quarter)
        if known is None:
            known = self._open[quarter] = self._hours.contain(quarter, self._calendar.zone)
        return known

    def _keys(self, record: Record, at: Instant) -> Iterator[Key]:
        if not self.by:
            return iter(((),))
        columns = [(self._calendar.label(name, at),) if is_time(name) else values(record, name) for name in self.by]
        return product(*columns)


def is_by_agent(by: Iterable[str]) -> bool:
    """Whether rows are single agents' or teams', so that a contact handled by two is handled by each."""
    return not _AGENT_DIMENSIONS.isdisjoint(by)


def ordered(cells: dict[Key, Cell]) -> list[tuple[Key, Cell]]:
    """The cells by their keys; None comes last."""
    return [(key, cells[key]) for key in in_order(cells)]


def in_order(keys: Collection[Key]) -> list[Key]:
    """Keys in the order of a report's rows; None comes last, and intervals come in the order of time."""
    return sorted(keys, key=lambda key: tuple(map(_place, key)))


@lru_cache(65_536)
def _place(value: str | None) -> tuple[bool, str]:
    """Where a value comes. Of two intervals with one clock, the one with the greater offset from UTC is the earlier."""
    found = _MOMENT.fullmatch(value) if value else None
    if found is None:
        return value is None, value or ""
    offset = int(found["hours"]) * 60 + int(found["minutes"])
    east = offset if found["sign"] == "+" else -offset
    return False, f"{found['clock']}{2 * DAY_MINUTES - east}"
