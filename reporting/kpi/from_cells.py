"""Reports from interval tables: the same figures as from the facts, whatever the number of contacts.

Only for what the tables hold: slices by queue and time, contacts counted where they were offered, ranges and opening
hours on quarters of an hour, and figures that need neither plans nor a look beyond the range.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

from facts.time import Instant
from reporting.kpi import catalogue, slices
from reporting.kpi.cells import Cell
from reporting.kpi.figures import Context
from reporting.kpi.intervals import QUARTER, Calendar
from reporting.kpi.live import AGENT, ENTRY_POINT, QUEUE
from reporting.kpi.report import Query, Report, check_known, only, rows_of

Grain = Literal["quarter", "day", "whole"]
"""``whole``: as few cells as make up a range of whole days."""

_DAYS_OR_LONGER = frozenset({"day", "week", "month", "weekday", "queue"})


class Tables(Protocol):
    """Interval tables that are level with the journal (`reporting.ports.CellReader`)."""

    def cells(
        self, family: str, from_at: Instant | None = None, to_at: Instant | None = None, *, grain: Grain = "quarter"
    ) -> Iterable[tuple[Instant, tuple[str | None, ...], Cell]]:
        """``(beginning, key, cell)`` of the intervals that begin in the range.

        Whole days need not hold agents' stretches that are not over.
        """
        ...


def can_answer(query: Query) -> bool:
    """Whether the tables hold all that a query asks for."""
    return (
        query.counted_at == "offered"
        and not query.agents
        and all(name == "queue" or slices.is_time(name) for name in query.by)
        and all(edge is None or edge % QUARTER == 0 for edge in (query.start, query.end))
        and catalogue.NEED_RECORDS.isdisjoint(query.figures)
    )


def build_from_cells(
    tables: Tables, query: Query, *, as_of: Instant, days_of: str | None, settled_before: Instant = 0
) -> Report:
    """The report of a query that the tables can answer; see `gather`."""
    return gather(tables, query, as_of=as_of, days_of=days_of, settled_before=settled_before).report()


def gather(
    tables: Tables, query: Query, *, as_of: Instant, days_of: str | None, settled_before: Instant = 0
) -> "Gathered":
    """All that a report needs of the tables.

    ``as_of``: the last fact in them; ``days_of``: the time zone whose whole days they hold besides quarters;
    ``settled_before``: whatever goes on at ``as_of`` began there or later.
    """
    catalogue.definitions(query.figures)
    source = _Source(tables, query, days_of, settled_before)
    in_days = source.has_days and _DAYS_OR_LONGER.issuperset(query.by)
    grain: Grain = "quarter" if not in_days else "day" if any(map(slices.is_time, query.by)) else "whole"
    rows = _Rows(query)
    rest: list[Cell] = []
    for at, queue, cell in source.queues(grain):
        if queue is None and rows.are_by_queue:
            rest += rows.counted(at, cell)
        else:
            rows.take(at, queue, cell)
    others = source.others(in_days=in_days or (source.has_days and rows.are_by_queue), all_of_them=rows.are_by_time)
    for at, cell in others:
        if rows.are_by_queue:
            rest += rows.counted(at, cell)
        else:
            rows.take(at, None, cell)
    whole = None
    if source.has_days and rows.are_by_queue and not in_days:
        whole = [cell for _, queue, cell in source.queues("whole") if queue is not None]
    return Gathered(query, as_of, rows, rest, whole)


class Gathered:
    """Cells that were read for a report. ``rest`` counts in the total only; ``whole``: what all rows add up to."""

    def __init__(
        self, query: Query, as_of: Instant, rows: "_Rows", rest: Sequence[Cell], whole: Sequence[Cell] | None
    ) -> None:
        self._query, self._as_of = query, as_of
        self._rows, self._rest, self._whole = rows, rest, whole

    def report(self) -> Report:
        """Reckon the figures."""
        query, wanted = self._query, catalogue.definitions(self._query.figures)
        cells = self._rows.summed()
        whole = cells.values() if self._whole is None else self._whole
        context = Context(target=query.targets.of(only(query.queues)), productive=query.productive)
        return Report(
            start=query.start,
            end=query.end,
            as_of=self._as_of if query.end is None else min(self._as_of, query.end),
            zone=query.zone,
            by=query.by,
            rows=tuple(rows_of(query.by, slices.ordered(cells), query, wanted)),
            total=rows_of((), [((), _sum([*whole, *self._rest]))], query, wanted)[0],
            definitions=tuple((definition, definition.described(context)) for definition in wanted),
        )


def _sum(parts: Sequence[Cell]) -> Cell:
    """The cells added up; they stay as they are."""
    if len(parts) == 1:
        return parts[0]
    total = Cell()
    for part in parts:
        total.add(part)
    return total


class _Rows:
    """The cells of every row, before they are added up."""

    def __init__(self, query: Query) -> None:
        self.are_by_queue = "queue" in query.by
        self.are_by_time = bool(query.by) and not self.are_by_queue
        self._by = query.by
        self._place = query.by.index("queue") if self.are_by_queue else None
        self._times = tuple(name for name in query.by if name != "queue")
        self._calendar = Calendar(query.zone)
        self._hours = query.hours
        self._labels: dict[Instant, slices.Key | None] = {}
        self._parts: dict[slices.Key, list[Cell]] = {}

    def take(self, at: Instant, queue: str | None, cell: Cell) -> None:
        """Count the cell in its row, if it lies in the opening hours."""
        key = self._labels[at] if at in self._labels else self._label(at)
        if key is None:
            return
        if self._place is not None:
            key = (*key[: self._place], queue, *key[self._place :])
        parts = self._parts.get(key)
        if parts is None:
            self._parts[key] = [cell]
        else:
            parts.append(cell)

    def counted(self, at: Instant, cell: Cell) -> tuple[Cell, ...]:
        """The cell, if it lies in the opening hours."""
        key = self._labels[at] if at in self._labels else self._label(at)
        return () if key is None else (cell,)

    def _label(self, at: Instant) -> slices.Key | None:
        """The names of an interval; None outside the opening hours."""
        key: slices.Key | None = None
        if self._hours is None or self._hours.contain(at, self._calendar.zone):
            key = tuple(self._calendar.label(name, at) for name in self._times)
        self._labels[at] = key
        return key

    def summed(self) -> dict[slices.Key, Cell]:
        """Each row's cell; without dimensions there is one row, whatever happened."""
        if not self._by:
            self._parts.setdefault((), [])
        return {key: _sum(parts) for key, parts in self._parts.items()}


