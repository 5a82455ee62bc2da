"""Raw contacts in DuckDB are the records of one fold, however often the file was refreshed in between."""

import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facts.ids import ContactId
from facts.journal import ContactOffered, Entry, TalkEnded
from facts.time import HOUR
from reporting.kpi.fold import Folds, Records
from storage import adhoc
from storage.adhoc import TABLES, AdHoc, column_types
from storage.errors import DatabaseLockedError, QuestionError, StorageError
from storage.filling import IntervalFiller
from storage.intervals import IntervalTables
from storage.journal import Journal, open_journal
from tests.storage.entries import calls, entry
from tests.storage.test_filling import BERLIN, GENERATE, SPRING, busy_hours, empty


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "journal.sqlite3") as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> AdHoc:
    return AdHoc(tmp_path / "contacts.duckdb")


def compared(record: type[Any], without: Collection[str]) -> list[str]:
    return [name for name in column_types(record) if name not in without]


def by_one_fold(entries: Sequence[Entry], *, without: Collection[str] = ()) -> dict[str, list[Any]]:
    records = Records()
    folds = Folds(records)
    folds.apply_all(entries)
    rows: dict[str, list[Any]] = {table: [] for table in TABLES.values()}
    for record in [*records.records, *folds.open_spans()]:
        plain = msgspec.to_builtins(record)
        row = tuple(
            list(value) if isinstance(value := plain[name], tuple) else value
            for name in compared(type(record), without)
        )
        rows[TABLES[type(record)]].append(row)
    return {table: sorted(there, key=repr) for table, there in rows.items()}


def in_file(file: AdHoc, *, without: Collection[str] = ()) -> dict[str, list[Any]]:
    found = {}
    for record, table in TABLES.items():
        columns = ", ".join(f'"{name}"' for name in compared(record, without))
        found[table] = sorted(file.ask(f"SELECT {columns} FROM {table}").rows, key=repr)
    return found


def test_the_file_holds_the_records_of_one_fold(journal: Journal, file: AdHoc) -> None:
    entries = calls(60)
    journal.append(entries)
    file.refresh(journal)
    assert in_file(file) == by_one_fold(entries)


@settings(max_examples=6, phases=GENERATE, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=busy_hours(), cuts=st.lists(st.integers(1, 20), min_size=1, max_size=4))
def test_refreshing_in_pieces_changes_nothing(
    embedded: Journal, file: AdHoc, entries: list[Entry], cuts: list[int]
) -> None:
    empty(embedded)
    file.path.unlink(missing_ok=True)
    written = 0
    for cut in [*cuts, len(entries)]:
        embedded.append(entries[written : written + cut])
        written += cut
        file.refresh(embedded)
    # of an agent who works without ever having logged in, team and skills are forgotten with their last log-in
    unsure = ("team", "skills")
    assert in_file(file, without=unsure) == by_one_fold(entries, without=unsure)


def test_refreshing_in_batches_changes_nothing(embedded: Journal, file: AdHoc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adhoc, "BATCH", 50)
    entries = [entry(one.seq, one.fact, at=one.at + one.seq * HOUR) for one in calls(40)]
    old = [
        entry(seq, ContactOffered(contact_id=ContactId(f"x{seq}")), at=SPRING, node="import:x") for seq in range(1, 101)
    ]
    embedded.append([*entries, *old])
    steps: list[int] = []
    file.refresh(embedded, steps.append)
    assert in_file(file) == by_one_fold([*entries, *old])
    assert sum(steps) == 460
    file.refresh(embedded, steps.append)
    assert sum(steps) == 460, "level: nothing to do"


def test_tables_file_and_scan_agree(journal: Journal, file: AdHoc) -> None:
    entries = calls(200)
    journal.append(entries)
    IntervalFiller(journal, BERLIN).run()
    file.refresh(journal)
    answered = "count(*) FILTER (outcome = 'answered')"
    asked = file.ask(f"SELECT queue, count(*), {answered}, sum(waited_us)::BIGINT FROM visits GROUP BY queue")
    from_tables: dict[str | None, list[int]] = {}
    for _, queue, cell in IntervalTables(journal).cells("queue"):
        sums = from_tables.setdefault(queue, [0, 0, 0])
        for index, value in enumerate((cell.offered, cell.answered, cell.answered_wait_us)):
            sums[index] += value
    assert {queue: list(sums) for queue, *sums in asked.rows} == from_tables
    talked = file.ask("SELECT sum(talk_us)::BIGINT FROM legs").rows[0][0]
    assert talked == sum(one.fact.talk_us for one in entries if isinstance(one.fact, TalkEnded))


def test_an_old_or_broken_file_is_made_anew(embedded: Journal, file: AdHoc) -> None:
    entries = calls(3)
    embedded.append(entries)
    file.refresh(embedded)
    with duckdb.connect(str(file.path)) as connection:
        connection.execute("UPDATE filling_rules SET version = 'old'; CREATE TABLE other (x INTEGER)")
    file.refresh(embedded)
    assert in_file(file) == by_one_fold(entries)
    file.path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="delete it"):
        file.refresh(embedded)
    file.rebuild(embedded)
    assert in_file(file) == by_one_fold(entries)


def test_nobodys_data_is_in_it(embedded: Journal, file: AdHoc, tmp_path: Path) -> None:
    embedded.append(calls(3))
    file.refresh(embedded)
    for parquet in file.write_parquet(tmp_path / "parquet"):
        assert b"Caller" not in parquet.read_bytes()
    assert b"+4930" not in file.path.read_bytes()
    with duckdb.connect() as connection:
        assert connection.read_parquet(f"{tmp_path}/parquet/visits.parquet").count("*").fetchall() == [(3,)]


@pytest.mark.parametrize(
    "question",
    [
        "SELECT no_such_column FROM visits",
        "DELETE FROM visits",
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY visits TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "SET enable_external_access = true",
        "SET enable_progress_bar = true",
        "INSTALL httpfs",
        "SELECT",
    ],
)
def test_a_question_can_only_read_the_tables(embedded: Journal, file: AdHoc, question: str) -> None:
    embedded.append(calls(3))
    file.refresh(embedded)
    with pytest.raises(QuestionError):
        file.ask(question)
    assert file.ask("SELECT count(*) FROM contacts WHERE waited_s < ?", [60]).rows == [(3,)]


def test_a_file_that_is_not_there_or_in_use(embedded: Journal, file: AdHoc) -> None:
    with pytest.raises(StorageError, match="refresh it first"):
        file.ask("SELECT 1")
    file.refresh(embedded)
    assert file.ask("SELECT count(*) AS n FROM talks") == adhoc.Answer(columns=("n",), rows=[(0,)])
    held = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb; c = duckdb.connect({str(file.path)!r}); print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert held.stdout is not None
    held.stdout.readline()
    with pytest.raises(DatabaseLockedError, match="another process"):
        file.ask("SELECT 1")
    held.communicate(b"\n")
