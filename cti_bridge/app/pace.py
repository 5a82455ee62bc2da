"""Time for a demo that runs faster than the wall clock: it waits for the work to be done.

At sixty times the speed a pause of the machine of one second would be a minute in which nobody answers a phone, and
the figures would be the machine's, not the centre's. So time passes in small beats of the reactor, each of at most a
second of the demo's time, however long the work took. It is never slower than :data:`MOST_SLOWED` allows, so that the
end of a run can be foreseen.
"""

import time
from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

LONGEST_BEAT_S = 1.0
"""In the demo's time."""

SHORTEST_BEAT_S = 0.005
"""In the wall's time: nothing is gained by more beats than the reactor has turns."""

MOST_SLOWED = 2.0
"""Time passes at least at this fraction (one half) of its nominal speed."""


class Pace:
    """A monotonic clock in seconds of the wall (``pace()``), for :class:`cti_bridge.shell.clock.Clock`.

    ``speed``: how much faster that clock lets time pass.
    """

    def __init__(self, reactor: IReactorTime, *, speed: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._reactor = reactor
        self._monotonic = monotonic
        self._longest = max(SHORTEST_BEAT_S, LONGEST_BEAT_S / speed)
        self._began = self._beat_at = monotonic()
        self._passed = 0.0
        self._next: IDelayedCall | None = None

    def __call__(self) -> float:
        """Seconds that have passed."""
        now = self._monotonic()
        return max(self._passed + min(now - self._beat_at, self._longest), (now - self._began) / MOST_SLOWED)

    @property
    def slowed(self) -> float:
        """By what factor time passed slower than it should have; 1 on a machine that keeps up."""
        return (self._monotonic() - self._began) / max(self(), 1e-9)

    def start(self) -> None:
        """Begin to count and to beat."""
        self._began = self._beat_at = self._monotonic()
        self._passed = 0.0
        self._beat()

    def stop(self) -> None:
        """No more beats: from here time passes at its slowest."""
        if self._next is not None and self._next.active():
            self._next.cancel()
        self._next = None

    def _beat(self) -> None:
        self._passed = self()
        self._beat_at = self._monotonic()
        self._next = self._reactor.callLater(self._longest / 2, self._beat)
