"""A bounded backlog between a reader and a slower handler, so that what is not handled yet stays in the network.

Whoever reads puts in what a chunk of bytes gave, whoever handles takes one after the other.  When more waits
than `high`, reading is to pause: TCP then holds back the peer.  When no more than `low` is left, it resumes.
One chunk is always taken whole, so the backlog holds at most `high` and one chunk's messages.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Backlog(Generic[T]):
    """First in, first out; calls `pause` and `resume` in turn, `pause` first, each once per turn."""

    def __init__(
        self, *, pause: Callable[[], None], resume: Callable[[], None], high: int = 512, low: int = 128
    ) -> None:
        """A backlog that pauses above `high` waiting items and resumes at `low`; 0 <= low <= high."""
        if not 0 <= low <= high:
            raise ValueError(f"a backlog pauses above {high} and resumes at {low}: give 0 <= low <= high")
        self._pause = pause
        self._resume = resume
        self._high = high
        self._low = low
        self._waiting: deque[T] = deque()
        self._paused = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def paused(self) -> bool:
        """Whether the reader has been told to pause."""
        return self._paused

    def extend(self, items: Iterable[T]) -> None:
        """Put in what has been read."""
        self._waiting.extend(items)
        if not self._paused and len(self._waiting) > self._high:
            self._paused = True
            self._pause()

    def take(self) -> T | None:
        """The oldest item that waits; None if there is none."""
        if not self._waiting:
            return None
        item = self._waiting.popleft()
        if self._paused and len(self._waiting) <= self._low:
            self._paused = False
            self._resume()
        return item

    def clear(self) -> None:
        """Forget what waits, as when the connection is lost.  The reader is told nothing any more."""
        self._waiting.clear()
        self._paused = False
