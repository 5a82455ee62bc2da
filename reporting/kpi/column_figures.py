"""Figures of many rows at once, by the definitions of the catalogue; rows are made of them when they are looked at."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple, cast, overload

import numpy as np
from numpy.typing import NDArray

from facts.time import SECOND
from reporting.kpi.cells import Cell
from reporting.kpi.columns import Chosen, Columns, Whole
from reporting.kpi.figures import Context, Definition, Figure, Having, Number
from reporting.kpi.report import Query, Row, only
from reporting.kpi.service_level import Target
from reporting.kpi.slices import Key, is_by_agent

Numbers = NDArray[Any]


class FigureColumn(NamedTuple):
    """One figure of all rows: where there is a value or a numerator at all, and what each was made of.

    ``formulas``: the id of each row's, or of all.
    """

    unit: str
    formulas: Sequence[str] | str
    values: Numbers
    has_value: Chosen
    numerators: Numbers
    has_numerator: Chosen
    denominators: Numbers | None
    unclassified: Numbers

    def figures(self, which: slice) -> Iterator[Figure]:
        """The figure of each of these rows."""
        return map(  # half a million of them in a report by half hours: no line of Python for each
            Figure,
            _optional(self.values[which], self.has_value[which]),
            _optional(self.numerators[which], self.has_numerator[which]),
            repeat(None) if self.denominators is None else self.denominators[which].tolist(),
            repeat(self.unit),
            repeat(self.formulas) if isinstance(self.formulas, str) else self.formulas[which],
            self.unclassified[which].tolist(),
        )


def _optional(values: Numbers, there: Chosen) -> list[Number | None]:
    found: list[Number | None] = values.tolist()
    for place in np.flatnonzero(~there).tolist():
        found[place] = None
    return found


class ColumnRows(Sequence[Row]):
    """A report's rows. ``keys[i]`` are the values of row i in the dimensions ``by``."""

    def __init__(self, by: tuple[str, ...], keys: Sequence[Key], columns: dict[str, FigureColumn]) -> None:
        self._by, self._keys, self._columns = by, keys, columns

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        rows = tuple(self._rows(place if isinstance(place, slice) else slice(place, place + 1 or None)))
        if isinstance(place, slice):
            return rows
        if not rows:
            raise IndexError(place)
        return rows[0]

    def __iter__(self) -> Iterator[Row]:
        return self._rows(slice(None))

    def _rows(self, which: slice) -> Iterator[Row]:
        names, by = tuple(self._columns), self._by
        columns = [column.figures(which) for column in self._columns.values()]
        for key, *figures in zip(self._keys[which], *columns, strict=True):
            yield Row(slice=dict(zip(by, key, strict=True)), figures=dict(zip(names, figures, strict=True)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash((self._by, len(self)))


def rows_of_columns(keys: Sequence[Key], columns: Columns, query: Query, wanted: Sequence[Definition]) -> ColumnRows:
    """The rows of these columns: figures by each queue's own target."""
    contexts = _contexts(keys, query)
    cell = cast(Cell, columns)  # it has its fields
    with np.errstate(all="ignore"):  # what divides by zero is no data
        found = {one.name: _column(one, cell, contexts, len(keys)) for one in wanted}
    return ColumnRows(query.by, keys, found)


class _RowTargets:
    """The targets of all rows that have this formula, for definitions that ask a target for its thresholds.

    ``places``: which of the targets is each row's.
    """

    def __init__(self, targets: Sequence[Target], places: Whole, formula: str) -> None:
        self.formula = formula
        self.threshold_us = _one_or_all([target.threshold_us for target in targets], places)
        self.short_abandon_us = _one_or_all([target.short_abandon_us for target in targets], places)


def _one_or_all(values: Sequence[int], places: Whole) -> int | Sequence[int]:
    return values[0] if len(set(values)) == 1 else cast(Sequence[int], np.array(values)[places].tolist())


def _contexts(keys: Sequence[Key], query: Query) -> dict[str, tuple[Context, Chosen]]:
    """For each formula that any row has: the context of all rows, and which rows have it."""
    alone = only(query.queues)
    if "queue" not in query.by or not keys:
        targets, places = [query.targets.of(alone)], np.zeros(len(keys), np.int64)
    else:
        queues: dict[str | None, int] = {}
        place = query.by.index("queue")
        places = np.array([queues.setdefault(key[place], len(queues)) for key in keys])
        targets = [query.targets.of(queue or alone) for queue in queues]
    found = {}
    for formula in dict.fromkeys(target.formula for target in targets):
        target = cast(Target, _RowTargets(targets, places, formula))
        context = Context(target=target, by_agent=is_by_agent(query.by), productive=query.productive)
        found[formula] = (context, np.array([target.formula == formula for target in targets])[places])
    return found


def _column(definition: Definition, cell: Cell, contexts: dict[str, tuple[Context, Chosen]], rows: int) -> FigureColumn:
    first, *others = contexts.values()
    column = _reckoned(definition, cell, first[0], rows)
    if definition.formula_of is None:
        return column
    for context, chosen in others:
        column = _put(column, _reckoned(definition, cell, context, rows), chosen)
    return column


def _put(column: FigureColumn, other: FigureColumn, chosen: Chosen) -> FigureColumn:
    """``other`` where it is chosen: rows have formulas of their own."""
    assert isinstance(other.formulas, str)
    formulas = np.where(chosen, other.formulas, column.formulas).tolist()
    pairs = zip(cast(Any, column[2:]), cast(Any, other[2:]), strict=True)
    return FigureColumn(column.unit, formulas, *(np.where(chosen, new, old) for old, new in pairs))


def _reckoned(definition: Definition, cell: Cell, context: Context, rows: int) -> FigureColumn:
    """As `Definition.figure`, of all rows."""
    formula = definition.formula_of(context) if definition.formula_of else definition.formula or definition.name
    if definition.percentile_of is not None:
        return _percentile(definition, cell, formula)
    parts = definition.parts(cell, context)
    numerators, has_numerator = _array(parts.numerator, rows)
    denominators = None if parts.denominator is None else _array(parts.denominator, rows)[0]
    if parts.value is not None:
        values, has_value = _array(parts.value, rows)
    elif definition.is_count:
        values, has_value = numerators, has_numerator
    elif denominators is None or parts.numerator is None:
        values, has_value = np.zeros(rows), np.zeros(rows, np.bool_)
    else:
        values, has_value = numerators / denominators, has_numerator & (denominators != 0)
    unclassified = _array(parts.unclassified, rows)[0]
    return FigureColumn(
        definition.unit, formula, values, has_value, numerators, has_numerator, denominators, unclassified
    )


def _percentile(definition: Definition, cell: Cell, formula: str) -> FigureColumn:
    assert definition.percentile_of is not None
    of, share = definition.percentile_of
    histograms: Any = of(cell)
    found, there = histograms.percentile(share)
    values = found / SECOND
    none = np.zeros(len(values), np.int64)
    return FigureColumn(definition.unit, formula, values, there, values, there, histograms.totals, none)


def _array(value: Any, rows: int) -> tuple[Numbers, Chosen]:
    """A number, a column, or None, as a column and where it is known."""
    if value is None:
        return np.zeros(rows, np.int64), np.zeros(rows, np.bool_)
    if isinstance(value, Having):
        values, _ = _array(value.values, rows)
        return values, np.broadcast_to(np.asarray(value.there) != 0, rows)
    return np.broadcast_to(np.asarray(value), rows), np.ones(rows, np.bool_)
