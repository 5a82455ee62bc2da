"""What filling the interval tables, reporting from them and asking raw contacts may cost."""

import pytest

from tests.benchmarks.journal_tables_speed import filled_month, filling_us, question_s, report_s

CELLS_US = 3.0
REPORT_S = 0.2
RAW_RATIO = 1.3


@pytest.mark.benchmark
def test_a_fact_is_counted_in_each_slice_at_once() -> None:
    assert filling_us()["cells, a fact and slice"] <= CELLS_US


@pytest.mark.benchmark
def test_a_month_of_a_million_contacts_is_reported_at_once() -> None:
    with filled_month(9) as tables:
        for by in (("queue",), ("queue", "day"), ("queue", "hour"), ("queue", "30min")):
            assert report_s(tables, by) <= REPORT_S, by


@pytest.mark.benchmark
def test_raw_contacts_are_asked_as_quickly_as_duckdb_answers() -> None:
    tries = (question_s(300_000) for _ in range(3))
    assert any(ours <= RAW_RATIO * alone for ours, alone in tries)
