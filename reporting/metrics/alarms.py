"""Thresholds with alarms: service level, longest wait, abandonment, occupancy. Pure; `AlarmWatch` keeps what rings.

Rates are judged over the running quarter of an hour and the one before, once there are contacts enough to speak of a
rate. An alarm is raised once, when its threshold is passed. It is cleared once, when the value has been well away from
the threshold (by `MARGINS`) for a minute, or when the threshold has not been passed for a quarter of an hour: a value
that wavers about its threshold, or that nothing is known of for a moment, neither clears an alarm nor raises it again.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from facts.ids import AgentId, QueueName
from facts.journal import AlarmCleared, AlarmRaised, AnyFact
from facts.time import MINUTE, SECOND, Duration, Instant
from reporting.kpi.board import Board
from reporting.kpi.catalogue import CATALOGUE
from reporting.kpi.cells import Cell
from reporting.kpi.figures import Context

QUIET: Duration = MINUTE
"""So long a value has to be well before its alarm is cleared."""

NOT_PASSED: Duration = 15 * MINUTE
"""After so long without passing the threshold an alarm is cleared, though the value was never well."""

ENOUGH_CONTACTS = 10
"""Fewer say nothing about a rate."""

MARGINS = {"service_level": 0.02, "abandon_rate": 0.01, "occupancy": 0.02, "longest_wait": 0.1}
"""How far from its threshold a value is well: in points of a share, or as a part of the longest wait."""

Key: TypeAlias = tuple[str, QueueName | None]
Serving: TypeAlias = Callable[[QueueName], Collection[AgentId]]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one queue; None: no alarm."""

    service_level_below: float | None = None
    longest_wait_us: Duration | None = None
    abandon_rate_above: float | None = None
    occupancy_above: float | None = None


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of each queue, and of others; ``occupancy_above``: of all agents together."""

    default: Limits = Limits()
    by_queue: dict[QueueName, Limits] = {}
    occupancy_above: float | None = None

    def of(self, queue: QueueName) -> Limits:
        """The limits of a queue."""
        return self.by_queue.get(queue, self.default)


class Judgement(NamedTuple):
    """A value beside its threshold. ``unclear``: neither passed nor well."""

    key: Key
    verdict: Literal["passed", "unclear", "well"]
    value: float | None
    threshold: float
    text: str


class _Ringing(msgspec.Struct):
    """An alarm that was raised: when its threshold was passed last, and since when the value is well."""

    passed_at: Instant
    well_since: Instant | None = None


class AlarmWatch:
    """Knows which alarms ring."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.thresholds = thresholds
        self._ringing: dict[Key, _Ringing] = {}

    def read(self, fact: AnyFact, at: Instant) -> None:
        """Take in what was told before the start: what rang rings on, and is not raised again."""
        if isinstance(fact, AlarmRaised) and fact.alarm in MARGINS:
            self._ringing.setdefault((fact.alarm, fact.queue), _Ringing(passed_at=at))
        elif isinstance(fact, AlarmCleared):
            self._ringing.pop((fact.alarm, fact.queue), None)

    def judge(
        self, board: Board, now: Instant, serving: Serving = lambda _queue: ()
    ) -> list[AlarmRaised | AlarmCleared]:
        """The alarms to raise and to clear at this moment, as facts for the journal.

        ``serving``: who may take a queue's contacts, for its occupancy.
        """
        judged = {one.key: one for one in judgements(board, self.thresholds, now, serving)}
        facts: list[AlarmRaised | AlarmCleared] = []
        for key, one in judged.items():
            if one.verdict == "passed" and key not in self._ringing:
                self._ringing[key] = _Ringing(passed_at=now)
                facts.append(_raised(one))
        for key, ringing in list(self._ringing.items()):
            if self._is_over(ringing, judged.get(key), now):
                del self._ringing[key]
                facts.append(AlarmCleared(alarm=key[0], queue=key[1]))
        return facts

    @staticmethod
    def _is_over(ringing: _Ringing, judged: Judgement | None, now: Instant) -> bool:
        """What is not judged any more, for want of a threshold, is well."""
        verdict = "well" if judged is None else judged.verdict
        if verdict == "passed":
            ringing.passed_at = now
        if verdict != "well":
            ringing.well_since = None
            return now - ringing.passed_at >= NOT_PASSED
        if ringing.well_since is None:
            ringing.well_since = now
        return now - ringing.well_since >= QUIET


