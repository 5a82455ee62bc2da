"""Reports from interval tables: the same figures as from the facts, whatever the number of contacts.

Only for what the tables hold: slices by time and one of queue, agent and entry point; contacts counted where they
were offered; ranges and opening hours on quarters of an hour; figures that need neither plans nor a look beyond the
range. Of the grains that the tables have, the coarsest is read that the question can be put together from.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np

from facts.time import Instant
from reporting.kpi import catalogue, slices
from reporting.kpi.cells import Cell
from reporting.kpi.column_figures import rows_of_columns
from reporting.kpi.columns import Chosen, Columns, Part, Whole, common_keys
from reporting.kpi.figures import Context
from reporting.kpi.intervals import DAYS_OR_LONGER, QUARTER, Calendar
from reporting.kpi.live import AGENT, ENTRY_POINT, QUEUE
from reporting.kpi.report import Query, Report, Row, check_known, only, rows_of

Grain = Literal["15min", "30min", "hour", "day"]
GRAINS: tuple[Grain, ...] = ("15min", "30min", "hour", "day")
"""From fine to coarse."""

_FAMILIES = {"queue": QUEUE, "agent": AGENT, "entry_point": ENTRY_POINT}
_STATES = "states_us"


class Stored(NamedTuple):
    """What tables hold of a family in a range. ``fine``: cells of quarters of an hour, besides those of the grain."""

    coarse: Sequence[Part]
    fine: Sequence[Part]


class Tables(Protocol):
    """Interval tables that are level with the journal (`storage.intervals.Reading`)."""

    def parts(self, family: str, from_at: Instant | None, to_at: Instant | None, grain: Grain) -> Stored:
        """The cells that begin in the range, each once, agents' stretches that are not over included."""
        ...


class UndecidedError(Exception):
    """The tables cannot tell after all: a contact that may have waited longest was counted elsewhere later."""


def can_answer(query: Query) -> bool:
    """Whether the tables hold all that a query asks for."""
    dimensions = [name for name in query.by if not slices.is_time(name)]
    filters = {name for name, wanted in (("queue", query.queues), ("agent", query.agents)) if wanted}
    return (
        query.counted_at == "offered"
        and not query.schedule
        and len(filters.union(dimensions)) <= 1
        and filters.union(dimensions) <= _FAMILIES.keys()
        and all(edge is None or edge % QUARTER == 0 for edge in (query.start, query.end))
        and catalogue.NEED_RECORDS.isdisjoint(query.figures)
    )


def build_from_cells(tables: Tables, query: Query, *, as_of: Instant, days_of: str | None) -> Report:
    """The report of a query that the tables can answer.

    ``as_of``: the last fact in them; ``days_of``: the time zone in which their grains are days and hours.
    Raises `UndecidedError` where only the facts tell.
    """
    wanted = catalogue.definitions(query.figures)
    source = _Source(tables, query, days_of)
    rows: Sequence[Row] = ()
    total = _total(source, query)
    if query.by:
        keys, columns = _grouped(source, query)
        rows = rows_of_columns(keys, columns, query, wanted)
    else:
        rows = rows_of((), [((), total)], query, wanted)
    context = Context(target=query.targets.of(only(query.queues)), productive=query.productive)
    return Report(
        start=query.start,
        end=query.end,
        as_of=as_of if query.end is None else min(as_of, query.end),
        zone=query.zone,
        by=query.by,
        rows=rows,
        total=rows_of((), [((), total)], query, wanted)[0],
        definitions=tuple((definition, definition.described(context)) for definition in wanted),
    )


