"""Queues that are no more: what was recorded or left for them is still there, for those who could see them."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from config.models import Settings
from storage.audit import AuditLog
from storage.known_queues import KnownQueues

Teams: TypeAlias = tuple[str, ...] | None
"""Whose supervisors saw a queue; none of them: everybody's. None: that is not known any more."""


class FormerQueues:
    """Knows them by the audit log, and from then on by following the settings.

    A queue that was taken out of a settings file is in no audit log: it is known by earlier starts. Reads both once,
    when it is made, and remembers the queues that are there for later starts.
    """

    def __init__(self, settings: Settings, audit: AuditLog, known: KnownQueues) -> None:
        self._queues = settings.queues
        last = {name: audited.change for name, audited in audit.latest_of("queues").items()}
        removed = {name: _teams(change.before) for name, change in last.items() if change.after is None}
        gone: dict[str, Teams] = {**known.teams(), **removed}
        self._gone = {name: teams for name, teams in gone.items() if name not in settings.queues}
        known.remember({name: queue.teams for name, queue in settings.queues.items()})

    def teams(self) -> Mapping[str, Teams]:
        """By name."""
        return self._gone

    def follow(self, settings: Settings) -> None:
        """Other settings are in force."""
        gone = {**self._gone, **{name: queue.teams for name, queue in self._queues.items()}}
        self._gone = {name: teams for name, teams in gone.items() if name not in settings.queues}
        self._queues = settings.queues


def _teams(document: Any) -> Teams:
    """Of a queue as the settings had it."""
    teams = document.get("teams", []) if isinstance(document, dict) else None
    return tuple(map(str, teams)) if isinstance(teams, list) else None
