"""Adherence and utilisation: what was planned against what was done."""

from facts.ids import AgentId
from reporting.kpi.figures import Figure
from reporting.kpi.report import Query, answer
from reporting.kpi.schedules import Planned
from tests.reporting.scenes import Scene, clock

ANN = AgentId("ann")


def planned(start: float, end: float, activity: str = "work") -> Planned:
    return Planned(agent_id=ANN, start=clock(start), end=clock(end), activity=activity)


def figures(scene: Scene, *plan: Planned, by: tuple[str, ...] = ("agent",)) -> dict[str, dict[str, Figure]]:
    query = Query(by=by, figures=("adherence", "utilisation"), schedule=plan, productive=frozenset({"training"}))
    return {row.slice[by[0]] or "": row.figures for row in answer(scene, query).rows}


def shift() -> Scene:
    """Logged in from 0 to 4000: ready from 600, break from 2000 to 2600, talking from 3000."""
    scene = Scene()
    scene.logs_in(0, "ann", team="north")
    scene.turns(600, "ann", "READY")
    scene.turns(2000, "ann", "NOT_READY", reason="break")
    scene.turns(2600, "ann", "READY")
    scene.turns(3000, "ann", "READY", "TALKING")
    scene.logs_out(4000, "ann")
    return scene


def test_work_is_kept_while_ready_or_busy() -> None:
    adherence = figures(shift(), planned(0, 4000))["ann"]["adherence"]
    assert (adherence.numerator, adherence.denominator) == (2800, 4000)


def test_a_break_is_kept_on_break_or_logged_out() -> None:
    rows = figures(shift(), planned(0, 2000), planned(2000, 2600, "break"), planned(3900, 4000, "meal"))
    assert rows["ann"]["adherence"].numerator == 1400 + 600
    scene = shift()
    scene.arrives(5000, "somebody")
    assert figures(scene, planned(4000, 5000, "meal"))["ann"]["adherence"].value == 1.0


def test_utilisation_is_time_at_work_over_scheduled_time() -> None:
    scene = shift()
    scene.logs_in(4000, "ann")
    scene.turns(4000, "ann", "NOT_READY", reason="training")
    scene.logs_out(4500, "ann")
    assert figures(scene, planned(0, 4500))["ann"]["utilisation"].value == 1500 / 4500


def test_plans_fall_into_their_intervals_and_teams() -> None:
    assert figures(shift(), planned(0, 1800), by=("team",))["north"]["adherence"].denominator == 1800
    rows = figures(shift(), planned(0, 1800), by=("15min",))
    assert rows["2026-03-02T09:00+00:00"]["adherence"].value == 300 / 900
    assert rows["2026-03-02T09:15+00:00"]["adherence"].value == 1.0


def test_without_a_schedule_there_is_no_data() -> None:
    assert figures(shift())["ann"]["adherence"].value is None


def test_what_is_planned_beyond_the_last_fact_does_not_count_yet() -> None:
    assert figures(shift(), planned(0, 100_000))["ann"]["adherence"].denominator == 4000
