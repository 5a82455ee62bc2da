"""What is to happen later: timers in a heap, and ringing phones in lines.

Most deadlines are ring times, nearly all of which are never reached: somebody answers. Offers that ring equally long
are over in the order in which they were made, so each ring time has a line of its own, which an answered offer leaves
at once. A cancelled timer stays in the heap until it is on top, or the dead outnumber the living.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any, Final, TypeAlias

import msgspec

from facts.time import Duration, Instant

_FEW: Final = 64
NEVER: Final[Instant] = 1 << 62
"""Later than anything."""


class Timer(msgspec.Struct, eq=False):
    """At ``at`` call ``what(centre, subject)``, unless it is ``over`` (done or cancelled)."""

    at: Instant
    what: Callable[[Any, Any], None]
    subject: Any
    over: bool = False


Line: TypeAlias = dict[Any, Instant]
"""Contacts that ring equally long, and until when: the first to begin is the first to end."""


class Deadlines:
    """Everything that is due some time. At one instant timers come first, in the order of setting; then rings.

    ``soonest``: nothing at all is due before; a cheap answer for the many events before which nothing was due. 0 until
    it is asked for the first time, so that somebody looks at the first event.
    """

    __slots__ = ("_dead", "_heap", "_ring_over", "_set", "rings", "soonest")

    def __init__(self, ring_over: Callable[[Any, Any], None]) -> None:
        self.soonest: Instant = 0
        self._heap: list[tuple[Instant, int, Timer]] = []
        self.rings: dict[Duration, Line] = {}
        self._ring_over = ring_over
        self._set = 0
        self._dead = 0

    def add(self, at: Instant, what: Callable[[Any, Any], None], subject: object) -> Timer:
        """Set a timer."""
        timer = Timer(at, what, subject)
        self._set += 1
        heappush(self._heap, (at, self._set, timer))
        self.soonest = min(self.soonest, at)
        return timer

    def cancel(self, timer: Timer) -> None:
        """The timer is not wanted any more; harmless when it is already over."""
        if timer.over:
            return
        timer.over = True
        timer.subject = None
        self._dead += 1
        if self._dead > _FEW and self._dead * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if not entry[2].over]
            heapify(self._heap)
            self._dead = 0

    def line(self, ring_us: Duration) -> Line:
        """Where contacts stand for which phones begin to ring for so long; ``soonest`` is for who puts them there."""
        return self.rings.setdefault(ring_us, {})

    @property
    def next_at(self) -> Instant | None:
        """When something is due next."""
        heap = self._heap
        while heap and heap[0][2].over:
            heappop(heap)
            self._dead -= 1
        at = heap[0][0] if heap else NEVER
        for line in self.rings.values():
            for end in line.values():
                at = min(at, end)
                break
        self.soonest = at
        return None if at == NEVER else at

    def due(self, now: Instant) -> Timer | None:
        """Take out what is due next, if it is by ``now``."""
        at = self.next_at
        if at is None or at > now:
            return None
        if self._heap and self._heap[0][0] == at:
            timer = heappop(self._heap)[2]
            timer.over = True
            return timer
        line = next(line for line in self.rings.values() if line and next(iter(line.values())) == at)
        contact = next(iter(line))
        del line[contact]
        return Timer(at, self._ring_over, contact, over=True)

    def __len__(self) -> int:
        """How many things are to come."""
        return len(self._heap) - self._dead + sum(map(len, self.rings.values()))
