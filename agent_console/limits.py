"""How much and how often: sizes of bodies, and buckets that fill as time passes, a bucket a key. Pure."""

from collections import OrderedDict
from typing import Final

MOST_BODY: Final = 1024 * 1024
"""Bytes of a request's body."""

MOST_FILE: Final = 64 * 1024 * 1024
"""Bytes of a file that is taken in."""

MOST_KEYS: Final = 10_000
"""Keys that are remembered; the one not used for longest is forgotten first."""


class Buckets:
    """``burst`` tries at once, then one every ``every_s`` seconds."""

    def __init__(self, burst: int, every_s: float) -> None:
        self._burst = burst
        self._every_s = every_s
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until the next try is allowed; 0: now. Takes nothing."""
        full_at = max(self._full_at.get(key, now), now)
        return max(0.0, full_at - now - (self._burst - 1) * self._every_s)

    def take(self, key: str, now: float) -> float:
        """Try: 0 when it is allowed, else the seconds until it will be, and nothing is taken."""
        wait = self.wait(key, now)
        if wait == 0:
            self._full_at[key] = max(self._full_at.pop(key, now), now) + self._every_s
            if len(self._full_at) > MOST_KEYS:
                self._full_at.popitem(last=False)
        return wait

    def give_back(self, key: str) -> None:
        """The try that was taken does not count."""
        if key in self._full_at:
            self._full_at[key] -= self._every_s

    def forget(self, key: str) -> None:
        """Begin anew for a key."""
        self._full_at.pop(key, None)
