"""Time as whole microseconds: exact sums, exact comparisons, and nothing that rounds differently elsewhere."""

from typing import TypeAlias

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
