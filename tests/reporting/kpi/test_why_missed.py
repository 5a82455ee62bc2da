"""Why a target was missed: shares that add up, and each cause found where it was made."""

import io
from datetime import UTC

import msgspec
import pytest
from rich.console import Console

from facts.ids import QueueName
from facts.states import LeftQueue
from facts.time import MINUTE, SECOND
from reporting.exports.missed import missed_text
from reporting.kpi.forecasts import Forecast
from reporting.kpi.report import read
from reporting.kpi.service_level import Target
from reporting.kpi.why_missed import SKILLS, Blame, Miss, Plan, misses
from tests.reporting.scenes import Scene, clock

SALES = QueueName("sales")


def half_hour(*, calls: int, agents: int, talk: float, not_ready: int = 0) -> Scene:
    """A half hour in which calls come evenly to agents who are all alike; each waits for the first free one."""
    scene = Scene()
    for number in range(agents):
        scene.logs_in(0, f"a{number}")
        if number >= not_ready:
            scene.turns(0, f"a{number}", "READY")
    free = [0.0] * (agents - not_ready)
    for number in range(calls):
        at = number * 1800 / calls
        who = min(range(len(free)), key=free.__getitem__)
        wait = max(0.0, free[who] - at)
        free[who] = at + wait + talk
        scene.call(at, f"c{number}", f"a{not_ready + who}", wait=wait, talk=talk)
    for number in range(agents):
        scene.logs_out(1800, f"a{number}")
    scene.list.sort(key=lambda entry: entry.at)
    return scene


def only_miss(scene: Scene, forecast: float, aht_s: float) -> Miss:
    plan = Plan(
        target=Target(goal=0.8, threshold_us=20 * SECOND),
        zone=UTC,
        forecasts=(Forecast(queue=SALES, at=clock(0), offered=forecast, aht_us=round(aht_s * SECOND)),),
    )
    found = misses(read(scene, None, None).records, SALES, clock(0), clock(1800), plan)
    assert len(found) == 1
    return found[0]


def shown(found: list[Miss]) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(missed_text("sales", found, UTC))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def shares(miss: Miss) -> dict[str, float]:
    return {blame.cause: blame.share for blame in miss.blames}


def greatest(miss: Miss) -> Blame:
    return max(miss.blames, key=lambda blame: blame.share)


def test_the_shares_add_up_to_the_fall() -> None:
    miss = only_miss(half_hour(calls=90, agents=6, talk=150, not_ready=1), forecast=60, aht_s=120)
    assert sum(shares(miss).values()) == pytest.approx(miss.planned - miss.observed, abs=1e-12)
    assert miss.planned >= miss.goal > miss.observed


@pytest.mark.parametrize(
    ("cause", "scene", "forecast", "aht_s"),
    [
        ("volume", half_hour(calls=110, agents=6, talk=120), 60, 120),
        ("handling_time", half_hour(calls=60, agents=6, talk=200), 60, 120),
        ("staffing", half_hour(calls=60, agents=3, talk=120), 60, 120),
        ("not_ready", half_hour(calls=60, agents=6, talk=120, not_ready=3), 60, 120),
    ],
)
def test_the_cause_that_was_made_has_the_greatest_share(
    cause: str, scene: Scene, forecast: float, aht_s: float
) -> None:
    assert greatest(only_miss(scene, forecast, aht_s)).cause == cause


def test_behind_each_share_stand_contacts_and_agents() -> None:
    miss = only_miss(half_hour(calls=60, agents=6, talk=120, not_ready=3), forecast=60, aht_s=100)
    by_cause = {blame.cause: blame for blame in miss.blames}
    assert {agent for agent, _ in by_cause["not_ready"].agents} == {"a0", "a1", "a2"}
    assert [seconds for _, seconds in by_cause["not_ready"].agents] == [1800.0] * 3
    assert by_cause["volume"].contacts[0][1] >= by_cause["volume"].contacts[-1][1] > 20
    assert all(seconds == 20 for _, seconds in by_cause["handling_time"].contacts)
    assert by_cause["staffing"].planned == miss.required_agents
    assert by_cause["staffing"].actual == 6


