"""Agent time: every second of a log-in in one state, through restarts and across intervals."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from facts.time import SECOND
from reporting.kpi.intervals import to_instant
from reporting.kpi.report import Query, build, read
from tests.reporting.scenes import Scene, clock


def times(scene: Scene, *by: str, **query: object) -> dict[tuple[str | None, ...], dict[str, float | None]]:
    figures = (
        "logged_in_s", "ready_s", "reserved_s", "talking_s", "holding_s", "wrapping_up_s", "not_ready_s", "occupancy",
    )  # fmt: skip
    report = build(read(scene, None, None), Query(by=by, figures=figures, **query))  # type: ignore[arg-type]
    rows = (*report.rows, report.total)
    return {tuple(row.slice.values()): {name: figure.value for name, figure in row.figures.items()} for row in rows}


def shift() -> Scene:
    scene = Scene()
    scene.logs_in(0, "ann", team="north")
    scene.turns(60, "ann", "READY")
    scene.turns(100, "ann", "READY", "RESERVED")
    scene.turns(105, "ann", "READY", "TALKING")
    scene.turns(155, "ann", "READY", "HOLD")
    scene.turns(165, "ann", "READY", "TALKING")
    scene.turns(205, "ann", "READY", "WRAP_UP")
    scene.turns(235, "ann", "NOT_READY", reason="break")
    return scene


def test_every_second_is_in_one_state() -> None:
    scene = shift()
    scene.logs_out(300, "ann")
    row = times(scene)[()]
    assert row["logged_in_s"] == 300
    parts = ("ready_s", "reserved_s", "talking_s", "holding_s", "wrapping_up_s", "not_ready_s")
    assert [row[part] for part in parts] == [40, 5, 90, 10, 30, 125]
    assert row["occupancy"] == 130 / 170


def test_an_open_log_in_counts_up_to_the_last_fact() -> None:
    scene = shift()
    scene.arrives(400, "somebody")
    assert times(scene)[()]["logged_in_s"] == 400


def test_time_falls_into_the_intervals_in_which_it_was_spent() -> None:
    scene = Scene()
    scene.logs_in(0, "ann")
    scene.turns(600, "ann", "READY")
    scene.logs_out(2000, "ann")
    rows = times(scene, "15min")
    quarter = [rows[f"2026-03-02T09:{minute:02d}+00:00",] for minute in (0, 15, 30)]
    assert [row["logged_in_s"] for row in quarter] == [900, 900, 200]
    assert [row["ready_s"] for row in quarter] == [300, 900, 200]


def test_a_range_cuts_time_at_its_borders() -> None:
    scene = shift()
    scene.logs_out(300, "ann")
    assert times(scene, start=clock(90), end=clock(110))[()] == {
        "logged_in_s": 20,
        "ready_s": 10,
        "reserved_s": 5,
        "talking_s": 5,
        "holding_s": 0,
        "wrapping_up_s": 0,
        "not_ready_s": 0,
        "occupancy": 5 / 15,
    }


def test_a_restart_ends_log_ins_at_the_last_fact_before() -> None:
    scene = Scene()
    scene.logs_in(0, "ann")
    scene.turns(10, "ann", "READY")
    scene.arrives(100, "last")
    scene.restarts(500)
    scene.arrives(600, "next")
    assert times(scene)[()]["logged_in_s"] == 100
    scene.logs_in(700, "ann")
    scene.logs_out(800, "ann")
    assert times(scene)[()]["logged_in_s"] == 200


def test_an_agent_who_is_taken_over_was_there_all_the_time() -> None:
    scene = Scene()
    scene.logs_in(0, "ann")
    scene.turns(10, "ann", "READY", "TALKING")
    scene.restarts(500)
    scene.turns(510, "ann", "READY", "TALKING")
    scene.logs_out(700, "ann")
    assert times(scene)[()]["talking_s"] == 690


def test_agents_are_sliced_by_team_and_skill() -> None:
    scene = Scene()
    scene.logs_in(0, "ann", team="north", english=5, billing=2)
    scene.logs_in(0, "bob", team="south", english=3)
    scene.logs_out(100, "ann")
    scene.logs_out(200, "bob")
    assert {key[0]: row["logged_in_s"] for key, row in times(scene, "team").items() if key} == {
        "north": 100,
        "south": 200,
    }
    assert {key[0]: row["logged_in_s"] for key, row in times(scene, "skill").items() if key} == {
        "english": 300,
        "billing": 100,
    }


def test_a_night_shift_through_the_clock_change_counts_real_seconds() -> None:
    begin = to_instant(datetime(2026, 3, 28, 23, tzinfo=UTC))
    scene = Scene()
    scene.logs_in((begin - clock(0)) / SECOND, "ann")
    scene.logs_out((begin - clock(0)) / SECOND + 4 * 3600, "ann")
    rows = times(scene, "day", zone=ZoneInfo("Europe/Berlin"))
    assert rows["2026-03-29",]["logged_in_s"] == 4 * 3600
    hours = [key[0] for key in times(scene, "hour", zone=ZoneInfo("Europe/Berlin")) if key]
    assert hours == [
        f"2026-03-29T{hour}:00+0{offset}:00" for hour, offset in (("00", 1), ("01", 1), ("03", 2), ("04", 2))
    ]
