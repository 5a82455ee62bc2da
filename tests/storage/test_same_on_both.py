"""SQLite and PostgreSQL hold the same journal: the same entries, hashes but for the salts, cells, and reports."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from facts.journal import Entry
from facts.time import HOUR
from reporting.exports.as_json import json_bytes, report_json
from reporting.kpi.from_cells import build_from_cells
from reporting.kpi.report import Query, answer
from storage.filling import IntervalFiller
from storage.intervals import IntervalTables
from storage.journal import Journal, open_journal
from tests.servers.postgresql import PostgresqlServer
from tests.storage.entries import calls, entry

ZONE = ZoneInfo("Europe/Berlin")
QUERIES = [
    Query(by=by, zone=ZONE, figures=("offered", "answered", "asa_s", "service_level", "talk_s", "wait_p90_s"))
    for by in ((), ("queue",), ("queue", "hour"), ("day",))
]


def history() -> list[Entry]:
    """Two daemons by turns, and an import, over two days."""
    mine = [entry(one.seq, one.fact, at=one.at + one.seq * HOUR // 20) for one in calls(100)]
    other = [entry(one.seq, one.fact, at=one.at + 7, node="b") for one in calls(20)]
    return [*mine, *other, *calls(30, node="import:old")]


@pytest.fixture
def both(tmp_path: Path, postgresql: PostgresqlServer) -> Iterator[tuple[Journal, Journal]]:
    addresses = (tmp_path / "journal.sqlite3", postgresql.emptied_database())
    with open_journal(addresses[0]) as embedded, open_journal(addresses[1]) as server:
        for journal in (embedded, server):
            journal.append(history())
        yield embedded, server


@pytest.mark.server
def test_entries_are_the_same(both: tuple[Journal, Journal]) -> None:
    embedded, server = (list(journal.entries()) for journal in both)
    assert embedded == server


@pytest.mark.server
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: ",".join(query.by) or "all")
def test_reports_are_the_same_bytes(both: tuple[Journal, Journal], query: Query) -> None:
    from_facts = [json_bytes(report_json(answer(journal, query))) for journal in both]
    assert from_facts[0] == from_facts[1]
    from_tables = []
    for journal in both:
        IntervalFiller(journal, ZONE).run()
        with IntervalTables(journal).reading() as tables:
            as_of = max(filled.as_of for filled in tables.filled.values())
            report = build_from_cells(tables, query, as_of=as_of, days_of=ZONE.key)
        from_tables.append(json_bytes(report_json(report)))
    assert from_tables[0] == from_tables[1] == from_facts[0]
