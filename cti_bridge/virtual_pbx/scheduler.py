"""Virtual time and threads of control: who goes on when. No clock of its own: ``now`` is given."""

import heapq
from collections import deque
from collections.abc import Callable, Generator
from typing import TypeAlias, TypeVar

from facts.time import Instant

T = TypeVar("T")

Step: TypeAlias = Generator[Instant | None, None, T]
"""Control that pauses: it yields until when it would sleep at most, or None for as long as nobody wakes it."""


class Timer:
    """Something to do at an instant; can be cancelled."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], object]) -> None:
        self.action: Callable[[], object] | None = action

    def cancel(self) -> None:
        """It will not be done."""
        self.action = None


class Scheduler:
    """Runs what is due, in the order of time, and of asking among equals."""

    def __init__(self, now: Instant) -> None:
        self.now = now
        self._heap: list[tuple[Instant, int, Timer]] = []
        self._asked = 0
        self._ready: deque[Callable[[], object]] = deque()

    def at(self, instant: Instant, action: Callable[[], object]) -> Timer:
        """Do ``action`` once ``instant`` has come."""
        timer = Timer(action)
        self._asked += 1
        heapq.heappush(self._heap, (instant, self._asked, timer))
        return timer

    def after(self, delay: int, action: Callable[[], object]) -> Timer:
        """Do ``action`` after so many microseconds."""
        return self.at(self.now + delay, action)

    def soon(self, action: Callable[[], object]) -> None:
        """Do ``action`` now, but after what runs at present."""
        self._ready.append(action)

    def settle(self) -> None:
        """Do all that is to be done now."""
        while self._ready:
            self._ready.popleft()()

    def advance(self, now: Instant) -> None:
        """Time has come to ``now``: whatever was due happens, each at its own instant."""
        self.settle()
        while self._heap and self._heap[0][0] <= now:
            instant, _, timer = heapq.heappop(self._heap)
            if timer.action is not None:
                self.now = max(self.now, instant)
                timer.action()
                self.settle()
        self.now = max(self.now, now)

    def next_due(self) -> Instant | None:
        """When something is due next; None when nothing is."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None


class Thread:
    """One flow of control, written as a generator of :data:`Step`."""

    __slots__ = ("_queued", "_scheduler", "_steps", "_timer", "done")

    def __init__(self, scheduler: Scheduler, steps: Step[object]) -> None:
        self._scheduler = scheduler
        self._steps = steps
        self._timer: Timer | None = None
        self._queued = False
        self.done = False

    def wake(self) -> None:
        """Let it look again at what it waits for."""
        if not self._queued and not self.done:
            self._queued = True
            self._scheduler.soon(self._run)

    def _run(self) -> None:
        self._queued = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            until = next(self._steps)
        except StopIteration:
            self.done = True
            return
        if until is not None:
            self._timer = self._scheduler.at(until, self.wake)


def waiting(scheduler: Scheduler, condition: Callable[[], bool], until: Instant | None = None) -> Step[bool]:
    """Pause until the condition holds (True) or the instant has come (False)."""
    while not condition():
        if until is not None and scheduler.now >= until:
            return False
        yield until
    return True
