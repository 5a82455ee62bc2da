"""The service-level formulas on the textbooks' own numbers."""

import pytest

from facts.states import LeftQueue
from facts.time import SECOND
from reporting.kpi import histogram
from reporting.kpi.cells import Cell
from reporting.kpi.errors import ReportError
from reporting.kpi.service_level import FORMULAS, Target, service_level

SECONDS_20, SECONDS_5 = 20 * SECOND, 5 * SECOND


def cell(*, answered: dict[float, int], abandoned: dict[float, int], left: int = 0) -> Cell:
    """Counts by waits in seconds."""
    made = Cell(
        offered=sum(answered.values()) + sum(abandoned.values()) + left,
        answered=sum(answered.values()),
        abandoned=sum(abandoned.values()),
        left={LeftQueue.OVERFLOWED.value: left} if left else {},
    )
    for waits, into in ((answered, made.answered_waits), (abandoned, made.abandoned_waits)):
        for seconds, count in waits.items():
            histogram.add(into, round(seconds * SECOND), count)
    return made


def level(counted: Cell, formula: str) -> float:
    target = Target(formula=formula, threshold_us=SECONDS_20, short_abandon_us=SECONDS_5)
    numerator, denominator = service_level(counted, target)
    return round(100 * numerator / denominator, 2)


ICMI = cell(answered={10: 860, 30: 140}, abandoned={3: 10, 15: 10, 40: 40})


@pytest.mark.parametrize(
    ("formula", "percent"),
    [("SL1", 86.00), ("SL2", 83.02), ("SL3", 81.13), ("SL4", 82.69), ("SL5", 82.08), ("SL6", 81.90), ("SL8", 83.02)],
)
def test_vector_of_icmi(formula: str, percent: float) -> None:
    assert level(ICMI, formula) == percent


@pytest.mark.parametrize(("formula", "percent"), [("SL4", 77.78), ("SL3", 70.0), ("SL2", 80.0)])
def test_vector_of_cisco(formula: str, percent: float) -> None:
    assert level(cell(answered={10: 70, 25: 10}, abandoned={10: 10, 25: 10}), formula) == percent


def test_flow_outs_count_against_sl7_only() -> None:
    counted = cell(answered={10: 60}, abandoned={30: 20}, left=20)
    assert (level(counted, "SL7"), level(counted, "SL3")) == (60.0, 75.0)


def test_exactly_at_the_threshold_is_within() -> None:
    assert level(cell(answered={20: 1, 20.000001: 1}, abandoned={}), "SL1") == 50.0


def test_no_contacts_are_no_data() -> None:
    for formula in FORMULAS:
        assert service_level(Cell(), Target(formula=formula)) == (0, 0)


@pytest.mark.parametrize("threshold", [20.05, 61.5, 3601, -1])
def test_thresholds_that_cannot_be_counted_exactly_are_refused(threshold: float) -> None:
    with pytest.raises(ReportError, match="threshold"):
        Target(threshold_us=round(threshold * SECOND))


def test_an_unknown_formula_is_refused() -> None:
    with pytest.raises(ReportError, match="SL9"):
        Target(formula="SL9")
