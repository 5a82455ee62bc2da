"""What figures cost once facts are there: `python -m tests.benchmarks.journal_tables_speed [--contacts N]`.

Filling the interval tables; reports from them over 30 days of 40 queues; questions to raw contacts, beside DuckDB
alone. Times are CPU seconds of this process, all its threads, but for DuckDB's, which are wall clock.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from facts.time import DAY, HOUR, MINUTE, SECOND, Instant
from reporting.kpi import histogram
from reporting.kpi.cells import Cell, Step
from reporting.kpi.fold import Fold
from reporting.kpi.from_cells import build_from_cells
from reporting.kpi.intervals import Calendar
from reporting.kpi.live import Address, Cells
from reporting.kpi.records import Record
from reporting.kpi.report import Query
from storage.adhoc import AdHoc
from storage.filling import IntervalFiller
from storage.intervals import IntervalTables, Rules
from storage.journal import open_journal
from tests.benchmarks.journal_speed import facts_of

ZONE = ZoneInfo("Europe/Berlin")
BEGIN: Instant = 1_772_319_600 * SECOND
"""2026-03-01 00:00 in Berlin; the month has a change of clocks."""

DAYS, QUEUES = 30, 40
FIGURES = ("offered", "answered", "abandoned", "asa_s", "service_level", "aht_s")
QUESTION = """
SELECT queue, "at" // 1800000000 AS half_hour, count(*), count(*) FILTER (outcome = 'answered'),
    sum(waited_us) FILTER (outcome = 'answered'), quantile_cont(waited_us, [0.5, 0.9, 0.95])
