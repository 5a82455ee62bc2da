"""Alarms: raised once, cleared when it has been quiet for a minute."""

from datetime import UTC
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from facts.ids import AgentId, QueueName
from facts.journal import AlarmCleared, AlarmRaised
from facts.time import SECOND, Instant
from reporting.kpi.board import Board, BoardState
from reporting.kpi.cells import Cell
from reporting.kpi.service_level import Targets
from reporting.metrics.alarms import NOT_PASSED, AlarmWatch, Limits, Thresholds
from tests.reporting.scenes import Scene, clock

BILLING, SALES = QueueName("billing"), QueueName("sales")


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
    watch = AlarmWatch(Thresholds(default=Limits(longest_wait_us=120 * SECOND)))
    assert watch.judge(board, clock(120)) == []
    (raised,) = watch.judge(board, clock(121))
    assert isinstance(raised, AlarmRaised)
    assert (raised.alarm, raised.queue, raised.value, raised.threshold) == ("longest_wait", "sales", 121, 120)
    assert watch.judge(board, clock(150)) == []
    late = Scene()
    late.answered(160, "a", "ann", 160)
    board.apply(late.list[0])
    assert watch.judge(board, clock(170)) == []
    assert watch.judge(board, clock(229)) == []
    assert names(watch.judge(board, clock(230))) == [("AlarmCleared", "longest_wait", "sales")]
    assert watch.judge(board, clock(300)) == []


def test_rates_are_judged_once_there_are_contacts_enough() -> None:
    scene = Scene()
    for number in range(9):
        scene.lost_call(number, f"c{number}", wait=60)
    thresholds = Thresholds(default=Limits(service_level_below=0.8, abandon_rate_above=0.05))
    assert AlarmWatch(thresholds).judge(board_of(scene), clock(120)) == []
    scene.lost_call(9, "c9", wait=60)
    found = names(AlarmWatch(thresholds).judge(board_of(scene), clock(120)))
    assert found == [("AlarmRaised", "service_level", "sales"), ("AlarmRaised", "abandon_rate", "sales")]


def test_what_happened_an_hour_ago_rings_no_more() -> None:
    scene = Scene()
    for number in range(20):
        scene.lost_call(number, f"c{number}", wait=60)
    thresholds = Thresholds(default=Limits(abandon_rate_above=0.05))
    assert AlarmWatch(thresholds).judge(board_of(scene), clock(3600)) == []


def test_a_queue_has_its_own_limits() -> None:
    scene = Scene()
    for number in range(20):
        scene.lost_call(number, f"s{number}", wait=60)
        scene.call(number, f"b{number}", "ann", wait=1, talk=5, queue="billing")
    scene.queued(30, "waits", "billing")
    own = Limits(longest_wait_us=10 * SECOND, service_level_below=1.0)
    watch = AlarmWatch(Thresholds(default=Limits(service_level_below=0.5), by_queue={BILLING: own}))
    assert names(watch.judge(board_of(scene), clock(60))) == [
        ("AlarmRaised", "longest_wait", "billing"),
        ("AlarmRaised", "service_level", "sales"),
    ]


def test_a_queue_of_which_nothing_is_known_yet_is_judged() -> None:
    watch = AlarmWatch(Thresholds(by_queue={BILLING: Limits(longest_wait_us=0, service_level_below=0.9)}))
    assert watch.judge(board_of(Scene()), clock(60)) == []


def test_agents_of_one_queue_who_are_busy_too_much() -> None:
    scene = Scene()
    scene.logs_in(0, "ann")
    scene.turns(0, "ann", "READY", "TALKING")
    scene.logs_in(0, "bob")
    scene.turns(0, "bob", "READY")
    thresholds = Thresholds(by_queue={BILLING: Limits(occupancy_above=0.6), SALES: Limits(occupancy_above=0.6)})
    serving = {BILLING: [AgentId("ann"), AgentId("bob")], SALES: [AgentId("ann")]}
    found = AlarmWatch(thresholds).judge(board_of(scene), clock(600), lambda queue: serving[queue])
    assert names(found) == [("AlarmRaised", "occupancy", "sales")]


