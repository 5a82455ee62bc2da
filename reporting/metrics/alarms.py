"""Thresholds with alarms: service level, longest wait, abandonment, occupancy. Pure; `AlarmWatch` keeps what rings.

Rates are judged over the running quarter of an hour and the one before, once there are contacts enough to speak of a
rate. An alarm is raised once, and cleared when its condition has been over for a minute, so that it does not flutter.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from facts.ids import QueueName
from facts.journal import AlarmCleared, AlarmRaised
from facts.time import MINUTE, SECOND, Duration, Instant
from reporting.kpi.board import Board
from reporting.kpi.catalogue import CATALOGUE
from reporting.kpi.cells import Cell
from reporting.kpi.figures import Context

QUIET: Duration = MINUTE
"""So long a condition has to be over before its alarm is cleared."""

ENOUGH_CONTACTS = 10
"""Fewer say nothing about a rate."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """Limits; None: no alarm. ``longest_wait_us`` holds for every queue."""

    service_level_below: float | None = None
    longest_wait_us: Duration | None = None
    abandon_rate_above: float | None = None
    occupancy_above: float | None = None


class Breach(NamedTuple):
    """A threshold that is passed now."""

    alarm: str
    queue: QueueName | None
    value: float
    threshold: float
    text: str


class AlarmWatch:
    """Knows which alarms ring."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.thresholds = thresholds
        self._ringing: dict[tuple[str, QueueName | None], Instant] = {}

    def judge(self, board: Board, now: Instant) -> list[AlarmRaised | AlarmCleared]:
        """The alarms to raise and to clear at this moment, as facts for the journal."""
        breaches = {(breach.alarm, breach.queue): breach for breach in breaches_of(board, self.thresholds, now)}
        facts: list[AlarmRaised | AlarmCleared] = []
        for key, breach in breaches.items():
            if key not in self._ringing:
                facts.append(_raised(breach))
            self._ringing[key] = now
        for key, last in list(self._ringing.items()):
            if key not in breaches and now - last >= QUIET:
                del self._ringing[key]
                facts.append(AlarmCleared(alarm=key[0], queue=key[1]))
        return facts


def _raised(breach: Breach) -> AlarmRaised:
    return AlarmRaised(
        alarm=breach.alarm, queue=breach.queue, value=breach.value, threshold=breach.threshold, text=breach.text
    )


def breaches_of(board: Board, thresholds: Thresholds, now: Instant) -> Iterator[Breach]:
    """Every threshold that is passed at this moment."""
    state = board.state(now, ())
    for queue in state.queues:
        cell = board.present(now, queue.queue)
        yield from _rates(queue.queue, cell, board, thresholds)
        limit = thresholds.longest_wait_us
        if limit is not None and queue.longest_wait_s * SECOND > limit:
            text = f"a contact in {queue.queue} has waited {queue.longest_wait_s:.0f} s"
            yield Breach("longest_wait", queue.queue, queue.longest_wait_s, limit / SECOND, text)
    if thresholds.occupancy_above is not None:
        occupancy = _value("occupancy", board.present(now), Context())
        if occupancy is not None and occupancy > thresholds.occupancy_above:
            text = f"agents are busy {occupancy:.0%} of their time"
            yield Breach("occupancy", None, occupancy, thresholds.occupancy_above, text)


def _rates(queue: QueueName, cell: Cell, board: Board, thresholds: Thresholds) -> Iterator[Breach]:
    if cell.answered + cell.abandoned < ENOUGH_CONTACTS:
        return
    context = Context(target=board.targets.of(queue))
    level, limit = _value("service_level", cell, context), thresholds.service_level_below
    if level is not None and limit is not None and level < limit:
        text = f"service level of {queue} is {level:.0%} ({context.target.formula})"
        yield Breach("service_level", queue, level, limit, text)
    rate, limit = _value("abandon_rate", cell, context), thresholds.abandon_rate_above
    if rate is not None and limit is not None and rate > limit:
        yield Breach("abandon_rate", queue, rate, limit, f"{rate:.0%} of the contacts in {queue} gave up")


def _value(name: str, cell: Cell, context: Context) -> float | None:
    value = CATALOGUE[name].figure(cell, context).value
    return None if value is None else float(value)