FROM visits GROUP BY ALL ORDER BY ALL
"""


def cpu_of(work: Callable[[], object], times: int = 5) -> float:
    """The median CPU seconds of some runs."""
    taken = []
    for _ in range(times):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)


# -- filling -------------------------------------------------------------------------------------------------------


def filling_us(facts: int = 20_000) -> dict[str, float]:
    """CPU microseconds: of the fold for each fact, of cells for each fact and slice, of the whole filler a fact."""
    entries = facts_of(facts)
    slices = _slices_of(facts)

    def nothing(_record: Record, _step: Step, _sign: int) -> None:
        """No cells."""

    fold = cpu_of(lambda: Fold(nothing).apply_all(entries))
    cells = cpu_of(lambda: Fold(Cells()).apply_all(entries))
    with tempfile.TemporaryDirectory() as folder, open_journal(Path(folder) / "journal.sqlite3") as journal:
        journal.append(entries)
        filler = IntervalFiller(journal, ZONE)
        whole = cpu_of(filler.rebuild, 3)
    return {
        "the fold, a fact": fold / facts * 1e6,
        "cells, a fact and slice": max(0.0, cells - fold) / slices * 1e6,
        "reading, fold, cells and saving, a fact": whole / facts * 1e6,
    }


class _Counting(Cells):
    """Counts how often a fact is counted in a slice."""

    counted = 0

    def _cell(self, address: Address) -> Cell:
        self.counted += 1
        return super()._cell(address)


def _slices_of(facts: int) -> int:
    cells = _Counting()
    Fold(cells).apply_all(facts_of(facts))
    return cells.counted


# -- reports from the tables ---------------------------------------------------------------------------------------


def cell_of(random_: random.Random, contacts: int) -> Cell:
    """A queue's quarter of an hour with so many contacts."""
    cell = Cell(offered=contacts, answered=contacts - contacts // 10, abandoned=contacts // 10, legs=contacts)
    for _ in range(contacts):
        waited, talked = (int(random_.expovariate(1 / mean) * SECOND) for mean in (30, 200))
        histogram.add(cell.answered_waits, waited)
        histogram.add(cell.talks, talked)
        cell.answered_wait_us += waited
        cell.talk_us += talked
        cell.handled += 1
    return cell


@contextmanager
def filled_month(contacts: int) -> Iterator[IntervalTables]:
    """Tables of 30 days and 40 queues, with so many contacts in each quarter of an hour."""
    random_ = random.Random(1)
    with tempfile.TemporaryDirectory() as folder, open_journal(Path(folder) / "journal.sqlite3") as journal:
        tables = IntervalTables(journal)
        tables.begin(Rules(version="benchmark", zone=ZONE.key))
        for day in range(DAYS):
            changes: dict[Address, Cell] = {}
            for at in range(BEGIN + day * DAY, BEGIN + (day + 1) * DAY, 15 * MINUTE):
                for number in range(QUEUES):
                    changes["queue", at, f"queue {number}"] = cell_of(random_, contacts)
            tables.add(changes, {}, {}, [])
        yield tables


def report_s(tables: IntervalTables, by: tuple[str, ...]) -> float:
    """CPU seconds from the tables to the rows of a report over the whole month."""
    end = Calendar(ZONE).begin("day", BEGIN + DAYS * DAY + 2 * HOUR)
    query = Query(by=by, start=BEGIN, end=end, zone=ZONE, figures=FIGURES)

    def report() -> None:
        with tables.reading() as now:
            build_from_cells(now, query, as_of=end, days_of=ZONE.key)

    return cpu_of(report, 3)


# -- raw contacts --------------------------------------------------------------------------------------------------


def question_s(contacts: int, rounds: int = 7) -> tuple[float, float]:
    """Wall seconds of the same question over so many contacts: through our file's reader, and by DuckDB alone."""
    with tempfile.TemporaryDirectory() as folder:
        file = AdHoc(Path(folder) / "journal.duckdb")
        with open_journal(Path(folder) / "journal.sqlite3") as journal:
            file.refresh(journal)
        with duckdb.connect(str(file.path)) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(
                "INSERT INTO visits BY NAME SELECT 'c' || i AS contact_id, 'queue ' || (hash(i) % 40) AS queue,"
                " 1772319600000000 + i * (2592000000000 // ?) AS \"at\", 'live' AS stream, true AS settled,"
                " CASE WHEN hash(i + 7) % 10 = 0 THEN 'abandoned' ELSE 'answered' END AS outcome,"
                " (hash(i + 3) % 60000000)::BIGINT AS waited_us FROM range(?) AS numbers(i)",
                [contacts, contacts],
            )
        ours, alone = [], []
        for _ in range(rounds):
            begin = time.perf_counter()
            answer = file.ask(QUESTION)
            middle = time.perf_counter()
            with duckdb.connect(str(file.path), read_only=True) as connection:
                connection.execute("SET enable_progress_bar = false")
                rows = connection.execute(QUESTION).fetchall()
            ours.append(middle - begin)
            alone.append(time.perf_counter() - middle)
            assert answer.rows == rows
    return statistics.median(ours), statistics.median(alone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000, help="raw contacts to ask")
    asked = parser.parse_args()
    sys.stdout.write("| filling | CPU µs |\n| --- | ---: |\n")
    for name, cost in filling_us().items():
        sys.stdout.write(f"| {name} | {cost:.2f} |\n")
    sys.stdout.write("\n| report by | contacts | CPU s |\n| --- | ---: | ---: |\n")
    for contacts in (1, 9):
        with filled_month(contacts) as tables:
            for by in (("queue",), ("queue", "day"), ("queue", "hour"), ("queue", "30min")):
                total = contacts * DAYS * 96 * QUEUES
                sys.stdout.write(f"| {', '.join(by)} | {total:,} | {report_s(tables, by):.2f} |\n")
                sys.stdout.flush()
    ours, alone = question_s(asked.contacts)
    sys.stdout.write(f"\n| {asked.contacts:,} raw contacts | s |\n| --- | ---: |\n| cordboard | {ours:.3f} |\n")
    sys.stdout.write(f"| DuckDB alone | {alone:.3f} |\n| ratio | {ours / alone:.2f} |\n")


if __name__ == "__main__":
    main()
