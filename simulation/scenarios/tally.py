"""What is counted during a run, batch by batch, and the figures that follow from it.

Calls belong to the batch of their arrival, whenever they are answered; times of agents to the batch in which they pass.
What is not to be counted (warm-up, and calls after the last counted one) goes to a batch of its own, which is left out.
"""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from facts.time import SECOND, Instant
from simulation.scenarios.estimates import Estimate, ratio


class CallTypeFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One call type: counts, and estimates per offered, per admitted or per answered call."""

    offered: int
    blocked: int
    abandoned: int
    answered: int
    p_wait: Estimate
    p_block: Estimate
    p_abandon: Estimate
    mean_wait_all_s: Estimate
    mean_wait_answered_s: Estimate
    sl_of_offered: Estimate
    sl_of_answered: Estimate


class PoolFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One pool: the share of its agents' time that calls and wrap-up took, and of each type's answered calls."""

    utilisation: Estimate
    share_of_type_answered: dict[str, Estimate]


class CallTally:
    """Counts of one call type, each a list by batch; the last entry is what is not counted."""

    __slots__ = (
        "abandoned",
        "admitted",
        "answered",
        "blocked",
        "in_time",
        "offered",
        "wait_all",
        "wait_answered",
        "waited",
    )

    def __init__(self, batches: int) -> None:
        size = batches + 1
        self.offered = [0] * size
        self.blocked = [0] * size
        self.admitted = [0] * size
        self.abandoned = [0] * size
        self.answered = [0] * size
        self.waited = [0] * size
        self.in_time = [0] * size
        self.wait_all = [0] * size
        self.wait_answered = [0] * size

    def figures(self) -> CallTypeFigures:
        """The counts and estimates of the batches that count."""
        offered, admitted, answered = self.offered[:-1], self.admitted[:-1], self.answered[:-1]
        return CallTypeFigures(
            offered=sum(offered),
            blocked=sum(self.blocked[:-1]),
            abandoned=sum(self.abandoned[:-1]),
            answered=sum(answered),
            p_wait=ratio(self.waited[:-1], admitted),
            p_block=ratio(self.blocked[:-1], offered),
            p_abandon=ratio(self.abandoned[:-1], offered),
            mean_wait_all_s=ratio(_seconds(self.wait_all), admitted),
            mean_wait_answered_s=ratio(_seconds(self.wait_answered), answered),
            sl_of_offered=ratio(self.in_time[:-1], offered),
            sl_of_answered=ratio(self.in_time[:-1], answered),
        )


class PoolTally:
    """How busy a pool is, and whose calls it takes."""

    __slots__ = ("_area", "_areas", "_since", "agents", "answered", "busy")

    def __init__(self, agents: int, call_types: int, batches: int) -> None:
        self.agents = agents
        self.answered = [[0] * (batches + 1) for _ in range(call_types)]
        self.busy = 0
        self._since: Instant = 0
        self._area = 0
        self._areas: list[tuple[Instant, int]] = []

    def change(self, by: int, now: Instant) -> None:
        """So many agents more are busy from now on."""
        self._area += self.busy * (now - self._since)
        self._since = now
        self.busy += by

    def mark(self, now: Instant) -> None:
        """A batch begins, or the last one ends."""
        self.change(0, now)
        self._areas.append((now, self._area))

    def figures(self, names: Sequence[str], call_tallies: Sequence[CallTally]) -> PoolFigures:
        """Utilisation and shares of the batches that count."""
        spans = list(pairwise(self._areas))
        busy = [float(end - start) for (_, start), (_, end) in spans]
        staffed = [float(self.agents * (end - start)) for (start, _), (end, _) in spans]
        shares = {
            name: ratio(own[:-1], tally.answered[:-1])
            for name, own, tally in zip(names, self.answered, call_tallies, strict=True)
        }
        return PoolFigures(utilisation=ratio(busy, staffed), share_of_type_answered=shares)


def _seconds(by_batch: Sequence[int]) -> list[float]:
    return [microseconds / SECOND for microseconds in by_batch[:-1]]
