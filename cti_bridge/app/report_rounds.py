"""Scheduled reports, made while the daemon runs: by ``cordboard report scheduled`` in a process of its own.

A long report keeps a core busy for a while; calls must not wait for it. The file is read anew at every look.
"""

import sys
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure

from cti_bridge.shell.clock import Clock
from facts.time import Instant
from reporting.exports.scheduled import due_now, load_scheduled
from reporting.kpi.errors import ReportError

log = structlog.get_logger(__name__)

EVERY_S = 60.0


class ReportRounds:
    """Looks once a minute whether a report is due. ``config``: the settings' file, None for the embedded default."""

    def __init__(
        self,
        reactor: Any,
        clock: Clock,
        file: Path,
        state: Path,
        zone: tzinfo,
        *,
        config: Path | None,
        env: Mapping[str, str],
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._file, self._state, self._zone = file, state, zone
        options = () if config is None else ("--config", str(config))
        self._command = (sys.executable, "-m", "cti_bridge.app.main", "report", "scheduled", str(file), *options)
        self._env = dict(env)
        self._making: _Making | None = None
        self._fault = ""
        self._loop = LoopingCall(self.look)
        self._loop.clock = reactor

    def start(self) -> None:
        """Look now, and then once a minute."""
        self._loop.start(EVERY_S)

    def stop(self) -> None:
        """Look no more; a report that is being made is given up and made after the next start."""
        if self._loop.running:
            self._loop.stop()
        if self._making is not None:
            self._making.end()

    def look(self) -> "Deferred[None]":
        """Look once, and begin to make what is due."""
        found: Deferred[bool] = deferToThreadPool(
            self._reactor, self._reactor.getThreadPool(), self._is_due, self._clock.now()
        )
        return found.addCallbacks(self._make, self._failed)

    def _is_due(self, now: Instant) -> bool:
        return bool(due_now(load_scheduled(self._file), self._state, now, self._zone))

    def _make(self, is_due: bool) -> None:
        self._fault = ""
        if is_due and self._making is None:
            self._making = _Making(self._done)
            self._reactor.spawnProcess(self._making, self._command[0], self._command, env=self._env)

    def _failed(self, failure: Failure) -> None:
        failure.trap(ReportError, OSError)  # type: ignore[no-untyped-call]  # Twisted's failures have no types
        fault = failure.getErrorMessage()
        if fault != self._fault:
            log.error("scheduled_reports_unreadable", reason=fault)
        self._fault = fault

    def _done(self, said: str, *, is_well: bool) -> None:
        self._making = None
        if is_well:
            log.info("scheduled_reports_made", said=said)
        else:
            log.error("scheduled_reports_failed", said=said)


class _Making(ProcessProtocol):
    """The process that makes them."""

    MOST_SAID = 4_000

    def __init__(self, done: Any) -> None:
        self._done = done
        self._said = b""

    def outReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Keep the beginning of what it says, errors too."""
        self._said = (self._said + data)[: self.MOST_SAID]

    errReceived = outReceived  # noqa: N815 - Twisted's name

    def end(self) -> None:
        """Make it stop."""
        if self.transport is not None and self.transport.pid:
            self.transport.signalProcess("TERM")

    def processEnded(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """Tell what came of it."""
        self._done(self._said.decode(errors="replace").strip(), is_well=isinstance(reason.value, ProcessDone))
