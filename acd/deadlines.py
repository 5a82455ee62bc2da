"""What is to happen later: a heap of timers. A cancelled one stays until it is on top or the dead are the majority."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any

import msgspec

from facts.time import Instant

_FEW = 64


class Timer(msgspec.Struct, eq=False):
    """At ``at`` call ``what(centre, subject)``, unless it is ``over`` (done or cancelled)."""

    at: Instant
    what: Callable[[Any, Any], None]
    subject: Any
    over: bool = False


class Deadlines:
    """Timers in the order ``(at, set first)``, which makes every replay equal.

    ``heap`` is always the same list; its first entry is due first, if it is not over.
    """

    __slots__ = ("_dead", "_set", "heap")

    def __init__(self) -> None:
        self.heap: list[tuple[Instant, int, Timer]] = []
        self._set = 0
        self._dead = 0

    def add(self, at: Instant, what: Callable[[Any, Any], None], subject: object) -> Timer:
        """Set a timer."""
        timer = Timer(at, what, subject)
        self._set += 1
        heappush(self.heap, (at, self._set, timer))
        return timer

    def cancel(self, timer: Timer) -> None:
        """The timer is not wanted any more; harmless when it is already over."""
        if timer.over:
            return
        timer.over = True
        timer.subject = None
        self._dead += 1
        if self._dead > _FEW and self._dead * 2 > len(self.heap):
            self.heap[:] = [entry for entry in self.heap if not entry[2].over]
            heapify(self.heap)
            self._dead = 0

    @property
    def next_at(self) -> Instant | None:
        """When the next living timer is due."""
        heap = self.heap
        while heap and heap[0][2].over:
            heappop(heap)
            self._dead -= 1
        return heap[0][0] if heap else None

    def due(self, now: Instant) -> Timer | None:
        """Take out the next timer that is due by ``now``."""
        at = self.next_at
        if at is None or at > now:
            return None
        timer = heappop(self.heap)[2]
        timer.over = True
        return timer

    def __len__(self) -> int:
        """How many living timers there are."""
        return len(self.heap) - self._dead

    def living(self) -> list[Timer]:
        """The living timers in the order in which they will fire; for looking only."""
        return [timer for _, _, timer in sorted(self.heap, key=lambda entry: entry[:2]) if not timer.over]
