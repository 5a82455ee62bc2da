"""What reporting needs of its neighbours; storage implements it, `cti_bridge.app` passes it in.

Intervals are half-open: the first instant is inside, the second is not; None is no limit. Instants are microseconds
(`facts.time.Instant`).
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from facts.ids import ContactId, NodeName
from facts.journal import Entry
from facts.time import Instant


class JournalReader(Protocol):
    """Facts in order: each node's by number, the nodes merged by ``at``, always in the same way."""

    def entries(
        self,
        from_at: Instant | None = None,
        to_at: Instant | None = None,
        kinds: Collection[str] | None = None,
        contact_id: ContactId | None = None,
        *,
        nodes: Collection[NodeName] | None = None,
        personal: bool = True,
    ) -> Iterator[Entry]:
        """The facts whose ``at`` lies in the interval; without ``personal`` those fields have their defaults."""
        ...


class JournalAppender(JournalReader, Protocol):
    """Takes entries into the journal, all or none."""

    def last_seq(self, node: NodeName) -> int:
        """The number of the node's last fact, 0 for none; the next entry carries one more."""
        ...

    def append(self, entries: Iterable[Entry]) -> None:
        """Write all entries in one transaction; after an error none of them is there."""
        ...
