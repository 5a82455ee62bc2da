"""What the journal holds of a queue_log already, so that a log that has grown, or was rotated, counts once."""

from collections.abc import Iterable

import msgspec

from facts.ids import ContactId, QueueName
from facts.journal import AnyFact, ContactOffered, ContactQueued, Entry
from facts.time import SECOND, Duration, Instant
from reporting.importers.ingest import Draft

MADE_UP = "import: entered before this log began"
ROUNDED: Duration = 2 * SECOND
"""The log's times and waits are whole seconds: so far an entry that was reckoned from them may be off."""

_encode = msgspec.json.Encoder(order="deterministic").encode


class Known:
    """What the journal holds already. A call may have begun in one file and gone on in the next, in either order."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._facts: set[tuple[Instant, bytes]] = set()
        self._arrived: set[ContactId | None] = set()
        self._queued: dict[tuple[ContactId | None, QueueName | None], list[ContactQueued]] = {}
        for entry in entries:
            fact = entry.fact
            self._facts.add((entry.at, _digest(fact)))
            if isinstance(fact, ContactOffered):
                self._arrived.add(fact.contact_id)
            elif isinstance(fact, ContactQueued):
                self._queued.setdefault((fact.contact_id, fact.queue), []).append(fact)

    def holds(self, draft: Draft) -> bool:
        """Whether the journal says this already: the same fact, or an entry that another file made up or has."""
        fact = draft.fact
        if (draft.at, _digest(fact)) in self._facts:
            return True
        if isinstance(fact, ContactOffered):
            return fact.contact_id in self._arrived
        if isinstance(fact, ContactQueued):
            return any(_is_same_entry(fact, other) for other in self._queued.get((fact.contact_id, fact.queue), ()))
        return False


def _is_same_entry(one: ContactQueued, other: ContactQueued) -> bool:
    """Whether two entries into a queue are one, of which at least one file did not have the line."""
    return MADE_UP in {one.why, other.why} and abs(one.joined_at - other.joined_at) <= ROUNDED


def _digest(fact: AnyFact) -> bytes:
    """What makes a fact the same as one that is there: all but its personal fields."""
    if isinstance(fact, ContactOffered):
        fact = msgspec.structs.replace(fact, caller_number="")
    return _encode(fact)