class _Source:
    """The cells of a query's range, of the coarsest grain from which it can be put together."""

    def __init__(self, tables: Tables, query: Query, days_of: str | None) -> None:
        self._tables, self._query, self._days_of = tables, query, days_of
        self._calendar = Calendar(query.zone)
        self._labels: dict[tuple[str, ...], dict[Instant, slices.Key | None]] = {}

    def label(self, at: Instant, times: tuple[str, ...]) -> slices.Key | None:
        """The names of the intervals of an instant; None outside the opening hours."""
        known = self._labels.setdefault(times, {})
        if at not in known:
            hours = self._query.hours
            is_open = hours is None or hours.contain(at, self._calendar.zone)
            known[at] = tuple(self._calendar.label(name, at) for name in times) if is_open else None
        return known[at]

    def parts(self, family: str, times: tuple[str, ...]) -> list[Part]:
        """All cells of a family, fit to be told apart by these intervals."""
        for grain in reversed(GRAINS):
            if not self._may_read(grain, times):
                continue
            stored = self._tables.parts(family, self._query.start, self._query.end, grain)
            if grain == "15min" or self._fits(stored.coarse, grain, times):
                return [part for part in (*stored.coarse, *stored.fine) if len(part)]
        raise AssertionError("quarters of an hour always fit")

    def _may_read(self, grain: Grain, times: tuple[str, ...]) -> bool:
        """Whether it is worth trying: edges on the grain's, in its zone for days, and not coarser than is asked."""
        asked = min((_fineness(name) for name in times), default=len(GRAINS) - 1)
        if GRAINS.index(grain) > asked:
            return False
        if grain == "15min":
            return True
        if grain == "day" and (self._days_of != str(self._query.zone) or self._query.hours is not None):
            return False
        edges = (self._query.start, self._query.end)
        return self._days_of is not None and all(
            edge is None or self._calendar.begin(grain, edge) == edge for edge in edges
        )

    def _fits(self, parts: Iterable[Part], grain: Grain, times: tuple[str, ...]) -> bool:
        """Whether no cell reaches over an interval's border, or over opening or closing."""
        if grain == "day":
            return True
        span = 2 if grain == "30min" else 4
        moments: set[Instant] = set()
        for part in parts:
            moments.update(np.unique(part.at).tolist())
        return all(
            self.label(at, times) == self.label(at + quarter * QUARTER, times)
            for at in moments
            for quarter in range(1, span)
        )


def _fineness(interval: str) -> int:
    """The index of the coarsest grain from which an interval or cycle can be put together."""
    if interval in DAYS_OR_LONGER:
        return GRAINS.index("day")
    return GRAINS.index("hour") if interval == "hour_of_day" else GRAINS.index(interval)


# -- the whole -------------------------------------------------------------------------------------------------------


def _total(source: _Source, query: Query) -> Cell:
    """All that the range holds, as far as it is filtered."""
    if query.queues:
        parts = _filtered(source.parts(QUEUE, ()), "queue", query)
    elif query.agents:
        parts = _filtered(source.parts(AGENT, ()), "agent", query)
    else:
        parts = [*source.parts(ENTRY_POINT, ()), *_only_states(source.parts(AGENT, ()))]
    parts = [part for part in (_open_part(source, part) for part in parts) if len(part)]
    if not parts:
        return Cell()
    size = sum(map(len, parts))
    return Columns(parts, np.zeros(size, np.int64), 1).cells()[0]


def _open_part(source: _Source, part: Part) -> Part:
    """The cells in the opening hours."""
    moments, places = np.unique(part.at, return_inverse=True)
    there = np.array([source.label(at, ()) is not None for at in moments.tolist()], np.bool_)
    return part.where(there[places])


def _only_states(parts: Iterable[Part]) -> list[Part]:
    """Agents' time, and nothing else of them."""
    return [states for part in parts if len(states := _with_states(part))]


def _with_states(part: Part) -> Part:
    there = np.zeros(len(part), np.bool_)
    for column in part.counts.get(_STATES, {}).values():
        there |= column != 0
    return part.only(_STATES).where(there)


def _filtered(parts: Sequence[Part], dimension: str, query: Query) -> list[Part]:
    """The cells of the queues or agents asked for; raises `NothingThereError` for one that does not occur."""
    wanted = query.queues or query.agents
    there: set[str | None] = set()
    for part in parts:
        there.update(part.names[key] for key in np.unique(part.keys).tolist())
    check_known(dimension, query, there)
    chosen = (part.of_keys(lambda name: name in wanted) for part in parts)
    return [part for part in chosen if len(part)]


# -- rows ------------------------------------------------------------------------------------------------------------


def _grouped(source: _Source, query: Query) -> tuple[list[slices.Key], Columns]:
    """The rows' keys in their order, and their columns."""
    times = tuple(name for name in query.by if slices.is_time(name))
    dimension = next((name for name in query.by if not slices.is_time(name)), None)
    place = len(times) if dimension is None else query.by.index(dimension)
    parts = _row_parts(source, query, dimension, times)
    codes, decoded = _codes(source, parts, times, place, has_key=dimension is not None)
    parts, codes = _kept(parts, codes, codes >= 0)
    found, groups = np.unique(codes, return_inverse=True)
    keys, columns = decoded(found), Columns(parts, groups, len(found))
    if dimension != "agent":
        return keys, columns
    return _without_nobody(keys, columns, _Grouping(parts, groups, place), query)


