"""The figures of this moment: a board fed by the recorder, told to Prometheus, and judged for alarms.

`LiveFigures.read` is a reader of the daemon's facts. Once started, the board is brought to where the journal ended
while the daemon answers calls (`cti_bridge.app.catching_up`); until then figures of today are those of what is in,
nothing is judged, and Prometheus is told of the daemon's health alone.
"""

from typing import Any, Protocol

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from cti_bridge.app.catching_up import CatchUp, Source
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from facts.ids import AgentId, QueueName
from facts.journal import AlarmRaised, Entry
from facts.time import Instant
from reporting.kpi.board import Board
from reporting.kpi.fold import stream_of
from reporting.kpi.service_level import Targets
from reporting.metrics.alarms import AlarmWatch, Thresholds
from reporting.metrics.prometheus import LiveMetrics

log = structlog.get_logger(__name__)

JUDGED_EVERY_S = 5.0


class Follower(Protocol):
    """Keeps something of the facts of today and later, each once and in order, after the board has taken it in."""

    def read(self, entry: Entry) -> None:
        """Take in the next fact, with what it says of people."""
        ...

    def begin(self, at: Instant) -> None:
        """All facts from ``at`` on have been read."""
        ...


class LiveFigures:
    """Board, metrics and alarms of one daemon; ``journal``: what was before its start."""

    def __init__(self, reactor: Any, clock: Clock, journal: Source, board: Board, thresholds: Thresholds) -> None:
        self._clock = clock
        self.board = board
        self.metrics = LiveMetrics(board)
        self._alarms = AlarmWatch(thresholds)
        self._coordinator: Coordinator | None = None
        self._judging = LoopingCall(self.judge)
        self._judging.clock = clock
        self._followers: list[Follower] = []
        self._from_at = self.board.begins_at(clock.now())
        self._past = CatchUp(
            reactor,
            journal,
            self._take,
            from_at=self._from_at,
            on_level=self.metrics.begin,
        )

    def add_follower(self, follower: Follower) -> None:
        """Tell it of facts too, from the first on; to be called before the start."""
        self._followers.append(follower)

    @property
    def is_level(self) -> bool:
        """Whether the board knows all of today."""
        return self._past.is_level

    def read(self, entry: Entry) -> None:
        """Take in the next fact."""
        self._past.read(entry)

    def _take(self, entry: Entry) -> None:
        self.board.apply(entry)
        self.metrics.apply(entry)
        if not stream_of(entry.node):  # imported history is not the board's either
            for follower in self._followers:
                follower.read(entry)
        if not self.is_level:
            self._alarms.read(entry.fact, entry.at)

    def follow(self, targets: Targets, thresholds: Thresholds) -> None:
        """Judge by these from now on."""
        self.board.targets = targets
        self._alarms.thresholds = thresholds

    def start(self, coordinator: Coordinator) -> "Deferred[None]":
        """Catch up, and then begin to judge; alarms become facts through the coordinator. Fires when it is level."""
        self._coordinator = coordinator
        return Deferred.fromCoroutine(self._start()).addErrback(_failed)

    async def _start(self) -> None:
        await self._past.run()
        if self.is_level:
            log.info("board_level")
            for follower in self._followers:
                follower.begin(self._from_at)
            self._judging.start(JUDGED_EVERY_S, now=False)

    def stop(self) -> None:
        """Judge no more."""
        self._past.stop()
        if self._judging.running:
            self._judging.stop()

    def judge(self) -> None:
        """Raise and clear alarms, each once."""
        assert self._coordinator is not None
        for fact in self._alarms.judge(self.board, self._clock.now(), self._serving):
            self._coordinator.record(fact)
            if isinstance(fact, AlarmRaised):
                log.warning("alarm_raised", alarm=fact.alarm, queue=fact.queue, reason=fact.text)
            else:
                log.info("alarm_cleared", alarm=fact.alarm, queue=fact.queue)

    def _serving(self, queue: QueueName) -> frozenset[AgentId]:
        """Who is of a queue: by their skills, or put into it."""
        assert self._coordinator is not None
        return self._coordinator.engine.agents_of(queue)

    def page(self) -> bytes:
        """What a scrape is answered with."""
        return self.metrics.exposition(self._clock.now())


def _failed(failure: Failure) -> None:
    log.error("board_not_level", exc_info=failure.value)
