"""Reports from interval tables: the same figures as from the facts, whatever the number of contacts.

Only for what the tables hold: slices by queue and time, contacts counted where they were offered, ranges and opening
hours on quarters of an hour, and figures that need neither plans nor a look beyond the range.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

from facts.time import Instant
from reporting.kpi import catalogue, slices
from reporting.kpi.cells import Cell
from reporting.kpi.figures import Context
from reporting.kpi.intervals import QUARTER, Calendar
from reporting.kpi.live import AGENT, ENTRY_POINT, QUEUE
from reporting.kpi.report import Query, Report, check_known, only, row

Grain = Literal["quarter", "day"]

_DAYS_OR_LONGER = frozenset({"day", "week", "month", "weekday", "queue"})


class Tables(Protocol):
    """Interval tables that are level with the journal (`reporting.ports.CellReader`)."""

    def cells(
        self, family: str, from_at: Instant | None = None, to_at: Instant | None = None, *, grain: Grain = "quarter"
    ) -> Iterable[tuple[Instant, tuple[str | None, ...], Cell]]:
        """``(beginning, key, cell)`` of the intervals that begin in the range."""
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


def build_from_cells(tables: Tables, query: Query, *, as_of: Instant, days_of: str | None) -> Report:
    """The report of a query that the tables can answer.

    ``as_of``: the last fact in them; ``days_of``: the time zone whose whole days they hold besides quarters.
    """
    wanted = catalogue.definitions(query.figures)
    source = _Source(tables, query, "day" if _asks_for_days(query, days_of) else "quarter")
    rows, rest = source.slicer(query.by), source.slicer(())
    for at, key, cell in source.queues():
        into = rest if key is None and "queue" in query.by else rows
        into.add_cell(at, {"queue": key}, cell)
    for at, cell in source.others():
        into = rest if "queue" in query.by else rows
        into.add_cell(at, {}, cell)
    if not query.by:
        rows.cell(())
    total = Cell()
    for cell in (*rows.cells.values(), *rest.cells.values()):
        total.add(cell)
    context = Context(target=query.targets.of(only(query.queues)), productive=query.productive)
    return Report(
        start=query.start,
        end=query.end,
        as_of=as_of if query.end is None else min(as_of, query.end),
        zone=query.zone,
        by=query.by,
        rows=tuple(row(query.by, key, cell, query, wanted) for key, cell in slices.ordered(rows.cells)),
        total=row((), (), total, query, wanted),
        definitions=tuple((definition, definition.described(context)) for definition in wanted),
    )


def _asks_for_days(query: Query, days_of: str | None) -> bool:
    """Whether whole days of the tables' zone are enough, which are fewer than quarters."""
    if days_of != str(query.zone) or query.hours is not None or not _DAYS_OR_LONGER.issuperset(query.by):
        return False
    calendar = Calendar(query.zone)
    return all(edge is None or calendar.begin("day", edge) == edge for edge in (query.start, query.end))


class _Source:
    """The cells of a query's range."""

    def __init__(self, tables: Tables, query: Query, grain: Grain) -> None:
        self._tables = tables
        self._query = query
        self._grain: Grain = grain

    def slicer(self, by: tuple[str, ...]) -> slices.Slicer:
        return slices.Slicer(by, Calendar(self._query.zone), hours=self._query.hours)

    def _cells(self, family: str) -> Iterator[tuple[Instant, str | None, Cell]]:
        query = self._query
        for at, key, cell in self._tables.cells(family, query.start, query.end, grain=self._grain):
            yield at, key[0], cell

    def queues(self) -> Iterator[tuple[Instant, str | None, Cell]]:
        """Queues' cells; talks without a queue come under None, where no queue is asked for."""
        wanted, seen = self._query.queues, set[str | None]()
        for at, key, cell in self._cells(QUEUE):
            seen.add(key)
            if not wanted or key in wanted:
                yield at, key, cell
        check_known("queue", wanted, seen)

    def others(self) -> Iterator[tuple[Instant, Cell]]:
        """What belongs to no queue: arrivals, menus, agents' time."""
        if self._query.queues:
            return
        for at, _key, cell in self._cells(ENTRY_POINT):
            yield at, cell
        for at, _key, cell in self._cells(AGENT):
            if cell.states_us:
                yield at, Cell(states_us=cell.states_us)
