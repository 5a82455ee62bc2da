"""What becomes of runs at rest when the node restarts: each is in the journal, and is taken up from there.

A run that rests is written down as :class:`facts.journal.MenuRested`; whatever the flow does next (a node that is
entered, the end of the contact) makes it void. A run goes on in the versions of the flows that it began with, where
they are still at hand; else in those of now, when they still have its node; else the caller keeps the place in the
queue and nothing more, and the log says so. Private values are not written down: after a restart they are ``none``.
"""

from collections.abc import Mapping
from typing import Protocol

import structlog

from cti_bridge.shell.coordinator import Coordinator
from facts.ids import ContactId
from facts.journal import MenuRested
from ivr import run_record
from ivr.flow import Flow
from ivr.run import Run

log = structlog.get_logger(__name__)


class FlowVersions(Protocol):
    """Flows of before."""

    def flow_of(self, name: str, version: str) -> Flow | None:
        """The flow as it was in that version; None when it is not at hand any more."""


class NoVersions:
    """Only the flows of now are at hand."""

    def flow_of(self, name: str, version: str) -> Flow | None:  # noqa: ARG002 - whatever the version
        """None."""
        return None


class RunMemory:
    """Writes runs down, and gives each one back once."""

    def __init__(self, coordinator: Coordinator, versions: FlowVersions) -> None:
        self._coordinator = coordinator
        self._versions = versions
        self._rested: dict[ContactId, MenuRested] = {}

    def remember(self, rested: Mapping[ContactId, MenuRested]) -> None:
        """The runs that were at rest when the journal ended."""
        self._rested = dict(rested)

    def __contains__(self, contact_id: ContactId) -> bool:
        return contact_id in self._rested

    def keep(self, run: Run) -> None:
        """The run rests: write it down."""
        self._rested.pop(run.contact_id, None)
        self._coordinator.record(
            MenuRested(
                contact_id=run.contact_id,
                flow=run.flow,
                node=run.node,
                versions=run_record.versions_of(run),
                state=run_record.text_of(run),
            )
        )

    def forget(self, contact_id: ContactId) -> None:
        """The contact is over."""
        self._rested.pop(contact_id, None)

    def recall(self, contact_id: ContactId, now: Mapping[str, Flow]) -> Run | None:
        """The run of a caller who was at rest before the restart; None when there is none, or it cannot go on."""
        rested = self._rested.pop(contact_id, None)
        if rested is None:
            return None
        try:
            run = run_record.run_from(rested.state, contact_id, self._flows(rested, now))
        except run_record.RunLostError as error:
            log.warning("run_lost", contact_id=contact_id, flow=rested.flow, node=rested.node, reason=str(error))
            return None
        log.info("run_resumed", contact_id=contact_id, flow=rested.flow, node=rested.node)
        return run

    def _flows(self, rested: MenuRested, now: Mapping[str, Flow]) -> Mapping[str, Flow]:
        found = dict(now)
        for name, version in rested.versions.items():
            if name in now and now[name].version == version:
                continue
            before = self._versions.flow_of(name, version)
            if before is not None:
                found[name] = before
            else:
                log.warning("flow_version_gone", contact_id=rested.contact_id, flow=name, version=version)
        return found