def test_ready_agents_while_contacts_wait_are_laid_to_skills() -> None:
    scene = Scene()
    for agent in ("ann", "bob", "cyn", "dan"):
        scene.logs_in(0, agent)
        scene.turns(0, agent, "READY")
    for number in range(10):
        scene.call(number * 100, f"c{number}", ("ann", "bob", "cyn", "dan")[number % 4], wait=60, talk=50)
    for agent in ("ann", "bob", "cyn", "dan"):
        scene.logs_out(1800, agent)
    scene.list.sort(key=lambda entry: entry.at)
    assert greatest(only_miss(scene, forecast=10, aht_s=50)).cause == SKILLS


def test_without_agents_time_staffing_has_no_data() -> None:
    scene = Scene()
    for number in range(30):
        scene.call(number * 50, f"c{number}", "ann", wait=40, talk=100)
    scene.list.sort(key=lambda entry: entry.at)
    by_cause = {blame.cause: blame for blame in only_miss(scene, forecast=30, aht_s=100).blames}
    assert by_cause["staffing"].actual is None
    assert by_cause["staffing"].share == 0


def test_the_forecast_is_the_mean_of_four_weeks() -> None:
    week = 7 * 24 * 3600
    scene = Scene()
    for weeks, calls in ((4, 10), (3, 20), (2, 30), (1, 40), (0, 100)):
        for number in range(calls):
            at = -weeks * week + number
            scene.call(at, f"w{weeks}/{number}", "ann", wait=30 if not weeks else 1, talk=100)
    scene.list.sort(key=lambda entry: entry.at)
    plan = Plan(target=Target(goal=0.8), zone=UTC)
    (miss,) = misses(read(scene, None, None).records, SALES, clock(0), clock(0) + 30 * MINUTE, plan)
    volume = next(blame for blame in miss.blames if blame.cause == "volume")
    assert (volume.planned, volume.actual, miss.forecast_weeks) == (50, 200, 4)


def test_an_interval_without_contacts_counts_on_a_day_that_had_some() -> None:
    week, scene = 7 * 24 * 3600, Scene()
    for weeks, calls, later in ((4, 10, 0), (3, 0, 0), (2, 30, 0), (1, 8, 3600), (0, 100, 0)):
        for number in range(calls):
            at = -weeks * week + number + later
            scene.call(at, f"w{weeks}/{number}", "ann", wait=1 if weeks else 30, talk=100)
    scene.list.sort(key=lambda entry: entry.at)
    plan = Plan(target=Target(goal=0.8), zone=UTC)
    (miss,) = misses(read(scene, None, None).records, SALES, clock(0), clock(0) + 30 * MINUTE, plan)
    volume = next(blame for blame in miss.blames if blame.cause == "volume")
    assert miss.forecast_weeks == 3, "the third week before was not open"
    assert volume.planned == pytest.approx(2 * (10 + 30 + 0) / 3)


def test_a_running_interval_is_judged_by_what_has_passed_of_it() -> None:
    """Ten minutes into the half hour two agents are two agents, and nobody is missing for the time to come."""
    scene = Scene()
    for name in ("ann", "bob"):
        scene.logs_in(0, name)
        scene.turns(0, name, "READY")
    for number in range(20):
        scene.call(number * 30, f"c{number}", "ann", wait=30, talk=20)
    scene.list.sort(key=lambda entry: entry.at)
    history = read(scene, None, clock(1800))
    plan = Plan(target=Target(goal=0.8, threshold_us=20 * SECOND), zone=UTC, as_of=history.as_of)
    (miss,) = misses(history.records, SALES, clock(0), clock(1800), plan)
    by_cause = {blame.cause: blame for blame in miss.blames}
    assert (miss.start, miss.end) == (clock(0), clock(1800))
    assert by_cause["staffing"].actual == pytest.approx(2, abs=0.01)
    minutes = (history.as_of - clock(0)) / MINUTE
    assert by_cause["volume"].actual == pytest.approx(20 / minutes * 60)


def test_without_forecast_and_history_volume_and_handling_have_no_plan() -> None:
    scene = half_hour(calls=60, agents=3, talk=120)
    plan = Plan(target=Target(goal=0.8), zone=UTC)
    (miss,) = misses(read(scene, None, None).records, SALES, clock(0), clock(1800), plan)
    by_cause = {blame.cause: blame for blame in miss.blames}
    for cause in ("volume", "handling_time"):
        assert (by_cause[cause].planned, by_cause[cause].share) == (None, 0)
        assert by_cause[cause].actual
    assert by_cause["staffing"].planned == miss.required_agents
    assert by_cause["staffing"].contacts, "those who waited too long"
    assert sum(shares(miss).values()) == pytest.approx(miss.planned - miss.observed, abs=1e-12)


