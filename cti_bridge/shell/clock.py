"""The daemon's clock: UTC at start plus the monotonic clock, so a stepped wall clock changes nothing.

``speed`` compresses time for everybody alike: with 60 a minute passes in a second. Timers here only wake somebody
up; whether a deadline has passed is judged by whoever asked, from :meth:`Clock.now`.
"""

import time
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from zope.interface import implementer

from facts.time import SECOND, Instant


@implementer(IReactorTime)
class Clock:
    """Time as the contact centre sees it, over a real reactor (or a ``twisted.internet.task.Clock`` in tests)."""

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        speed: float = 1.0,
        start: Instant | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reactor = reactor
        self._monotonic = monotonic
        self._start = time.time_ns() // 1000 if start is None else start
        self._origin = monotonic()
        self.speed = speed

    def now(self) -> Instant:
        """The present instant."""
        return self._start + round((self._monotonic() - self._origin) * self.speed * SECOND)

    def change_speed(self, speed: float) -> None:
        """From now on time passes so fast. Who waits for a wake-up is woken by the old speed, and has to look again."""
        self._start, self._origin = self.now(), self._monotonic()
        self.speed = speed

    def seconds(self) -> float:
        """The present instant in seconds, for Twisted's own helpers."""
        return self.now() / SECOND

    def callLater(  # noqa: N802 - Twisted's name
        self,
        delay: float,
        callable: Callable[..., object],  # noqa: A002 - likewise
        *args: object,
        **kwargs: object,
    ) -> IDelayedCall:
        """Call after ``delay`` seconds of this clock."""
        return self._reactor.callLater(max(0.0, delay / self.speed), callable, *args, **kwargs)

    def call_at(self, instant: Instant, function: Callable[..., object], *args: Any) -> IDelayedCall:
        """Wake ``function`` once ``instant`` has come."""
        return self.callLater((instant - self.now()) / SECOND, function, *args)

    def getDelayedCalls(self) -> list[IDelayedCall]:  # noqa: N802 - Twisted's name
        """What is due on the reactor below."""
        return list(self._reactor.getDelayedCalls())