def _row_parts(source: _Source, query: Query, dimension: str | None, times: tuple[str, ...]) -> list[Part]:
    if query.queues:
        return _filtered(source.parts(QUEUE, times), "queue", query)
    if query.agents:
        return _filtered(source.parts(AGENT, times), "agent", query)
    if dimension is None:
        return [*source.parts(ENTRY_POINT, times), *_only_states(source.parts(AGENT, times))]
    parts = source.parts(_FAMILIES[dimension], times)
    return [part.of_keys(_is_named) for part in parts] if dimension == "queue" else parts


def _is_named(name: str | None) -> bool:
    return name is not None


def _codes(
    source: _Source, parts: Sequence[Part], times: tuple[str, ...], place: int, *, has_key: bool
) -> tuple[Whole, Callable[[Whole], list[slices.Key]]]:
    """A number for each cell's row, in the order of the rows (-1: outside the opening hours), and what it means."""
    begins = np.concatenate([np.zeros(0, np.int64), *(part.at for part in parts)])
    moments, at_moment = np.unique(begins, return_inverse=True)
    labels = [source.label(at, times) for at in moments.tolist()]
    before, before_rank = _ranked([None if label is None else label[:place] for label in labels])
    after, after_rank = _ranked([None if label is None else label[place:] for label in labels])
    keys, names = common_keys(parts)
    ordered = sorted(names, key=lambda name: (name is None, name or "")) if has_key else [None]
    rank_of = {name: rank for rank, name in enumerate(ordered)}
    key_rank = np.array([rank_of[name] for name in names] if has_key else [0] * len(names), np.int64)
    codes = (before_rank[at_moment] * len(ordered) + key_rank[keys]) * max(1, len(after)) + after_rank[at_moment]
    codes[before_rank[at_moment] < 0] = -1

    ends = [(*((name,) if has_key else ()), *key) for name in ordered for key in after]

    def decoded(codes: Whole) -> list[slices.Key]:
        first, last = np.divmod(codes, max(1, len(ends)))
        return [before[one] + ends[other] for one, other in zip(first.tolist(), last.tolist(), strict=True)]

    return codes, decoded


def _ranked(keys: Sequence[slices.Key | None]) -> tuple[list[slices.Key], Whole]:
    """The different keys in order, and the place of each there; -1 for None."""
    ordered = slices.in_order({key for key in keys if key is not None})
    rank_of: dict[slices.Key | None, int] = {key: rank for rank, key in enumerate(ordered)}
    return ordered, np.array([rank_of.get(key, -1) for key in keys], np.int64)


class _Grouping(NamedTuple):
    """Cells and their rows; ``place``: where in the rows' keys the agent is."""

    parts: Sequence[Part]
    groups: Whole
    place: int


def _without_nobody(
    keys: list[slices.Key], columns: Columns, cells: _Grouping, query: Query
) -> tuple[list[slices.Key], Columns]:
    """Leave out rows of contacts that nobody has answered, where all of them were answered later."""
    is_nobody = np.array([key[cells.place] is None for key in keys], np.bool_)
    if "longest_wait_s" in query.figures and (is_nobody & (columns.longest_lost != 0)).any():
        raise UndecidedError
    kept = ~is_nobody | (columns.offered != 0)
    if kept.all():
        return keys, columns
    parts, groups = _kept(cells.parts, cells.groups, kept[cells.groups])
    renumbered = (np.cumsum(kept) - 1)[groups]
    return [key for key, keep in zip(keys, kept.tolist(), strict=True) if keep], Columns(
        parts, renumbered, int(kept.sum())
    )


def _kept(parts: Sequence[Part], of_cells: Whole, chosen: Chosen) -> tuple[list[Part], Whole]:
    """The chosen ones of all cells, and what was known of each."""
    if chosen.all():
        return list(parts), of_cells
    ends = np.cumsum([len(part) for part in parts])
    kept = [part.where(mine) for part, mine in zip(parts, np.split(chosen, ends[:-1]), strict=True)]
    return [part for part in kept if len(part)], of_cells[chosen]
