"""Whether a queue takes contacts: its open intervals, and the emergency closing."""

from bisect import bisect_right

from acd.centre import Centre
from acd.model import Queue
from acd.policy import Exit
from facts.states import LeftQueue
from facts.time import Instant

Interval = tuple[Instant, Instant]


def inside(intervals: tuple[Interval, ...] | None, at: Instant) -> bool:
    """Whether an instant lies in one of the intervals [from, to), which are in order; None: always."""
    if intervals is None:
        return True
    index = bisect_right(intervals, at, key=_begin) - 1
    return index >= 0 and at < intervals[index][1]


def next_inside(intervals: tuple[Interval, ...] | None, at: Instant) -> Instant | None:
    """The first instant, not before ``at``, that lies in an interval; None: there is none."""
    if inside(intervals, at):
        return at
    assert intervals is not None
    index = bisect_right(intervals, at, key=_begin)
    return intervals[index][0] if index < len(intervals) else None


def end_of(intervals: tuple[Interval, ...] | None, at: Instant) -> Instant | None:
    """When the interval ends in which ``at`` lies; None: never, or there is none."""
    if intervals is None or not inside(intervals, at):
        return None
    return intervals[bisect_right(intervals, at, key=_begin) - 1][1]


def next_edge(intervals: tuple[Interval, ...] | None, after: Instant) -> Instant | None:
    """The next instant at which an interval begins or ends."""
    edges = (edge for interval in intervals or () for edge in interval if edge > after)
    return min(edges, default=None)


def is_open(queue: Queue, now: Instant) -> bool:
    """Whether the queue takes contacts now."""
    return not queue.closed_by_hand and inside(queue.policy.open, now)


def sends_away(queue: Queue, now: Instant) -> bool:
    """Whether the queue is closed, and not even who waits already is served."""
    return queue.closed_by_hand or (queue.policy.closing == "send_away" and not inside(queue.policy.open, now))


def refusal(centre: Centre, queue: Queue) -> tuple[Exit, LeftQueue] | None:
    """Where a contact goes that comes to a closed queue; None: the queue is open."""
    return None if is_open(queue, centre.now) else (queue.policy.when_closed, LeftQueue.CLOSED)


def _begin(interval: Interval) -> Instant:
    return interval[0]
