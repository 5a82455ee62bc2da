"""Time and outcomes told anew: counted so by every way to a figure, whenever it was told, and never twice."""

from datetime import UTC
from typing import Any

import pytest

from facts.ids import AgentId, ContactId
from facts.journal import AgentTimeCorrected, DispositionCorrected, DispositionSet, Entry
from facts.time import DAY, HOUR, Instant
from reporting.kpi.board import Board
from reporting.kpi.corrections import replaced
from reporting.kpi.figures import Figure
from reporting.kpi.records import Span
from reporting.kpi.report import Query, answer, read
from tests.reporting.scenes import Scene, clock

ANN = AgentId("ann")
TRAINING = "NOT_READY:training"
DAYS_LATER = 20 * 86_400


def shift() -> Scene:
    """Two hours of an agent: an hour ready, a talk of ten minutes in its middle, then a break of an hour."""
    scene = Scene()
    scene.logs_in(0, "ann", team="north")
    scene.turns(0, "ann", "READY")
    scene.turns(1800, "ann", "READY", "TALKING")
    scene.turns(2400, "ann", "READY")
    scene.turns(3600, "ann", "NOT_READY", reason="break")
    scene.turns(7200, "ann", "READY")
    scene.logs_out(7800, "ann")
    scene.arrives(7900, "later")
    return scene


def correct(scene: Scene, told_at: float, start: float, end: float, state: str) -> AgentTimeCorrected:
    """As a supervisor's correction is made: of what counts at that moment."""
    pieces = replaced(read(scene, clock(start), clock(end)).records, ANN, clock(start), clock(end), state)
    fact = AgentTimeCorrected(
        agent_id=ANN, from_at=clock(start), to_at=clock(end), state=state, replaced=pieces, by="dana"
    )
    scene.tell(told_at, fact)
    return fact


def times(scene: Scene, end: Instant | None = None) -> dict[str, int]:
    """Seconds of each state, by the records of a report."""
    found: dict[str, int] = {}
    for span in read(scene, clock(-10), end or clock(8000)).records:
        if isinstance(span, Span):
            found[span.state] = found.get(span.state, 0) + (span.end - span.at) // 1_000_000
    return found


def figures(scene: Scene, *names: str, end: float = 8000, by: tuple[str, ...] = ()) -> dict[str, Figure]:
    return answer(scene, Query(start=clock(-10), end=clock(end), by=by, figures=names)).total.figures


def test_corrected_time_counts_as_told_and_every_second_once() -> None:
    scene = shift()
    before = figures(scene, "logged_in_s", "ready_s", "not_ready_s", "talking_s", "occupancy")
    correct(scene, DAYS_LATER, 1500, 4200, TRAINING)
    assert times(scene) == {"READY": 1500 + 600, "TALKING": 600, "NOT_READY:break": 3000, TRAINING: 300 + 1200 + 600}
    after = figures(scene, "logged_in_s", "ready_s", "not_ready_s", "talking_s", "occupancy")
    assert after["logged_in_s"] == before["logged_in_s"]
    assert after["talking_s"] == before["talking_s"], "a talk is the switch's word"
    assert (before["ready_s"].value, after["ready_s"].value) == (3600, 2100)
    assert (before["not_ready_s"].value, after["not_ready_s"].value) == (3600, 5100)


@pytest.mark.parametrize("told_at", [7850.0, 8001.0, 86_400.0, DAYS_LATER])
def test_it_does_not_matter_when_it_was_told(told_at: float) -> None:
    scene = shift()
    correct(scene, told_at, 3600, 7200, TRAINING)
    expected = {"READY": 1800 + 1200 + 600, "TALKING": 600, TRAINING: 3600}
    assert times(scene) == expected
    scene.arrives(told_at + 1, "much later")
    assert times(scene) == expected


def test_a_correction_is_corrected_like_anything_else() -> None:
    scene = shift()
    correct(scene, DAYS_LATER, 3600, 7200, TRAINING)
    correct(scene, DAYS_LATER + 10, 5000, 6000, "NOT_READY:break")
    correct(scene, DAYS_LATER + 20, 0, 7800, "READY")
    assert times(scene) == {"READY": 7200, "TALKING": 600}
    again = correct(scene, DAYS_LATER + 30, 0, 7800, "READY")
    assert again.replaced == (), "there is nothing more to change"


