"""Alarms of the console across a restart: what rings rings on, what is over is over, and nothing is told twice."""

from datetime import UTC

from twisted.internet.task import Clock as HandClock

from cti_bridge.app.console.alarms import Alarms
from cti_bridge.app.live_figures import LiveFigures
from cti_bridge.shell.clock import Clock
from facts.ids import NodeName, QueueName
from facts.journal import AlarmCleared, AlarmRaised, AnyFact, Entry, NodeStarted
from facts.time import MINUTE
from reporting.kpi.board import Board
from reporting.metrics.alarms import Thresholds
from tests.cti_bridge.app.test_catching_up import Journal, Threads
from tests.reporting.scenes import NINE

ME = NodeName("me")
SALES, SUPPORT = QueueName("sales"), QueueName("support")


def entries(*facts: AnyFact) -> list[Entry]:
    """One a minute."""
    return [Entry(node=ME, seq=number, at=NINE + number * MINUTE, fact=fact) for number, fact in enumerate(facts, 1)]


def raised(alarm: str, queue: QueueName | None) -> AlarmRaised:
    return AlarmRaised(alarm=alarm, queue=queue, value=1.0, threshold=0.5, text="…")


def restarted(before: list[Entry], since: list[Entry]) -> tuple[Alarms, list[str]]:
    """What the console knows once the board is level; ids as they were told. ``since``: while it was not yet."""
    reactor, hand = Threads(), HandClock()
    clock = Clock(hand, start=NINE + 60 * MINUTE, monotonic=hand.seconds)
    board = Board(UTC)
    alarms, told = Alarms(lambda queue: f"{queue}'s title" if queue else ""), list[str]()
    alarms.watch(told.append)
    live = LiveFigures(reactor, clock, Journal([*before, *since]), board, Thresholds())
    live.add_follower(alarms)
    for entry in since:
        live.read(entry)
    live.start(None)  # type: ignore[arg-type]  # nothing is judged here
    while reactor.work():
        pass
    assert live.is_level
    live.stop()
    return alarms, told


def test_what_rang_before_a_restart_rings_on_and_is_cleared_by_what_comes_after() -> None:
    facts = entries(
        NodeStarted(version="1"),
        raised("longest_wait", SALES),
        raised("service_level", SUPPORT),
        AlarmCleared(alarm="service_level", queue=SUPPORT),
        raised("occupancy", None),
        NodeStarted(version="1"),
        AlarmCleared(alarm="longest_wait", queue=SALES),
    )
    alarms, told = restarted(facts[:5], facts[5:])
    assert [(one.alarm, one.queue_title, one.raised_at, one.cleared_at) for one in alarms.all()] == [
        ("occupancy", None, NINE + 5 * MINUTE, None),
        ("service_level", "support's title", NINE + 3 * MINUTE, NINE + 4 * MINUTE),
        ("longest_wait", "sales's title", NINE + 2 * MINUTE, NINE + 7 * MINUTE),
    ]
    assert told == ["me-2", "me-3", "me-3", "me-5", "me-2"], "each once"


def test_what_the_distributor_rang_by_itself_is_over_at_a_restart_for_it_is_raised_again() -> None:
    facts = entries(
        NodeStarted(version="1"),
        raised("starvation_cap", SALES),
        raised("reserve", SALES),
        raised("reserve", SALES),  # another group helps, too: all of them stop together
        AlarmCleared(alarm="reserve", queue=SALES),
        NodeStarted(version="1"),
        raised("starvation_cap", SALES),
    )
    alarms, _ = restarted(facts[:5], facts[5:])
    found = {one.alarm_id: one.cleared_at for one in alarms.all()}
    minutes = {alarm: None if at is None else (at - NINE) // MINUTE for alarm, at in found.items()}
    assert minutes == {"me-2": 6, "me-3": 5, "me-4": 5, "me-7": None}
