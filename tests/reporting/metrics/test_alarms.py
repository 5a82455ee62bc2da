"""Alarms: raised once, cleared when it has been quiet for a minute."""

from datetime import UTC

from facts.journal import AlarmCleared, AlarmRaised
from facts.time import SECOND
from reporting.kpi.board import Board
from reporting.metrics.alarms import AlarmWatch, Thresholds
from tests.reporting.scenes import Scene, clock


def board_of(scene: Scene) -> Board:
    board = Board(UTC)
    for entry in sorted(scene.list, key=lambda entry: entry.at):
        board.apply(entry)
    return board


def names(facts: list[AlarmRaised | AlarmCleared]) -> list[tuple[str, str, str | None]]:
    return [(fact.kind, fact.alarm, fact.queue) for fact in facts]


def test_a_long_wait_rings_once_until_it_has_been_quiet_for_a_minute() -> None:
    scene = Scene()
    scene.queued(0, "a")
    board = board_of(scene)
    watch = AlarmWatch(Thresholds(longest_wait_us=120 * SECOND))
    assert watch.judge(board, clock(120)) == []
    (raised,) = watch.judge(board, clock(121))
    assert isinstance(raised, AlarmRaised)
    assert (raised.alarm, raised.queue, raised.value, raised.threshold) == ("longest_wait", "sales", 121, 120)
    assert watch.judge(board, clock(150)) == []
    late = Scene()
    late.answered(160, "a", "ann", 160)
    board.apply(late.list[0])
    assert watch.judge(board, clock(170)) == []
    assert watch.judge(board, clock(209)) == []
    assert names(watch.judge(board, clock(210))) == [("AlarmCleared", "longest_wait", "sales")]
    assert watch.judge(board, clock(300)) == []


def test_rates_are_judged_once_there_are_contacts_enough() -> None:
    scene = Scene()
    for number in range(9):
        scene.lost_call(number, f"c{number}", wait=60)
    thresholds = Thresholds(service_level_below=0.8, abandon_rate_above=0.05)
    assert AlarmWatch(thresholds).judge(board_of(scene), clock(120)) == []
    scene.lost_call(9, "c9", wait=60)
    found = names(AlarmWatch(thresholds).judge(board_of(scene), clock(120)))
    assert found == [("AlarmRaised", "service_level", "sales"), ("AlarmRaised", "abandon_rate", "sales")]


def test_what_happened_an_hour_ago_rings_no_more() -> None:
    scene = Scene()
    for number in range(20):
        scene.lost_call(number, f"c{number}", wait=60)
    assert AlarmWatch(Thresholds(abandon_rate_above=0.05)).judge(board_of(scene), clock(3600)) == []


def test_agents_who_are_busy_too_much() -> None:
    scene = Scene()
    scene.logs_in(0, "ann")
    scene.turns(0, "ann", "READY", "TALKING")
    watch = AlarmWatch(Thresholds(occupancy_above=0.9))
    assert names(watch.judge(board_of(scene), clock(600))) == [("AlarmRaised", "occupancy", None)]


def test_without_thresholds_nothing_rings() -> None:
    scene = Scene()
    scene.queued(0, "a")
    assert AlarmWatch(Thresholds()).judge(board_of(scene), clock(10_000)) == []
