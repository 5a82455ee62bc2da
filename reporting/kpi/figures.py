"""A figure: a value that carries what it was made of, so that it can be traced and checked."""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any, NamedTuple

import msgspec

from facts.time import SECOND
from reporting.kpi.cells import Cell
from reporting.kpi.histogram import Histogram, Ranked
from reporting.kpi.service_level import Target

Number = int | float


class Figure(msgspec.Struct, frozen=True, gc=False):
    """One key figure of one slice. ``value`` None: no data. ``formula`` is the id of how it was reckoned.

    ``unclassified``: how many contacts could not be counted in or out, because no fact says which.
    """

    value: Number | None
    numerator: Number | None
    denominator: Number | None
    unit: str
    formula: str
    unclassified: int = 0


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What figures depend on besides the cell: the target, and whether rows are single agents."""

    target: Target = Target()
    by_agent: bool = False
    productive: frozenset[str] = frozenset()


class Parts(NamedTuple):
    """What a definition makes of a cell. Durations are in seconds. ``value`` None: numerator / denominator."""

    numerator: Number | None
    denominator: Number | None = None
    unclassified: int = 0
    value: Number | None = None


class Having(NamedTuple):
    """Of a column: the values, and where there is one at all."""

    there: Any
    values: Any


def having(there: Any, value: Any) -> Any:
    """``value`` where there is something to reckon it from, else None; of a cell, or of columns of cells."""
    if isinstance(there, int):
        return value if there else None
    return Having(there, value)


def root(value: Any) -> Any:
    """The square root, rounded in the same way for a number and for a column of them."""
    return sqrt(value) if isinstance(value, float) else value**0.5


def _no_parts(_cell: Cell, _context: Context) -> Parts:
    return Parts(None)


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A key figure of the catalogue, before it has a value.

    ``is_count``: the value is the numerator itself. ``formula_of`` gives the id where the target chooses it.
    ``percentile_of``: the figure is this share of this histogram, and is not made of ``parts``.
    """

    name: str
    title: str
    unit: str
    text: str
    parts: Callable[[Cell, Context], Parts] = _no_parts
    formula: str = ""
    exclusions: str = ""
    is_count: bool = False
    formula_of: Callable[[Context], str] | None = None
    text_of: Callable[[Context], str] | None = None
    percentile_of: tuple[Callable[[Cell], Histogram], float] | None = None

    def figure(self, cell: Cell, context: Context) -> Figure:
        """The figure of one slice."""
        if self.percentile_of is not None:
            histogram, share = self.percentile_of
            return self.percentile(Ranked(histogram(cell)), share)
        parts = self.parts(cell, context)
        return Figure(
            value=self._value(parts),
            numerator=parts.numerator,
            denominator=parts.denominator,
            unit=self.unit,
            formula=self.formula_of(context) if self.formula_of else self.formula or self.name,
            unclassified=parts.unclassified,
        )

    def percentile(self, ranked: Ranked, share: float) -> Figure:
        """The figure of a histogram that was put in order before."""
        found = ranked.percentile(share)
        value = None if found is None else found / SECOND
        return Figure(value=value, numerator=value, denominator=ranked.total, unit=self.unit, formula=self.name)

    def _value(self, parts: Parts) -> Number | None:
        if parts.value is not None or self.is_count:
            return parts.numerator if parts.value is None else parts.value
        if parts.numerator is None or not parts.denominator:
            return None
        return parts.numerator / parts.denominator

    def described(self, context: Context) -> str:
        """The definition in words, with the thresholds in force."""
        return self.text_of(context) if self.text_of else self.text


def figures_of(wanted: Sequence[Definition], cell: Cell, context: Context) -> dict[str, Figure]:
    """The figures of one slice by name; a histogram is put in order once for all its percentiles."""
    found: dict[str, Figure] = {}
    ranked: dict[Callable[[Cell], Histogram], Ranked] = {}
    for definition in wanted:
        if definition.percentile_of is None:
            found[definition.name] = definition.figure(cell, context)
            continue
        histogram, share = definition.percentile_of
        if histogram not in ranked:
            ranked[histogram] = Ranked(histogram(cell))
        found[definition.name] = definition.percentile(ranked[histogram], share)
    return found
