"""The audit log as the console reads it, and writes what supervisors do on the floor into it."""

from collections.abc import Callable, Sequence
from typing import Any

from agent_console.documents.administration import AuditDoc
from cti_bridge.app.console.threads import Threads
from facts.time import Instant
from storage.audit import AuditLog, Change


class DaemonAudit:
    """`agent_console.ports.Audit`. ``now``: the daemon's clock."""

    def __init__(self, log: AuditLog, threads: Threads, now: Callable[[], Instant]) -> None:
        self._log = log
        self._threads = threads
        self._now = now

    async def changes(
        self, *, actor: str | None, resource: str | None, key: str | None, before: int | None, limit: int
    ) -> Sequence[AuditDoc]:
        """The latest first."""
        found = await self._threads.run(
            self._log.changes, resource=resource, key=key, actor=actor, before_number=before, most=limit
        )
        return [
            AuditDoc(
                number=one.number,
                at=one.change.at,
                actor=one.change.actor,
                action=one.change.action,
                resource=one.change.resource,
                key=one.change.key,
                before=one.change.before,
                after=one.change.after,
            )
            for one in found
        ]

    async def note(
        self, by: str, action: str, resource: str, key: str, *, before: Any = None, after: Any = None
    ) -> None:
        """Keep what somebody did."""
        change = Change(at=self._now(), actor=by, action=action, resource=resource, key=key, before=before, after=after)
        await self._threads.run(self._log.record, change)