def test_ranges_beside_the_corrected_time_stay_as_they_are() -> None:
    scene = shift()
    correct(scene, DAYS_LATER, 3600, 7200, TRAINING)
    first = figures(scene, "ready_s", "not_ready_s", end=3600)
    assert (first["ready_s"].value, first["not_ready_s"].value) == (3000, 0)
    late = Query(start=clock(DAYS_LATER - 60), end=clock(DAYS_LATER + 60), figures=("logged_in_s",))
    assert answer(scene, late).total.figures["logged_in_s"].value in {0, None}


def outcome_scene() -> Scene:
    scene = Scene()
    scene.call(0, "k1", "ann", wait=5, talk=60)
    scene.call(100, "k2", "ann", wait=5, talk=60)
    for at, contact in ((70, "k1"), (170, "k2")):
        fact = DispositionSet(contact_id=ContactId(contact), agent_id=ANN, disposition="solved", resolved=True)
        scene.tell(at, fact)
    scene.arrives(400, "later")
    return scene


def correct_outcome(
    scene: Scene, told_at: float, contact: str, disposition: str, resolved: bool | None, **was: Any
) -> None:
    queued = next(e for e in scene.list if e.fact.kind == "ContactQueued" and e.fact.contact_id == contact)
    scene.tell(
        told_at,
        DispositionCorrected(
            contact_id=ContactId(contact),
            agent_id=ANN,
            queue=queued.fact.queue,
            queued_at=queued.at,
            entry_point="8000",
            disposition=disposition,
            resolved=resolved,
            by="dana",
            **{"was": "solved", "was_resolved": True, **was},
        ),
    )


@pytest.mark.parametrize("told_at", [200.0, 500.0, 2 * 86_400.0, DAYS_LATER])
def test_a_corrected_outcome_counts_anew_whenever_it_was_told(told_at: float) -> None:
    scene = outcome_scene()
    assert _resolution(scene) == (2, 2)
    correct_outcome(scene, told_at, "k2", "follow_up", False)
    assert _resolution(scene) == (1, 2)
    assert _by_disposition(scene) == {"solved": 1, "follow_up": 1}
    correct_outcome(scene, told_at + 1, "k2", "wrong_number", None, was="follow_up", was_resolved=False)
    assert _resolution(scene) == (1, 1)
    assert _by_disposition(scene) == {"solved": 1, "wrong_number": 1}


def _resolution(scene: Scene) -> tuple[Any, Any]:
    figure = figures(scene, "fcr_code", end=300)["fcr_code"]
    return figure.numerator, figure.denominator


def _by_disposition(scene: Scene) -> dict[str | None, Any]:
    report = answer(scene, Query(start=clock(-10), end=clock(300), by=("disposition",), figures=("answered",)))
    return {row.slice["disposition"]: row.figures["answered"].value for row in report.rows}


def test_the_board_of_the_day_says_what_the_report_says() -> None:
    scene = shift()
    correct(scene, 7850, 3600, 7200, TRAINING)
    scene.call(7900, "k1", "ann", wait=5, talk=60)
    scene.tell(8000, DispositionSet(contact_id=ContactId("k1"), agent_id=ANN, disposition="solved", resolved=True))
    correct_outcome(scene, 8100, "k1", "follow_up", False)
    board = Board(UTC)
    for entry in scene.list:
        board.apply(entry)
    now = clock(9000)
    names = ("ready_s", "not_ready_s", "logged_in_s", "fcr_code")
    of_board = board.state(now, names).total
    of_report = answer(scene, Query(start=clock(-HOUR / 1e6), end=now, figures=names)).total.figures
    assert of_board == of_report


def test_what_makes_no_sense_changes_nothing() -> None:
    scene = shift()
    expected = times(scene)
    real = correct(scene, 7850, 3600, 7200, TRAINING).replaced[0]
    scene.list.pop()
    for at, end in ((clock(3600), clock(3600)), (clock(8000), clock(9000)), (clock(0) - 400 * DAY, clock(0)), (5, 1)):
        piece = type(real)(at=at, end=end, state="READY")
        scene.tell(7850, AgentTimeCorrected(agent_id=ANN, from_at=0, to_at=1, state="X", replaced=(piece,), by="x"))
    assert times(scene) == expected
    assert isinstance(scene.list[-1], Entry)