class Levels:
    """A board whose queue has a given share of contacts in time, or none that can be judged."""

    def __init__(self) -> None:
        self.targets = Targets()
        self.level: float | None = None

    def state(self, now: Instant, _figures: tuple[str, ...]) -> BoardState:
        return BoardState(at=now, day=0, queues=(), agents=(), total={})

    def present(self, _now: Instant, _queue: QueueName) -> Cell:
        cell = Cell()
        if self.level is not None:
            good = round(1000 * self.level)
            cell = Cell(answered=1000, answered_waits={1: good, 9000: 1000 - good})
        return cell


@given(
    st.lists(st.sampled_from([None, 0.785, 0.79, 0.799, 0.8, 0.805, 0.81, 0.819]), min_size=50, max_size=400),
    st.sampled_from([5, 30, 61, 120]),
)
def test_a_level_that_wavers_about_its_limit_rings_once(levels: list[float | None], every_s: int) -> None:
    board, watch = Levels(), AlarmWatch(Thresholds(by_queue={SALES: Limits(service_level_below=0.8)}))
    rang_at: list[int] = []
    passed_at = -10_000
    for number, board.level in enumerate(levels):
        at = number * every_s
        if board.level is not None and board.level < 0.8:
            passed_at = at
        for fact in watch.judge(cast(Board, board), clock(at)):
            if isinstance(fact, AlarmRaised):
                assert not rang_at or rang_at[-1] < 0, "it rings already"
                rang_at.append(at)
            else:
                assert at - passed_at >= NOT_PASSED // SECOND, "not before it has been away from the limit for long"
                rang_at.append(-1)


def test_well_for_a_minute_or_not_passed_for_a_quarter_of_an_hour_is_over() -> None:
    board, watch = Levels(), AlarmWatch(Thresholds(by_queue={SALES: Limits(service_level_below=0.8)}))

    def told(at: float, level: float | None) -> list[str]:
        board.level = level
        return [fact.kind for fact in watch.judge(cast(Board, board), clock(at))]

    assert told(0, 0.7) == ["AlarmRaised"]
    assert told(10, 0.83) == told(40, 0.81) == told(50, 0.83) == told(109, 0.83) == []
    assert told(110, 0.83) == ["AlarmCleared"]
    assert told(120, 0.7) == ["AlarmRaised"]
    assert told(130, None) == told(1019, 0.81) == []
    assert told(1020, None) == ["AlarmCleared"]
    assert told(1030, None) == []


def test_what_rang_before_a_restart_rings_on_and_is_cleared_once() -> None:
    board, watch = Levels(), AlarmWatch(Thresholds(by_queue={SALES: Limits(service_level_below=0.8)}))
    for fact, at in (
        (AlarmRaised(alarm="service_level", queue=SALES), 0),
        (AlarmRaised(alarm="longest_wait", queue=SALES), 0),
        (AlarmCleared(alarm="longest_wait", queue=SALES), 50),
        (AlarmRaised(alarm="starvation_cap", queue=SALES), 60),
    ):
        watch.read(fact, clock(at))
    board.level = 0.7
    assert watch.judge(cast(Board, board), clock(100)) == []
    board.level = 0.9
    assert watch.judge(cast(Board, board), clock(200)) == []
    assert names(watch.judge(cast(Board, board), clock(260))) == [("AlarmCleared", "service_level", "sales")]
    assert watch.judge(cast(Board, board), clock(400)) == []


def test_a_limit_that_is_taken_away_clears_its_alarm() -> None:
    board, watch = Levels(), AlarmWatch(Thresholds(by_queue={SALES: Limits(service_level_below=0.8)}))
    board.level = 0.1
    assert len(watch.judge(cast(Board, board), clock(0))) == 1
    watch.thresholds = Thresholds()
    assert watch.judge(cast(Board, board), clock(5)) == []
    assert names(watch.judge(cast(Board, board), clock(65))) == [("AlarmCleared", "service_level", "sales")]


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
