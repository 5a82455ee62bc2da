"""Time as whole microseconds: exact sums, exact comparisons, and nothing that rounds differently elsewhere."""

from typing import Final, TypeAlias

Instant: TypeAlias = int
"""Microseconds since 1970-01-01 00:00 UTC."""

Duration: TypeAlias = int
"""Microseconds."""

MILLISECOND: Duration = 1_000
SECOND: Duration = 1_000_000
MINUTE: Duration = 60 * SECOND
HOUR: Duration = 60 * MINUTE
DAY: Duration = 24 * HOUR


def from_seconds(seconds: float) -> Duration:
    """Seconds as the nearest whole number of microseconds."""
    return round(seconds * SECOND)


def to_seconds(duration: Duration) -> float:
    """A duration, or an instant, in seconds."""
    return duration / SECOND


EARLIEST: Final[Instant] = -2_208_988_800 * SECOND
"""1900-01-01 00:00 UTC: no call is older."""

LATEST: Final[Instant] = 32_503_680_000 * SECOND
"""3000-01-01 00:00 UTC. Between both, every zone's clock can tell an instant."""


def is_tellable(instant: Instant) -> bool:
    """Whether an instant that somebody names lies where every zone's clock can tell it: from 1900 to 2999."""
    return EARLIEST <= instant < LATEST
