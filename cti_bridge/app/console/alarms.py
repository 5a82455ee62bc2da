"""Alarms that ring and those of today, from the facts that tell of them: of before a restart as well."""

from collections.abc import Callable
from typing import Final

from agent_console.documents.floor import AlarmDoc
from facts.journal import AlarmCleared, AlarmRaised, Entry, NodeStarted
from facts.time import DAY, Instant
from reporting.metrics.alarms import MARGINS

_KEPT: Final = DAY


class Alarms:
    """A reader of facts, in their order from those of today's beginning on. ``title``: what people call a queue."""

    def __init__(self, title: Callable[[str | None], str]) -> None:
        self._title = title
        self._alarms: dict[str, AlarmDoc] = {}
        self._ringing: dict[tuple[str, str | None], list[str]] = {}
        self._watchers: list[Callable[[str], None]] = []

    def watch(self, changed: Callable[[str], None]) -> None:
        """From now on tell ``changed`` the id of each alarm that is raised or cleared."""
        self._watchers.append(changed)

    def read(self, entry: Entry) -> None:
        """Take in the next fact."""
        fact = entry.fact
        if isinstance(fact, AlarmRaised):
            self._raise(entry, fact)
        elif isinstance(fact, AlarmCleared):
            self._clear((fact.alarm, fact.queue), entry.at)
        elif isinstance(fact, NodeStarted):
            self._forget(entry.at - _KEPT)
            self._end_protections(entry)

    def begin(self, at: Instant) -> None:
        """All facts from ``at`` on have been read."""

    def _raise(self, entry: Entry, fact: AlarmRaised) -> None:
        self._forget(entry.at - _KEPT)
        alarm_id = f"{entry.node}-{entry.seq}"
        self._ringing.setdefault((fact.alarm, fact.queue), []).append(alarm_id)
        self._alarms[alarm_id] = AlarmDoc(
            alarm_id=alarm_id,
            alarm=fact.alarm,
            queue=fact.queue,
            queue_title=self._title(fact.queue) or None,
            value=fact.value,
            threshold=fact.threshold,
            text=fact.text,
            raised_at=entry.at,
        )
        self._tell(alarm_id)

    def _clear(self, key: tuple[str, str | None], at: Instant) -> None:
        for alarm_id in self._ringing.pop(key, ()):
            self._alarms[alarm_id] = self._alarms[alarm_id].model_copy(update={"cleared_at": at})
            self._tell(alarm_id)

    def _end_protections(self, entry: Entry) -> None:
        """Thresholds ring on across a restart; what the distributor does by itself begins anew, and is told anew."""
        for (alarm, queue), ringing in list(self._ringing.items()):
            if alarm not in MARGINS and any(one.rpartition("-")[0] == entry.node for one in ringing):
                self._clear((alarm, queue), entry.at)

    def _forget(self, before: Instant) -> None:
        for alarm_id, alarm in list(self._alarms.items()):
            if alarm.cleared_at is not None and alarm.cleared_at < before:
                del self._alarms[alarm_id]

    def _tell(self, alarm_id: str) -> None:
        for changed in self._watchers:
            changed(alarm_id)

    def all(self) -> list[AlarmDoc]:
        """The latest first."""
        return list(reversed(self._alarms.values()))

    def get(self, alarm_id: str) -> AlarmDoc | None:
        """One alarm."""
        return self._alarms.get(alarm_id)
