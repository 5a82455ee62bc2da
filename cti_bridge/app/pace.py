"""Time for a demo that runs faster than the wall clock: it waits for the work to be done.

At sixty times the speed a pause of the machine of one second would be a minute in which nobody answers a phone, and
the figures would be the machine's, not the centre's. So time passes in small beats of the reactor: between two of them
at most :data:`LONGEST_BEAT_S`, however long the work took. It never falls behind by more than :data:`MOST_SLOWED`, so
that the end of a run can be foreseen.
"""

import time
from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

BEAT_S = 0.005
LONGEST_BEAT_S = 0.010
MOST_SLOWED = 2.0
"""Time passes at least at this fraction (one half) of its nominal speed."""


class Pace:
    """A monotonic clock in seconds of the wall (``pace()``), for :class:`cti_bridge.shell.clock.Clock`."""

    def __init__(self, reactor: IReactorTime, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._reactor = reactor
        self._monotonic = monotonic
        self._began = self._beat_at = monotonic()
        self._passed = 0.0
        self._next: IDelayedCall | None = None

    def __call__(self) -> float:
        """Seconds that have passed."""
        now = self._monotonic()
        return max(self._passed + min(now - self._beat_at, LONGEST_BEAT_S), (now - self._began) / MOST_SLOWED)

    @property
    def slowed(self) -> float:
        """By what factor time passed slower than it should have; 1 on a machine that keeps up."""
        return (self._monotonic() - self._began) / max(self(), 1e-9)

    def start(self) -> None:
        """Begin to beat."""
        self._next = self._reactor.callLater(BEAT_S, self._beat)

    def stop(self) -> None:
        """No more beats: time passes at its slowest from here."""
        if self._next is not None and self._next.active():
            self._next.cancel()
        self._next = None

    def _beat(self) -> None:
        self._passed = self()
        self._beat_at = self._monotonic()
        self._next = self._reactor.callLater(BEAT_S, self._beat)
