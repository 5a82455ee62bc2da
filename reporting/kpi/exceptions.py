"""Who was taken out of a queue or put into it, and when: as the policies said that were in force.

The facts of policies are whole, so the last one before a stretch of time says what held when it began. A policy tells
only of the agents in it: another node's agents keep what their own said. A year of facts is read only where a month has
no policy at all, so a node that wrote none for a month is forgotten beside one that did.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

import msgspec

from facts.ids import AgentId, NodeName, QueueName
from facts.journal import Entry, PolicyChanged
from facts.time import DAY, Instant
from reporting.kpi.report import EntrySource

OfQueue: TypeAlias = Literal["put_in", "taken_out"]
"""What holds for an agent in a queue instead of the skills."""

_KINDS: Final = frozenset({"PolicyChanged"})
_BACK: Final = (31 * DAY, 366 * DAY)
"""So far before a stretch of time the policy is looked for that held when it began, the nearest first."""


class _Agent(msgspec.Struct, frozen=True):
    """Of an agent's policy, what is asked for here."""

    agent_id: AgentId
    without_queues: tuple[QueueName, ...] = ()
    extra_queues: tuple[QueueName, ...] = ()

    def exception(self, queue: QueueName) -> OfQueue | None:
        if queue in self.without_queues:
            return "taken_out"
        return "put_in" if queue in self.extra_queues else None


class _Policy(msgspec.Struct, frozen=True):
    agents: tuple[_Agent, ...] = ()


class Exceptions:
    """The agents who were taken out of one queue or put into it, by the policies of ``entries``, in order."""

    def __init__(self, queue: QueueName, entries: Iterable[Entry] = ()) -> None:
        self._changes: dict[AgentId, list[tuple[Instant, OfQueue | None]]] = {}
        for entry in entries:
            if isinstance(entry.fact, PolicyChanged):
                for agent in msgspec.convert(entry.fact.policy, _Policy).agents:
                    self._note(agent.agent_id, entry.at, agent.exception(queue))

    def _note(self, agent_id: AgentId, at: Instant, exception: OfQueue | None) -> None:
        changes = self._changes.get(agent_id, [])
        if exception != (changes[-1][1] if changes else None):
            self._changes[agent_id] = [*changes, (at, exception)]

    def at(self, agent_id: AgentId, instant: Instant) -> OfQueue | None:
        """What held for the agent at an instant."""
        found = None
        for since, exception in self._changes.get(agent_id, ()):
            if since > instant:
                break
            found = exception
        return found

    def stretches(
        self, agent_id: AgentId, start: Instant, end: Instant
    ) -> Iterator[tuple[Instant, Instant, OfQueue | None]]:
        """A time cut where something else began to hold for the agent."""
        begin, held = start, self.at(agent_id, start)
        for since, exception in self._changes.get(agent_id, ()):
            if start < since < end:
                yield begin, since, held
                begin, held = since, exception
        if begin < end:
            yield begin, end, held


def policies(source: EntrySource, start: Instant, end: Instant) -> Iterator[Entry]:
    """The policies that were in force between two instants, those that held at the first among them."""
    known = start
    for back in _BACK:
        last: dict[NodeName, Entry] = {}
        for entry in source.entries(start - back, known, _KINDS, personal=False):
            last[entry.node] = entry
        yield from sorted(last.values(), key=lambda entry: entry.at)
        if last:
            break
        known = start - back
    yield from source.entries(start, end, _KINDS, personal=False)
