"""The figures of this moment: a board fed by the recorder, told to Prometheus, and judged for alarms.

`LiveFigures.read` is a reader of the daemon's facts. `catch_up` brings the board to where the journal ends, before the
first fact is recorded.
"""

from datetime import tzinfo

import structlog
from twisted.internet.task import LoopingCall

from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from facts.journal import AlarmRaised, Entry
from reporting.kpi.board import Board
from reporting.kpi.report import EntrySource
from reporting.kpi.service_level import Targets
from reporting.metrics.alarms import AlarmWatch, Thresholds
from reporting.metrics.prometheus import LiveMetrics

log = structlog.get_logger(__name__)

JUDGED_EVERY_S = 5.0


class LiveFigures:
    """Board, metrics and alarms of one daemon."""

    def __init__(self, clock: Clock, zone: tzinfo, targets: Targets, thresholds: Thresholds) -> None:
        self._clock = clock
        self.board = Board(zone, targets)
        self.metrics: LiveMetrics | None = None
        self._alarms = AlarmWatch(thresholds)
        self._coordinator: Coordinator | None = None
        self._judging = LoopingCall(self.judge)
        self._judging.clock = clock

    def catch_up(self, journal: EntrySource) -> None:
        """Take in what the journal holds of today. Prometheus counts from here on."""
        self.board.catch_up(journal, self._clock.now())
        self.metrics = LiveMetrics(self.board)

    def follow(self, targets: Targets, thresholds: Thresholds) -> None:
        """Judge by these from now on."""
        self.board.targets = targets
        self._alarms.thresholds = thresholds

    def read(self, entry: Entry) -> None:
        """Take in the next fact."""
        self.board.apply(entry)
        if self.metrics is not None:
            self.metrics.apply(entry)

    def start(self, coordinator: Coordinator) -> None:
        """Begin to judge; alarms become facts through the coordinator."""
        self._coordinator = coordinator
        self._judging.start(JUDGED_EVERY_S, now=False)

    def stop(self) -> None:
        """Judge no more."""
        if self._judging.running:
            self._judging.stop()

    def judge(self) -> None:
        """Raise and clear alarms, each once."""
        assert self._coordinator is not None
        for fact in self._alarms.judge(self.board, self._clock.now()):
            self._coordinator.record(fact)
            if isinstance(fact, AlarmRaised):
                log.warning("alarm_raised", alarm=fact.alarm, queue=fact.queue, reason=fact.text)
            else:
                log.info("alarm_cleared", alarm=fact.alarm, queue=fact.queue)

    def page(self) -> bytes:
        """What a scrape is answered with."""
        return b"" if self.metrics is None else self.metrics.exposition(self._clock.now())
