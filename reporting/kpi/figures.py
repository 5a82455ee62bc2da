"""A figure: a value that carries what it was made of, so that it can be traced and checked."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from reporting.kpi.cells import Cell
from reporting.kpi.service_level import Target

Number = int | float


class Figure(msgspec.Struct, frozen=True, kw_only=True):
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


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A key figure of the catalogue, before it has a value.

    ``is_count``: the value is the numerator itself. ``formula_of`` gives the id where the target chooses it.
    """

    name: str
    title: str
    unit: str
    text: str
    parts: Callable[[Cell, Context], Parts]
    formula: str = ""
    exclusions: str = ""
    is_count: bool = False
    formula_of: Callable[[Context], str] | None = None
    text_of: Callable[[Context], str] | None = None

    def figure(self, cell: Cell, context: Context) -> Figure:
        """The figure of one slice."""
        parts = self.parts(cell, context)
        return Figure(
            value=self._value(parts),
            numerator=parts.numerator,
            denominator=parts.denominator,
            unit=self.unit,
            formula=self.formula_of(context) if self.formula_of else self.formula or self.name,
            unclassified=parts.unclassified,
        )

    def _value(self, parts: Parts) -> Number | None:
        if parts.value is not None or self.is_count:
            return parts.numerator if parts.value is None else parts.value
        if parts.numerator is None or not parts.denominator:
            return None
        return parts.numerator / parts.denominator

    def described(self, context: Context) -> str:
        """The definition in words, with the thresholds in force."""
        return self.text_of(context) if self.text_of else self.text