class _Source:
    """The cells of a query's range. ``has_days``: it is made of whole days that the tables hold."""

    def __init__(self, tables: Tables, query: Query, days_of: str | None, settled_before: Instant) -> None:
        self._tables = tables
        self._query = query
        self._calendar = Calendar(query.zone)
        self.has_days = days_of == str(query.zone) and query.hours is None and self._is_whole_days()
        self._settled_day = self._calendar.begin("day", settled_before)

    def _is_whole_days(self) -> bool:
        edges = (self._query.start, self._query.end)
        return all(edge is None or self._calendar.begin("day", edge) == edge for edge in edges)

    def queues(self, grain: Grain) -> Iterator[tuple[Instant, str | None, Cell]]:
        """Queues' cells; talks without a queue come under None, where no queue is asked for."""
        wanted, seen = self._query.queues, set[str | None]()
        for at, key, cell in self._tables.cells(QUEUE, self._query.start, self._query.end, grain=grain):
            seen.add(key[0])
            if not wanted or key[0] in wanted:
                yield at, key[0], cell
        check_known("queue", wanted, seen)

    def others(self, *, in_days: bool, all_of_them: bool) -> Iterator[tuple[Instant, Cell]]:
        """What belongs to no queue: arrivals, menus, agents' time; unless ``all_of_them``, as far as figures show it.

        Rows by time are there for it, too.
        """
        query = self._query
        if query.queues:
            return
        if all_of_them or not catalogue.OF_ARRIVALS.isdisjoint(query.figures):
            for at, _key, cell in self._tables.cells(
                ENTRY_POINT, query.start, query.end, grain="day" if in_days else "quarter"
            ):
                yield at, cell
        if all_of_them or not catalogue.OF_AGENT_TIME.isdisjoint(query.figures):
            yield from self._agent_time(in_days=in_days)

    def _agent_time(self, *, in_days: bool) -> Iterator[tuple[Instant, Cell]]:
        """Agents' time: of whole days where nothing of them goes on, else of quarters, which hold that too."""
        start, end = self._query.start, self._query.end
        cut = start
        if in_days:
            cut = self._settled_day if start is None else max(start, self._settled_day)
            cut = cut if end is None else min(cut, end)
            if start is None or start < cut:
                yield from self._states(start, cut, "day")
        if end is None or cut is None or cut < end:
            yield from self._states(cut, end, "quarter")

    def _states(self, start: Instant | None, end: Instant | None, grain: Grain) -> Iterator[tuple[Instant, Cell]]:
        for at, _key, cell in self._tables.cells(AGENT, start, end, grain=grain):
            if cell.states_us:
                yield at, Cell(states_us=cell.states_us)
