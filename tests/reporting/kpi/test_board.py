"""The board: its figures are the report's, at any moment; who waits, what agents do; and memory that stays small."""

from datetime import UTC
from zoneinfo import ZoneInfo

from hypothesis import given, settings

from facts.ids import AgentId
from facts.journal import AnyFact
from facts.time import DAY
from reporting.kpi.board import KEPT_DAYS, Board
from reporting.kpi.catalogue import LIVE
from reporting.kpi.figures import Figure
from reporting.kpi.report import Query, build, read
from tests.reporting.kpi.test_live_equals_history import days, entries_of
from tests.reporting.scenes import NINE, Scene, clock


@settings(max_examples=40)
@given(days())
def test_the_boards_figures_are_the_reports_at_any_moment(drawn: list[tuple[int, AnyFact]]) -> None:
    scene, board = Scene(), Board(UTC)
    for entry in entries_of(drawn):
        scene.list.append(entry)
        board.apply(entry)
        state = board.state(entry.at, LIVE)
        day = read(scene, state.day, None)
        report = build(day, Query(by=("queue",), start=state.day, figures=LIVE))
        assert {row.slice["queue"]: row.figures for row in report.rows} == {
            queue.queue: queue.figures
            for queue in state.queues
            if queue.figures["offered"].value or _counted(queue.figures)
        }
        assert state.total == report.total.figures
        by_agents = build(day, Query(by=("agent",), start=state.day, figures=LIVE))
        for row in by_agents.rows:
            if row.slice["agent"]:
                assert board.agent_figures(AgentId(row.slice["agent"]), entry.at, LIVE) == row.figures


def test_an_agents_figures_are_the_reports_after_a_transfer_and_a_consultation() -> None:
    """What Ann passed to Bob is a contact that each of them handled, and takes each of them their own time."""
    scene, board = Scene(), Board(UTC)
    for agent in ("ann", "bob"):
        scene.logs_in(0, agent)
    scene.queued(0, "a")
    scene.answered(10, "a", "ann", 10)
    scene.answered(60, "a", "bob", 0)
    scene.talk_ends(100, "a", "ann", 90)
    scene.wrapped_up(110, "a", "ann", 10)
    scene.talk_ends(200, "a", "bob", 140)
    scene.queued(300, "b")
    scene.answered(310, "b", "ann", 10)
    scene.talk_ends(330, "b", "ann", 20)
    for entry in scene.list:
        board.apply(entry)
    names = ("handled", "aht_s", "talk_s", "wrap_up_s")
    state = board.state(clock(400), names)
    reported = build(read(scene, state.day, None), Query(by=("agent",), start=state.day, figures=names))
    told = {agent: board.agent_figures(AgentId(agent), clock(400), names) for agent in ("ann", "bob")}
    assert {row.slice["agent"]: row.figures for row in reported.rows} == told
    handled = {agent: (figures["handled"].value, figures["aht_s"].value) for agent, figures in told.items()}
    assert handled == {"ann": (2, 60), "bob": (1, 140)}


def _counted(figures: dict[str, Figure]) -> bool:
    return any(figure.numerator for figure in figures.values())


def test_who_waits_and_how_long() -> None:
    scene, board = Scene(), Board(UTC)
    scene.queued(0, "a")
    scene.queued(30, "b", joined_at=clock(10))
    scene.queued(40, "c", "billing")
    scene.answered(50, "a", "ann", 50)
    for entry in scene.list:
        board.apply(entry)
    queues = {queue.queue: queue for queue in board.state(clock(70)).queues}
    assert (queues["sales"].waiting, queues["sales"].longest_wait_s) == (1, 60)  # type: ignore[index] # a plain name
    assert (queues["billing"].waiting, queues["billing"].longest_wait_s) == (1, 30)  # type: ignore[index]


def test_who_waits_since_yesterday_is_still_shown() -> None:
    scene, board = Scene(), Board(UTC)
    scene.queued(0, "a")
    board.apply(scene.list[0])
    (queue,) = board.state(clock(86_400)).queues
    assert (queue.waiting, queue.longest_wait_s) == (1, 86_400)
    assert queue.figures["offered"].value == 0


def test_agents_with_their_state_and_since_when() -> None:
    scene, board = Scene(), Board(UTC)
    scene.logs_in(0, "bob")
    scene.logs_in(5, "ann", team="north")
    scene.turns(10, "ann", "READY")
    scene.turns(20, "bob", "NOT_READY", reason="break")
    for entry in scene.list:
        board.apply(entry)
    agents = board.state(clock(30)).agents
    assert [(agent.agent_id, agent.team, agent.state, agent.since) for agent in agents] == [
        ("ann", "north", "READY", clock(10)),
        ("bob", None, "NOT_READY:break", clock(20)),
    ]


def test_a_day_begins_at_midnight_of_the_site() -> None:
    board = Board(ZoneInfo("Asia/Tokyo"))
    assert board.state(clock(0)).day == NINE - 18 * 3_600_000_000


def test_old_days_are_dropped() -> None:
    board, scene = Board(UTC), Scene()
    for day in range(6):
        scene.call(day * 86_400, f"c{day}", "ann", wait=1, talk=10)
    for entry in scene.list:
        board.apply(entry)
    oldest = min(at for _, at, _ in board._today.cells)
    assert scene.list[-1].at - oldest < (KEPT_DAYS + 1) * DAY


def test_a_board_that_starts_at_noon_knows_the_morning() -> None:
    scene = Scene()
    scene.logs_in(-7200, "ann")
    scene.call(0, "a", "ann", wait=5, talk=60)
    scene.queued(3600, "b")
    scene.tell(3700, scene.list[0].fact, node="import:old")
    lived, started = Board(UTC), Board(UTC)
    for entry in scene.list:
        lived.apply(entry)
    for entry in scene.entries(started.begins_at(clock(10_800)), None, personal=False):
        started.apply(entry)
    assert started.state(clock(10_800)) == lived.state(clock(10_800))
    assert started.state(clock(10_800)).queues[0].waiting == 1
