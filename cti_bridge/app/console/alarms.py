"""Alarms that ring and those of today, from the facts that tell of them."""

from collections.abc import Callable

from agent_console.documents.floor import AlarmDoc
from facts.journal import AlarmCleared, AlarmRaised, Entry
from facts.time import DAY

_KEPT = DAY


class Alarms:
    """A reader of facts. ``title``: what people call a queue."""

    def __init__(self, title: Callable[[str | None], str]) -> None:
        self._title = title
        self._alarms: dict[str, AlarmDoc] = {}
        self._ringing: dict[tuple[str, str | None], str] = {}

    def read(self, entry: Entry) -> str | None:
        """Take in the next fact; the id of the alarm that changed by it."""
        fact = entry.fact
        if isinstance(fact, AlarmRaised):
            return self._raise(entry, fact)
        if isinstance(fact, AlarmCleared):
            alarm_id = self._ringing.pop((fact.alarm, fact.queue), None)
            if alarm_id is not None:
                self._alarms[alarm_id] = self._alarms[alarm_id].model_copy(update={"cleared_at": entry.at})
            return alarm_id
        return None

    def _raise(self, entry: Entry, fact: AlarmRaised) -> str:
        self._forget(entry.at - _KEPT)
        alarm_id = f"{entry.node}-{entry.seq}"
        self._ringing[fact.alarm, fact.queue] = alarm_id
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
        return alarm_id

    def _forget(self, before: int) -> None:
        for alarm_id, alarm in list(self._alarms.items()):
            if alarm.cleared_at is not None and alarm.cleared_at < before:
                del self._alarms[alarm_id]

    def all(self) -> list[AlarmDoc]:
        """The latest first."""
        return list(reversed(self._alarms.values()))

    def get(self, alarm_id: str) -> AlarmDoc | None:
        """One alarm."""
        return self._alarms.get(alarm_id)