def _raised(judged: Judgement) -> AlarmRaised:
    alarm, queue = judged.key
    return AlarmRaised(alarm=alarm, queue=queue, value=judged.value, threshold=judged.threshold, text=judged.text)


def judgements(board: Board, thresholds: Thresholds, now: Instant, serving: Serving) -> Iterator[Judgement]:
    """Every threshold with what it is about at this moment."""
    state = board.state(now, ())
    waits = {queue.queue: queue.longest_wait_s for queue in state.queues}
    for queue in sorted({*waits, *thresholds.by_queue}):
        limits, cell = thresholds.of(queue), board.present(now, queue)
        yield from _rates(queue, cell, limits, Context(target=board.targets.of(queue)))
        if limits.longest_wait_us is not None:
            waited, limit = waits.get(queue, 0.0), limits.longest_wait_us / SECOND
            text = f"a contact in {queue} has waited {waited:.0f} s"
            yield _above(("longest_wait", queue), waited, limit, text, limit * MARGINS["longest_wait"])
        if limits.occupancy_above is not None:
            busy = _value("occupancy", board.present_time(now, serving(queue)), Context())
            text = f"agents who serve {queue} are busy {busy or 0:.0%} of their time"
            yield _above(("occupancy", queue), busy, limits.occupancy_above, text)
    if thresholds.occupancy_above is not None:
        busy = _value("occupancy", board.present_time(now), Context())
        text = f"agents are busy {busy or 0:.0%} of their time"
        yield _above(("occupancy", None), busy, thresholds.occupancy_above, text)


def _rates(queue: QueueName, cell: Cell, limits: Limits, context: Context) -> Iterator[Judgement]:
    is_enough = cell.answered + cell.abandoned >= ENOUGH_CONTACTS
    if limits.service_level_below is not None:
        level = _value("service_level", cell, context) if is_enough else None
        text = f"service level of {queue} is {level or 0:.0%} ({context.target.formula})"
        yield _below(("service_level", queue), level, limits.service_level_below, text)
    if limits.abandon_rate_above is not None:
        rate = _value("abandon_rate", cell, context) if is_enough else None
        text = f"{rate or 0:.0%} of the contacts in {queue} gave up"
        yield _above(("abandon_rate", queue), rate, limits.abandon_rate_above, text)


def _above(key: Key, value: float | None, limit: float, text: str, margin: float | None = None) -> Judgement:
    """A value that is not to go above its limit; at 0 it is well in any case."""
    well = limit - (MARGINS[key[0]] if margin is None else margin)
    if value is None:
        return Judgement(key, "unclear", value, limit, text)
    verdict: Literal["passed", "unclear", "well"] = "passed" if value > limit else "unclear"
    return Judgement(key, "well" if value <= max(0.0, well) else verdict, value, limit, text)


def _below(key: Key, value: float | None, limit: float, text: str) -> Judgement:
    """A share that is not to fall below its limit; at 1 it is well in any case."""
    well = min(1.0, limit + MARGINS[key[0]])
    if value is None:
        return Judgement(key, "unclear", value, limit, text)
    verdict: Literal["passed", "unclear", "well"] = "passed" if value < limit else "unclear"
    return Judgement(key, "well" if value >= well else verdict, value, limit, text)


def _value(name: str, cell: Cell, context: Context) -> float | None:
    value = CATALOGUE[name].figure(cell, context).value
    return None if value is None else float(value)
