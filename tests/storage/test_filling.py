"""Interval tables hold what one fold of the whole journal gives, however often the filler stopped in between."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from facts.ids import AgentId, ContactId, QueueName
from facts.journal import AnyFact, ContactOffered, Entry
from facts.time import HOUR, MINUTE, SECOND, Instant
from reporting.kpi.cells import Cell
from reporting.kpi.fold import Fold
from reporting.kpi.from_cells import GRAINS, Grain
from reporting.kpi.intervals import Calendar
from reporting.kpi.live import FAMILIES, Cells
from storage import filling, intervals
from storage.errors import ForeignWriterError
from storage.filling import IntervalFiller, level
from storage.intervals import MOST_LOOSE, IntervalTables, Rules
from storage.journal import Journal, open_journal
from storage.retention import retain
from storage.schema import interval_cell, interval_sheet, metadata
from tests.storage.entries import START, calls, entry
from tests.storage.strategies import facts

GENERATE = (Phase.explicit, Phase.generate)
"""Making a failing example smaller takes minutes where each needs a database."""

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = 1_774_742_400 * SECOND
"""2026-03-29 00:00 UTC: the clocks of Berlin jump an hour later."""

Slices = dict[tuple[Instant, str | None], dict[str, Any]]


def counted(cell: Cell) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(cell).items() if value}


def by_one_fold(entries: Sequence[Entry], family: str, grain: Grain) -> Slices:
    """The same, by the fold alone: the open stretches included, empty cells left out."""
    cells = Cells()
    fold = Fold(cells)
    fold.apply_all(entries)
    for span in fold.agents.open_spans(fold.now):
        cells.add_span(span)
    calendar = Calendar(BERLIN)
    found: dict[Any, Cell] = defaultdict(Cell)
    for quarter, key, cell in cells.of(family):
        found[quarter if grain == "15min" else calendar.begin(grain, quarter), key].add(cell)
    return {place: there for place, cell in found.items() if (there := counted(cell))}


def in_tables(journal: Journal, family: str, grain: Grain = "15min") -> Slices:
    found = {(start, key): cell for start, key, cell in IntervalTables(journal).cells(family, grain=grain)}
    return {place: there for place, cell in found.items() if (there := counted(cell))}


def assert_equal(journal: Journal, entries: Sequence[Entry]) -> None:
    for family in FAMILIES:
        for grain in GRAINS:
            assert in_tables(journal, family, grain) == by_one_fold(entries, family, grain), (family, grain)


def test_tables_equal_one_fold(journal: Journal) -> None:
    entries = calls(50)
    journal.append(entries)
    IntervalFiller(journal, BERLIN).run()
    assert_equal(journal, entries)
    assert sum(cell["offered"] for cell in in_tables(journal, "queue").values()) == 50
    assert IntervalTables(journal).lag() == 0


FEW: dict[str, st.SearchStrategy[Any]] = {
    "contact_id": st.sampled_from([ContactId("c1"), ContactId("c2"), ContactId("c3")]),
    "agent_id": st.sampled_from([AgentId("a1"), AgentId("a2")]),
    "queue": st.sampled_from([QueueName("q1"), QueueName("q2")]),
    "offer_id": st.sampled_from(["o1", "o2"]),
    "waited_us": st.integers(0, HOUR),
    "talk_us": st.integers(0, HOUR),
    "hold_us": st.none() | st.integers(0, MINUTE),
    "wrap_up_known": st.booleans(),
    "took_us": st.integers(0, HOUR),
    "rang_us": st.integers(0, MINUTE),
    "joined_at": st.integers(SPRING, SPRING + HOUR),
    "expected_wait_us": st.integers(0, HOUR),
    "requirement": st.sampled_from(["", "german >= 5"]),
    "worst": st.just(1),
    "best": st.just(5),
    "score": st.integers(1, 5),
}


@st.composite
def busy_hours(draw: st.DrawFn) -> list[Entry]:
    """Facts of few contacts, agents and queues, so that they meet; in any order, as after a crash or a bug."""
    at, entries = SPRING, []
    for seq in range(1, draw(st.integers(2, 60))):
        fact: AnyFact = draw(facts)
        changes = {name: draw(FEW[name]) for name in fact.__struct_fields__ if name in FEW}
        at += draw(st.sampled_from([0, SECOND, MINUTE, 7 * MINUTE, 40 * MINUTE, 9 * HOUR, 25 * HOUR]))
        entries.append(entry(seq, msgspec.structs.replace(fact, **changes), at=at))
    return entries


@settings(max_examples=30, phases=GENERATE, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=busy_hours(), cuts=st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_stopping_and_starting_again_changes_nothing(embedded: Journal, entries: list[Entry], cuts: list[int]) -> None:
    empty(embedded)
    written = 0
    for cut in [*cuts, len(entries)]:
        embedded.append(entries[written : written + cut])
        written += cut
        filler = IntervalFiller(embedded, BERLIN)
        while filler.step(7):
            pass
    assert_equal(embedded, entries)


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "journal.sqlite3") as journal:
        yield journal


def empty(journal: Journal) -> None:
    with journal.engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    journal._heads.clear()


def test_imports_are_folded_apart_and_days_are_the_zones(journal: Journal) -> None:
    mine = calls(5)
    journal.append(mine)
    filler = IntervalFiller(journal, BERLIN)
    filler.run()
    old = [
        entry(
            seq,
            ContactOffered(contact_id=ContactId(f"x{seq}"), entry_point="old"),
            at=SPRING + seq * HOUR,
            node="import:x",
        )
        for seq in range(1, 47)
    ]
    journal.append(old)
    filler.run()
    assert sum(cell["contacts"] for cell in in_tables(journal, "entry_point").values()) == 51
    days = {
        start: cell["contacts"]
        for (start, key), cell in in_tables(journal, "entry_point", "day").items()
        if key == "old"
    }
    assert days == {SPRING - HOUR: 22 - 1, SPRING - HOUR + 23 * HOUR: 24, SPRING + 46 * HOUR: 1}, "a day of 23 hours"


def test_another_zone_or_other_rules_fill_anew(journal: Journal) -> None:
    entries = calls(5)
    journal.append(entries)
    IntervalFiller(journal, ZoneInfo("Asia/Shanghai")).run()
    tables = IntervalTables(journal)
    assert tables.rules() != Rules(version="1", zone="Europe/Berlin")
    filler = IntervalFiller(journal, BERLIN)
    assert tables.lag() == len(entries)
    filler.run()
    assert_equal(journal, entries)


def test_rebuilding_gives_the_same(journal: Journal) -> None:
    entries = calls(20)
    journal.append(entries)
    filler = IntervalFiller(journal, BERLIN)
    filler.run()
    before = {family: in_tables(journal, family) for family in FAMILIES}
    done: list[int] = []
    filler.rebuild(done.append)
    assert {family: in_tables(journal, family) for family in FAMILIES} == before
    assert sum(done) == len(entries)


def test_a_range_is_cut_at_its_intervals(journal: Journal) -> None:
    journal.append(
        [
            entry(seq, ContactOffered(contact_id=ContactId(str(seq))), at=SPRING + seq * 15 * MINUTE)
            for seq in range(1, 9)
        ]
    )
    IntervalFiller(journal, BERLIN).run()
    found = list(IntervalTables(journal).cells("entry_point", SPRING + 30 * MINUTE, SPRING + HOUR))
    assert [(start, key, cell.contacts) for start, key, cell in found] == [
        (SPRING + 30 * MINUTE, None, 1),
        (SPRING + 45 * MINUTE, None, 1),
    ]


def test_many_changes_go_into_sheets_and_few_stay_beside_them(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = calls(300)
    journal.append(entries)
    monkeypatch.setattr(intervals, "MOST_LOOSE", 40)
    filler = IntervalFiller(journal, BERLIN)
    seen = set()
    while filler.step(11):
        with journal.transaction(writes=False) as connection:
            loose, sheets = (
                connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in (interval_cell, interval_sheet)
            )
            seen.add((loose > 0, sheets > 0))
            assert loose <= 40 < MOST_LOOSE
    assert seen == {(True, False), (False, True), (True, True)}
    assert_equal(journal, entries)


def test_two_fillers_do_not_count_twice(journal: Journal) -> None:
    entries = calls(4)
    journal.append(entries[:18])
    one, other = IntervalFiller(journal, BERLIN), IntervalFiller(journal, BERLIN)
    one.run()
    other.run()
    journal.append(entries[18:])
    one.run()
    with pytest.raises(ForeignWriterError, match="another process fills"):
        other.run()
    other.run()
    assert_equal(journal, entries)


def test_retention_leaves_the_tables(journal: Journal) -> None:
    entries = calls(4)
    journal.append(entries)
    IntervalFiller(journal, BERLIN).run()
    retain(journal, since=START * 2, at=START, by="Dana")
    assert_equal(journal, entries)
    IntervalFiller(journal, BERLIN).run()
    assert_equal(journal, entries)


def test_a_daemon_that_fills_is_left_alone(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "OTHERS_FILL_S", 60.0)
    filler = IntervalFiller(journal, BERLIN)
    journal.append(list(calls(30)))
    filler.step(20)
    there = IntervalTables(journal).filled()
    daemon = threading.Timer(0.3, filler.step, [20])
    daemon.start()
    level(journal, BERLIN)
    daemon.join()
    assert IntervalTables(journal).filled() != there
    assert IntervalTables(journal).lag() > 0, "the daemon goes on"


def test_tables_that_nobody_fills_are_brought_level_in_their_own_zone(journal: Journal) -> None:
    journal.append(list(calls(30)))
    IntervalFiller(journal, BERLIN).step(20)
    level(journal, ZoneInfo("UTC"))
    tables = IntervalTables(journal)
    assert tables.lag() == 0
    rules = tables.rules()
    assert rules is not None
    assert rules.zone == BERLIN.key
