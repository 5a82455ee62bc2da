"""Service level, in the eight ways in which the field reckons it. The id is printed with every figure.

Symbols: ``A`` answered, ``B`` abandoned, ``A_t`` and ``B_t`` those of them within the threshold t (at most t: the
boundary counts as within), ``B_s`` short abandons (at most s), ``F`` left otherwise, ``C_t`` callbacks asked for
within t, ``O`` offered. A contact that asked for a callback within t counts there and not again when it ends. One
whose wait is not known counts nowhere.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec

from facts.ids import QueueName
from facts.time import SECOND, Duration
from reporting.kpi import histogram
from reporting.kpi.cells import Cell
from reporting.kpi.errors import ReportError


class Symbols(Protocol):
    """What the formulas are made of: counts, or the shares that a model gives."""

    @property
    def offered(self) -> float:
        """``O``."""

    @property
    def answered(self) -> float:
        """``A``."""

    @property
    def abandoned(self) -> float:
        """``B``."""

    @property
    def left(self) -> float:
        """``F``."""

    @property
    def answered_within(self) -> float:
        """``A_t``."""

    @property
    def abandoned_within(self) -> float:
        """``B_t``."""

    @property
    def short(self) -> float:
        """``B_s``."""

    @property
    def callbacks_within(self) -> float:
        """``C_t``."""

    @property
    def callbacks_closed_within(self) -> float:
        """Those of ``A_t`` and ``B_t`` that had asked for a callback."""


class Counts:
    """The symbols of the formulas, for one slice and a target; each is counted when a formula asks for it."""

    __slots__ = ("_cell", "_target")

    def __init__(self, cell: Cell, target: "Target") -> None:
        self._cell = cell
        self._target = target

    @property
    def offered(self) -> int:
        """``O``."""
        unknown = self._cell.answered_unmeasured + self._cell.abandoned_unmeasured
        return self._cell.offered - unknown

    @property
    def answered(self) -> int:
        """``A``."""
        return self._cell.answered - self._cell.answered_unmeasured

    @property
    def abandoned(self) -> int:
        """``B``."""
        return self._cell.abandoned - self._cell.abandoned_unmeasured

    @property
    def left(self) -> int:
        """``F``."""
        return sum(self._cell.left.values())

    @property
    def answered_within(self) -> int:
        """``A_t``."""
        return histogram.count_within(self._cell.answered_waits, self._target.threshold_us)

    @property
    def abandoned_within(self) -> int:
        """``B_t``."""
        return histogram.count_within(self._cell.abandoned_waits, self._target.threshold_us)

    @property
    def short(self) -> int:
        """``B_s``."""
        return histogram.count_within(self._cell.abandoned_waits, self._target.short_abandon_us)

    @property
    def callbacks_within(self) -> int:
        """``C_t``."""
        return histogram.count_within(self._cell.callback_waits, self._target.threshold_us)

    @property
    def callbacks_closed_within(self) -> int:
        """Those of ``A_t`` and ``B_t`` that had asked for a callback."""
        return histogram.count_within(self._cell.callback_closed_waits, self._target.threshold_us)


class Formula(NamedTuple):
    """One way: its text, its numerator and denominator, and who reckons so."""

    text: str
    numerator: Callable[[Symbols], float]
    denominator: Callable[[Symbols], float]
    used_by: str


FORMULAS: dict[str, Formula] = {
    "SL1": Formula(
        "A_t / A", lambda c: c.answered_within, lambda c: c.answered, "Asterisk SL, Wazo quality of service"
    ),
    "SL2": Formula(
        "(A_t + B_t) / (A + B)",
        lambda c: c.answered_within + c.abandoned_within,
        lambda c: c.answered + c.abandoned,
        "Asterisk SL2, Cisco (abandons positive), ICMI",
    ),
    "SL3": Formula(
        "A_t / (A + B)",
        lambda c: c.answered_within,
        lambda c: c.answered + c.abandoned,
        "Cisco (abandons negative), Genesys default",
    ),
    "SL4": Formula(
        "A_t / (A + B - B_t)",
        lambda c: c.answered_within,
        lambda c: c.answered + c.abandoned - c.abandoned_within,
        "Cisco (abandons ignored), XCALLY, Bright Pattern",
    ),
    "SL5": Formula(
        "(A_t + B_s) / (A + B)",
        lambda c: c.answered_within + c.short,
        lambda c: c.answered + c.abandoned,
        "ICMI with short abandons as good",
    ),
    "SL6": Formula(
        "A_t / (A + B - B_s)",
        lambda c: c.answered_within,
        lambda c: c.answered + c.abandoned - c.short,
        "Genesys with short abandons off, Vonage, RingCentral",
    ),
    "SL7": Formula(
        "A_t / (A + B + F)",
        lambda c: c.answered_within,
        lambda c: c.answered + c.abandoned + c.left,
        "Genesys with flow-outs on",
    ),
    "SL8": Formula(
        "(A_t + B_t + C_t) / O",
        lambda c: c.answered_within + c.abandoned_within + c.callbacks_within - c.callbacks_closed_within,
        lambda c: c.offered,
        "Amazon Connect: any removal from the queue",
    ),
}


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What a queue is measured by: a formula, its thresholds, and the share aimed at (None: no target)."""

    formula: str = "SL3"
    threshold_us: Duration = 20 * SECOND
    short_abandon_us: Duration = 5 * SECOND
    goal: float | None = None

    def __post_init__(self) -> None:
        if self.formula not in FORMULAS:
            raise ReportError(
                f"{self.formula} is no service-level formula; there are {', '.join(FORMULAS)}", about="formula"
            )
        for name, value in (("service level", self.threshold_us), ("short abandon", self.short_abandon_us)):
            if not histogram.is_edge(value):
                raise ReportError(
                    f"{name} threshold of {value / SECOND:g} s: take tenths of a second up to a minute, "
                    "whole seconds up to an hour, whole minutes beyond"
                )

    @property
    def definition(self) -> str:
        """The formula in words, with its thresholds."""
        text = f"{FORMULAS[self.formula].text}, t = {self.threshold_us / SECOND:g} s"
        return f"{text}, s = {self.short_abandon_us / SECOND:g} s" if "_s" in text else text


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """The targets of all queues: one for most, some with their own."""

    default: Target = Target()
    by_queue: dict[QueueName, Target] = {}

    def of(self, queue: str | None) -> Target:
        """The target of a queue; of several together, the default."""
        return self.default if queue is None else self.by_queue.get(QueueName(queue), self.default)


def service_level(cell: Cell, target: Target) -> tuple[float, float]:
    """Numerator and denominator of the service level of one slice."""
    formula, counts = FORMULAS[target.formula], Counts(cell, target)
    return formula.numerator(counts), formula.denominator(counts)
