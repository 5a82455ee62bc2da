"""Corrections that come days late: tables, raw contacts and facts count the same, on both databases."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from facts.ids import AgentId, ContactId, NodeName
from facts.journal import AgentTimeCorrected, DispositionCorrected, DispositionSet, Entry
from facts.time import DAY
from reporting.kpi.corrections import replaced
from reporting.kpi.figures import Figure
from reporting.kpi.from_cells import build_from_cells
from reporting.kpi.report import Query, Report, answer, read
from storage.adhoc import AdHoc
from storage.filling import IntervalFiller
from storage.intervals import IntervalTables
from storage.journal import Journal
from tests.reporting.scenes import Scene, clock

BERLIN = ZoneInfo("Europe/Berlin")
LATER = 40 * 86_400
NAMES = ("logged_in_s", "ready_s", "not_ready_s", "talking_s", "fcr_code", "answered", "occupancy")


def scene_of_a_day() -> Scene:
    scene = Scene()
    for agent, team in (("ann", "north"), ("bob", "south")):
        scene.logs_in(0, agent, team=team)
        scene.turns(0, agent, "READY")
    for number in range(20):
        contact = f"k{number}"
        scene.call(100 + 300 * number, contact, "ann", wait=5, talk=60)
        fact = DispositionSet(
            contact_id=ContactId(contact), agent_id=AgentId("ann"), disposition="solved", resolved=True
        )
        scene.tell(200 + 300 * number, fact)
    scene.turns(7000, "ann", "NOT_READY", reason="break")
    scene.turns(9000, "ann", "READY")
    for agent in ("ann", "bob"):
        scene.logs_out(10_000, agent)
    return scene


def corrections(scene: Scene) -> list[AgentTimeCorrected | DispositionCorrected]:
    ann = AgentId("ann")
    start, end = clock(6900), clock(8000)
    pieces = replaced(read(scene, start, end).records, ann, start, end, "NOT_READY:training")
    assert len(pieces) == 2
    queued = next(e for e in scene.list if e.fact.kind == "ContactQueued" and e.fact.contact_id == "k7")
    return [
        AgentTimeCorrected(
            agent_id=ann, from_at=start, to_at=end, state="NOT_READY:training", replaced=pieces, by="dana"
        ),
        DispositionCorrected(
            contact_id=ContactId("k7"),
            agent_id=ann,
            queue=queued.fact.queue,
            queued_at=queued.at,
            entry_point="8000",
            disposition="follow_up",
            resolved=False,
            was="solved",
            was_resolved=True,
            by="dana",
        ),
    ]


def query(by: tuple[str, ...]) -> Query:
    return Query(by=by, start=clock(-3600), end=clock(36_000), zone=BERLIN, figures=NAMES)


def of_tables(journal: Journal, by: tuple[str, ...]) -> Report:
    with IntervalTables(journal).reading() as now:
        assert now.rules is not None
        return build_from_cells(now, query(by), as_of=clock(LATER + 1), days_of=now.rules.zone)


def rows(report: Report) -> dict[tuple[str | None, ...], dict[str, Figure]]:
    return {tuple(row.slice.values()): row.figures for row in report.rows}


@pytest.mark.parametrize("filled_before", [True, False])
def test_late_corrections_are_in_tables_facts_and_raw_contacts_alike(
    journal: Journal, tmp_path: Path, filled_before: bool
) -> None:
    scene = scene_of_a_day()
    journal.append(scene.list)
    file = AdHoc(tmp_path / "contacts.duckdb")
    if filled_before:
        IntervalFiller(journal, BERLIN).run()
        file.refresh(journal)
    for place, fact in enumerate(corrections(scene)):
        scene.tell(LATER + place, fact)
    journal.append(scene.list[-2:])
    IntervalFiller(journal, BERLIN).run()
    file.refresh(journal)
    for by in (("agent",), ("queue",), ("entry_point",), ("agent", "hour")):
        assert rows(of_tables(journal, by)) == rows(answer(journal, query(by))), by
    spans = file.ask('SELECT state, sum("end" - "at") // 1000000 FROM spans WHERE agent_id = \'ann\' GROUP BY 1').rows
    found = {state: int(seconds) for state, seconds in spans}
    assert sum(found.values()) == 10_000
    assert (found["NOT_READY:training"], found["NOT_READY:break"]) == (1100, 1000)
    told = file.ask("SELECT disposition, count(*) FROM contacts GROUP BY 1 ORDER BY 1").rows
    assert told == [("follow_up", 1), ("solved", 19)]
    IntervalFiller(journal, BERLIN).rebuild()
    assert rows(of_tables(journal, ("agent",))) == rows(answer(journal, query(("agent",))))


def test_corrections_are_found_by_an_index_of_their_own(journal: Journal) -> None:
    scene = scene_of_a_day()
    for place, fact in enumerate(corrections(scene)):
        scene.tell(LATER + place, fact)
    journal.append(scene.list)
    kinds = {"AgentTimeCorrected", "DispositionCorrected"}
    found: list[Entry] = list(journal.entries(clock(0) + DAY, kinds=kinds))
    assert [entry.fact.kind for entry in found] == ["AgentTimeCorrected", "DispositionCorrected"]
    if journal.path is not None:
        plan = (
            "EXPLAIN QUERY PLAN SELECT seq FROM journal WHERE node = 'x' AND seq >= 1 "
            "AND kind IN ('AgentTimeCorrected', 'DispositionCorrected') ORDER BY seq LIMIT 10"
        )
        with journal.transaction(writes=False) as connection:
            assert "journal_correction" in str(connection.exec_driver_sql(plan).all())
    assert journal.last_seq(NodeName("node-1")) == len(scene.list)