LATE, GONE, SOON, ELSE = {"late"}, {"gone"}, {f"soon{number}" for number in range(4)}, {"else0", "else1", "else2"}


def mixed_half_hour() -> Scene:
    """8 answered in time and one late; of those who gave up, 4 did soon and one did not; 3 left otherwise."""
    scene = Scene()
    for number in range(8):
        scene.call(number * 60, f"good{number}", "ann", wait=5, talk=40)
    scene.call(500, "late", "ann", wait=40, talk=40)
    for name in sorted(SOON):
        scene.lost_call(600, name, wait=3)
    scene.lost_call(700, "gone", wait=50)
    for name in sorted(ELSE):
        scene.queued(800, name)
        scene.leaves(860, name, LeftQueue.TIMED_OUT, 60)
    scene.list.sort(key=lambda entry: entry.at)
    return scene


@pytest.mark.parametrize(
    ("formula", "level", "late", "otherwise"),
    [
        ("SL1", 8 / 9, LATE, None),
        ("SL2", 12 / 14, LATE | GONE, None),
        ("SL3", 8 / 14, LATE | GONE | SOON, None),
        ("SL4", 8 / 10, LATE | GONE, None),
        ("SL5", 12 / 14, LATE | GONE, None),
        ("SL6", 8 / 10, LATE | GONE, None),
        ("SL7", 8 / 17, LATE | GONE | SOON, 8 / 14 - 8 / 17),
        ("SL8", 12 / 17, LATE | GONE, 12 / 14 - 12 / 17),
    ],
)
def test_intervals_are_judged_by_the_queues_own_formula(
    formula: str, level: float, late: set[str], otherwise: float | None
) -> None:
    records = read(mixed_half_hour(), None, None).records
    target = Target(formula=formula, goal=0.9)
    (miss,) = misses(records, SALES, clock(0), clock(1800), Plan(target=target, zone=UTC))
    assert (miss.formula, miss.definition) == (formula, target.definition)
    assert miss.observed == pytest.approx(level)
    assert sum(shares(miss).values()) == pytest.approx(miss.planned - miss.observed, abs=1e-12)
    assert miss.planned >= miss.goal, "those whom the goal requires would have reached it"
    behind = {blame.cause: {name for name, _ in blame.contacts} for blame in miss.blames}
    assert behind["volume"] == late
    assert behind.get("left_otherwise") == (None if otherwise is None else ELSE)
    assert shares(miss).get("left_otherwise") == (None if otherwise is None else pytest.approx(otherwise))
    reached = msgspec.structs.replace(target, goal=level - 0.001)
    assert misses(records, SALES, clock(0), clock(1800), Plan(target=reached, zone=UTC)) == []
    text = shown([miss])
    assert f"[{formula}] {target.definition}" in " ".join(text.split())


def test_only_contacts_that_left_otherwise_are_all_the_fall() -> None:
    scene = Scene()
    scene.queued(0, "c")
    scene.leaves(60, "c", LeftQueue.FULL, 60)
    plan = Plan(target=Target(formula="SL7", goal=0.9), zone=UTC)
    (miss,) = misses(read(scene, None, None).records, SALES, clock(0), clock(1800), plan)
    assert miss.observed == 0
    assert shares(miss)["left_otherwise"] == pytest.approx(miss.modelled)
    assert shares(miss)[SKILLS] == 0


def test_an_interval_that_reached_its_goal_is_not_a_miss() -> None:
    plan = Plan(target=Target(goal=0.8), zone=UTC)
    scene = half_hour(calls=20, agents=6, talk=60)
    assert misses(read(scene, None, None).records, SALES, clock(0), clock(1800), plan) == []


def test_people_read_whole_names_and_no_share_of_what_is_not_known() -> None:
    name = "import:a-long-name-of-a-table/with-many-parts/number"
    scene = Scene()
    for number in range(30):
        scene.call(number * 50, f"{name}{number}", "ann", wait=40 + number, talk=100 + number)
    scene.list.sort(key=lambda entry: entry.at)
    text = shown([only_miss(scene, forecast=10, aht_s=100)])
    assert f"{name}29 1:09" in " ".join(text.split())
    staffing = next(line for line in text.splitlines() if "fewer agents" in line)
    assert "points" not in staffing
