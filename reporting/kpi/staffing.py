"""Who worked for a queue, and for how long: agents' time by what they could take of it.

An agent is of a queue who took contacts of it before without being put into it, or has the skills that some of them
require; who is put into it, as long as that holds; and not who is taken out of it, as long as that does. Who serves
several queues counts for each by the part of their handling time that went to it.
"""

from collections.abc import Iterator, Sequence

import msgspec

from facts.ids import AgentId, QueueName
from facts.time import SECOND, Instant
from reporting.kpi.exceptions import Exceptions
from reporting.kpi.records import Leg, Offer, Record, Span, Visit


class Staff(msgspec.Struct, frozen=True):
    """Agents of a queue in one interval: seconds by agent, by the part of them that is the queue's."""

    logged_in: dict[AgentId, float]
    not_ready: dict[AgentId, float]
    ready: dict[AgentId, float]


class _Stretch(msgspec.Struct, frozen=True):
    """A time in one state in which an agent was of the queue."""

    begin: Instant
    end: Instant
    state: str


class Staffing:
    """The agents of one queue, by records that reach back to when it was learnt who takes its contacts."""

    def __init__(self, records: Sequence[Record], queue: QueueName, exceptions: Exceptions) -> None:
        self._queue, self._exceptions = queue, exceptions
        self._legs = [record for record in records if isinstance(record, Leg)]
        self._spans = [record for record in records if isinstance(record, Span)]
        visits = (record for record in records if isinstance(record, Visit) and record.queue == queue)
        self._required = {frozenset(visit.skills) for visit in visits}
        self._took = set(self._takers(records))

    def _takers(self, records: Sequence[Record]) -> Iterator[AgentId]:
        """Those who took contacts of the queue, or were offered them, when they were not put into it."""
        for record in records:
            if not isinstance(record, Leg | Offer) or record.queue != self._queue or record.agent_id is None:
                continue
            at = record.began_at if isinstance(record, Leg) else record.at
            if self._exceptions.at(record.agent_id, at) != "put_in":
                yield record.agent_id

    def of(self, start: Instant, end: Instant) -> Staff:
        """Who was there between two instants."""
        stretches: dict[AgentId, list[_Stretch]] = {}
        for span in self._spans:
            found = list(self._stretches(span, start, end))
            if found:
                stretches.setdefault(span.agent_id, []).extend(found)
        legs: dict[AgentId, list[Leg]] = {}
        for leg in self._legs:
            if leg.agent_id is not None and start <= leg.began_at < end:
                legs.setdefault(leg.agent_id, []).append(leg)
        staff = Staff({}, {}, {})
        for agent_id, mine in stretches.items():
            part = self._part(mine, legs.get(agent_id, ()))
            if part:
                _count(staff, agent_id, mine, part)
        return staff

    def _stretches(self, span: Span, start: Instant, end: Instant) -> Iterator[_Stretch]:
        """The parts of a stretch of log-in in which its agent was of the queue."""
        first, last = max(start, span.at), min(end, span.end)
        if first >= last:
            return
        for begin, stop, exception in self._exceptions.stretches(span.agent_id, first, last):
            if exception == "put_in" or (exception is None and self._serves(span)):
                yield _Stretch(begin, stop, span.state)

    def _serves(self, span: Span) -> bool:
        return span.agent_id in self._took or any(required.issubset(span.skills) for required in self._required)

    def _part(self, stretches: Sequence[_Stretch], legs: Sequence[Leg]) -> float:
        """Of what an agent handled in these stretches, the part that was the queue's; who handled nothing is its."""
        all_of = mine = 0
        for leg in legs:
            if any(stretch.begin <= leg.began_at < stretch.end for stretch in stretches):
                took = leg.handling_us + 1
                all_of += took
                mine += took if leg.queue == self._queue else 0
        return mine / all_of if all_of else 1.0


def _count(staff: Staff, agent_id: AgentId, stretches: Sequence[_Stretch], part: float) -> None:
    for stretch in stretches:
        seconds = (stretch.end - stretch.begin) / SECOND * part
        staff.logged_in[agent_id] = staff.logged_in.get(agent_id, 0.0) + seconds
        into = _into(staff, stretch.state)
        if into is not None:
            into[agent_id] = into.get(agent_id, 0.0) + seconds


def _into(staff: Staff, state: str) -> dict[AgentId, float] | None:
    if state.startswith("NOT_READY"):
        return staff.not_ready
    return staff.ready if state == "READY" else None
