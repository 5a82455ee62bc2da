"""Schedules and forecasts from CSV: read in the zone, all mistakes at once."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from facts.time import HOUR, SECOND
from reporting.importers.plans import PlanError, read_forecast, read_schedule
from reporting.kpi.intervals import parse_moment

BERLIN = ZoneInfo("Europe/Berlin")


def put(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.csv"
    path.write_text(text)
    return path


def test_a_schedule_in_any_order_of_columns(tmp_path: Path) -> None:
    path = put(tmp_path, "start,end,agent\n2026-03-29T00:00,2026-03-29T04:00,ann\n")
    (planned,) = read_schedule(path, BERLIN)
    assert (planned.agent_id, planned.activity) == ("ann", "work")
    assert planned.end - planned.start == 3 * HOUR, "the clock goes forward in that night"


def test_a_forecast_with_or_without_handling_time(tmp_path: Path) -> None:
    path = put(tmp_path, "queue,start,offered,aht_s\nsales,2026-03-02T09:00,12.5,180\nsales,2026-03-02T09:30,10,\n")
    first, second = read_forecast(path, BERLIN)
    assert (first.offered, first.aht_us) == (12.5, 180 * SECOND)
    assert second.aht_us is None
    assert first.at == parse_moment("2026-03-02T08:00+00:00", BERLIN)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "agent,start,end\nann,2026-03-02T09:00,2026-03-02T08:00\n,2026-03-02,2026-03-03\nbob,soon,later\nbob\n",
    )
    with pytest.raises(PlanError) as raised:
        read_schedule(path, BERLIN)
    assert [line.split(":")[1] for line in str(raised.value).split("\n")] == ["2", "3", "4", "5"]


@pytest.mark.parametrize("text", ["", "agent,start\n", "who,when\n"])
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PlanError):
        read_schedule(put(tmp_path, text), BERLIN)


def test_overlapping_stretches_are_refused(tmp_path: Path) -> None:
    path = put(
        tmp_path, "agent,start,end\nann,2026-03-02T09:00,2026-03-02T12:00\nann,2026-03-02T11:00,2026-03-02T13:00\n"
    )
    with pytest.raises(PlanError, match="overlap"):
        read_schedule(path, BERLIN)


@pytest.mark.parametrize("number", ["-1", "many", "nan", "inf"])
def test_a_forecast_is_a_number(tmp_path: Path, number: str) -> None:
    with pytest.raises(PlanError, match="no number"):
        read_forecast(put(tmp_path, f"queue,start,offered\nsales,2026-03-02,{number}\n"), BERLIN)
