"""The switch's clock beside the node's: when something happened, however late we hear of it.

Events carry Asterisk's own time stamps. Both clocks run alike, so the least difference that was seen between the
arrival of an event and its stamp is the difference of the clocks (and the shortest way); whatever an event took longer
is delay. A clock that was set, and one that drifts away, is followed.
"""

from typing import Final

from facts.time import SECOND, Duration, Instant

BELIEVED_DELAY: Final[Duration] = 2 * SECOND
"""More than this is no delay: one of the clocks was set."""

DRIFT_PER_SECOND: Final[Duration] = 20
"""The difference may grow by so many microseconds a second, so that drifting clocks do not look like delay."""


class SwitchClock:
    """Turns the switch's time stamps into instants of the node's clock."""

    def __init__(self) -> None:
        self._difference: Duration | None = None
        self._seen_at: Instant = 0

    def instant(self, switch_at: Instant, now: Instant) -> Instant:
        """When it happened by the node's clock, at the latest ``now``."""
        difference = now - switch_at
        if self._difference is not None:
            allowed = self._difference + (now - self._seen_at) * DRIFT_PER_SECOND // SECOND
            if allowed < difference <= allowed + BELIEVED_DELAY:
                difference = allowed
        self._difference, self._seen_at = difference, now
        return min(now, switch_at + difference)
