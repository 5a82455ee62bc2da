"""Keeps the interval tables level with the journal while the daemon runs: in a thread, a little at a time.

The tables are only ever behind, never wrong: what fails is told once and tried again, and reports that cannot wait
read the facts themselves.
"""

from typing import Any
from zoneinfo import ZoneInfo

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.threads import deferToThreadPool

from storage.errors import StorageError
from storage.filling import IntervalFiller
from storage.intervals import IntervalTables
from storage.journal import Journal

log = structlog.get_logger(__name__)

EVERY_S = 0.5
"""Between two looks at the journal."""

AGAIN_S = 0.05
"""Between two batches while behind: the daemon's own work goes first."""

RETRY_S = 5.0
BATCH = 2_000
"""Facts in one transaction, so that the journal's writer does not wait long for the database."""


class IntervalUpkeep:
    """Fills the tables of a journal.

    ``behind``: how many facts they lacked at the last look; None before the first. ``in_trouble``: whether they cannot
    be filled just now.
    """

    def __init__(self, reactor: Any, journal: Journal, zone: ZoneInfo) -> None:
        self._reactor = reactor
        self._journal = journal
        self._tables = IntervalTables(journal)
        self._zone = zone
        self._filler: IntervalFiller | None = None
        self._timer: IDelayedCall | None = None
        self._running: Deferred[None] | None = None
        self.in_trouble = False
        self._stopped = False
        self.behind: int | None = None

    def start(self) -> None:
        """Begin to fill."""
        self._again(0)

    async def stop(self) -> None:
        """Take in the daemon's last facts, and end."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if self._running is not None:
            await self._running
        try:
            await self._in_thread(self._fill_the_rest)
        except StorageError as error:
            log.warning("interval_tables_behind", reason=str(error))

    def _again(self, delay_s: float) -> None:
        if not self._stopped:
            self._timer = self._reactor.callLater(delay_s, self._look)

    def _look(self) -> None:
        self._running = Deferred.fromCoroutine(self._step())

    async def _step(self) -> None:
        try:
            count = await self._in_thread(self._fill)
        except StorageError as error:
            if not self.in_trouble:
                log.error("interval_tables_not_filled", reason=str(error))  # noqa: TRY400 - the reason says it all
            self.in_trouble = True
            self._again(RETRY_S)
            return
        except Exception:
            log.exception("interval_tables_not_filled")
            self._again(RETRY_S * 60)  # a mistake of ours: reports read the facts
            return
        if self.in_trouble:
            log.info("interval_tables_filled_again")
        self.in_trouble = False
        self._again(AGAIN_S if count >= BATCH else EVERY_S)

    def _fill(self) -> int:
        if self._filler is None:
            self._filler = IntervalFiller(self._journal, self._zone)
        count = self._filler.step(BATCH)
        self.behind = self._tables.lag()
        return count

    def _fill_the_rest(self) -> None:
        """A daemon that was far behind stays so: whoever stops it does not wait for that."""
        if self._fill() >= BATCH:
            log.info("interval_tables_behind", reason="they are filled on the next start")

    def _in_thread(self, function: Any) -> "Deferred[Any]":
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), function)
