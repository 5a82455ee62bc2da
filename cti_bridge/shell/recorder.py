"""Facts become entries: numbered, dated, signed, and handed to everybody who folds them.

The journal's writer is one of the readers, the live board another, metrics a third. A reader that fails is logged
and never stops the rest.
"""

from collections.abc import Callable

import structlog

from facts.ids import NodeName
from facts.journal import Entry, Fact
from facts.time import Instant

log = structlog.get_logger(__name__)

Reader = Callable[[Entry], None]


class Recorder:
    """Stamps facts in the order in which they come. ``last_seq`` is where this node's journal ended before."""

    def __init__(self, node: NodeName, *, last_seq: int = 0) -> None:
        self._node = node
        self.last_seq = last_seq
        self._readers: list[Reader] = []

    def add_reader(self, reader: Reader) -> None:
        """``reader`` is told of every entry from now on."""
        self._readers.append(reader)

    def record(self, fact: Fact, at: Instant, switch_at: Instant | None = None) -> Entry:
        """Stamp one fact and hand it on."""
        self.last_seq += 1
        entry = Entry(node=self._node, seq=self.last_seq, at=at, switch_at=switch_at, fact=fact)  # type: ignore[arg-type]  # every Fact made is one of AnyFact
        for reader in self._readers:
            try:
                reader(entry)
            except Exception:
                log.exception("entry_reader_failed", seq=entry.seq, kind=fact.kind)
        return entry
