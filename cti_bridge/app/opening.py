"""Which calendars are open now: opening hours are expanded for some days at a time, and kept."""

from collections.abc import Mapping

from config.models import Settings
from config.services import OpeningHours
from cti_bridge.app.calendar import Interval, open_intervals
from facts.ids import QueueName
from facts.time import DAY, Instant

AHEAD = 7 * DAY
"""How far calendars are expanded at once."""


class Opening:
    """Opening hours of a site, by name, and of its queues."""

    def __init__(self, settings: Settings) -> None:
        self.follow(settings)

    def follow(self, settings: Settings) -> None:
        """Go by these settings from now on."""
        self._hours: Mapping[str, OpeningHours] = settings.opening_hours
        self._zone = settings.site.time_zone
        self._queues = {name: queue.opening_hours for name, queue in settings.queues.items()}
        self._expanded: dict[str, tuple[Instant, Instant, tuple[Interval, ...]]] = {}

    def is_open(self, calendar: str, now: Instant) -> bool | None:
        """Whether a calendar is open; None when there is none of this name."""
        hours = self._hours.get(calendar)
        if hours is None:
            return None
        begins, ends, spans = self._expanded.get(calendar, (now, now, ()))
        if not begins <= now < ends:
            spans = open_intervals(hours, self._zone, now, now + AHEAD)
            self._expanded[calendar] = (now, now + AHEAD, spans)
        return any(opens <= now < closes for opens, closes in spans)

    def open_now(self, now: Instant) -> frozenset[str]:
        """Every calendar that is open."""
        return frozenset(name for name in self._hours if self.is_open(name, now))

    def queue_is_open(self, queue: QueueName, now: Instant) -> bool | None:
        """Whether a queue's own hours are open; a queue without hours always is. None: no such queue."""
        if queue not in self._queues:
            return None
        calendar = self._queues[queue]
        return True if calendar is None else self.is_open(calendar, now)
