"""Flow files are read again when they change. Calls in progress finish on what they began with.

Files are looked at and read in a thread. A reading that finds mistakes changes nothing for callers; the mistakes are
told, each with file and line.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool

from cti_bridge.shell.menus import Menus
from ivr.checks import Known
from ivr.errors import Problem
from ivr.flow import Flow
from ivr.flow_library import FlowLibrary

log = structlog.get_logger(__name__)

EVERY_S = 2.0


class FlowWatch:
    """Watches a library for the menus. ``prepare`` makes flows ready for callers (their sounds), in the thread.

    ``wanted``: what flows may refer to by the settings of now, and which have to be there.
    """

    def __init__(
        self,
        reactor: Any,
        library: FlowLibrary,
        menus: Menus,
        prepare: Callable[[Mapping[str, Flow]], Mapping[str, Flow]],
        wanted: Callable[[], tuple[Known, Collection[str]]],
    ) -> None:
        self._reactor = reactor
        self._library = library
        self._menus = menus
        self._prepare = prepare
        self._wanted = wanted
        self._loop = LoopingCall(self.look)
        self._loop.clock = reactor

    def start(self) -> None:
        """Begin to look."""
        self._loop.start(EVERY_S, now=False)

    def stop(self) -> None:
        """Look no more."""
        if self._loop.running:
            self._loop.stop()

    def look(self) -> Deferred[None]:
        """Look once; take over what is new and right."""
        found: Deferred[Mapping[str, Flow] | None] = deferToThreadPool(
            self._reactor, self._reactor.getThreadPool(), self._read
        )
        return found.addCallbacks(self._take_over, self._failed)

    def _read(self) -> Mapping[str, Flow] | None:
        if not self._library.changed():
            return None
        problems = self._library.reload(*self._wanted())
        if problems:
            self._tell(problems)
            return None
        return self._prepare(self._library.flows)

    def _tell(self, problems: list[Problem]) -> None:
        for problem in problems:
            log.error("flow_mistake", file=problem.file, line=problem.line, key=problem.key, reason=problem.message)
        log.error(
            "flows_kept", mistakes=len(problems), mend="mend the file: until then calls go by the flows of before"
        )

    def _take_over(self, flows: Mapping[str, Flow] | None) -> None:
        if flows is not None:
            self._menus.sounds.refresh()
            self._menus.flows = flows
            log.info("flows_reloaded", flows=sorted(f"{name} {flow.version}" for name, flow in flows.items()))

    def _failed(self, failure: Any) -> None:
        log.error("flows_unreadable", reason=failure.getErrorMessage())
