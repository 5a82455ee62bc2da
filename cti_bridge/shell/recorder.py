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
    """Stamps facts in the order in which they come. ``last_seq`` is where this node's journal ended before.

    ``journal`` comes first: a number is taken only by a fact that the journal has taken. What it refuses (it is full)
    is told to nobody, so that board and report go on agreeing.
    """

    def __init__(self, node: NodeName, *, last_seq: int = 0, journal: Reader | None = None) -> None:
        self._node = node
        self._journal = journal
        self.last_seq = last_seq
        self._readers: list[Reader] = []

    def add_reader(self, reader: Reader) -> None:
        """``reader`` is told of every entry from now on."""
        self._readers.append(reader)

    def record(self, fact: Fact, at: Instant, switch_at: Instant | None = None) -> Entry:
        """Stamp one fact and hand it on."""
        seq = self.last_seq + 1
        entry = Entry(node=self._node, seq=seq, at=at, switch_at=switch_at, fact=fact)  # type: ignore[arg-type]  # every Fact made is one of AnyFact
        if self._journal is not None:
            try:
                self._journal(entry)
            except Exception:
                log.exception("fact_lost", seq=seq, kind=fact.kind)
                return entry
        self.last_seq = seq
        for reader in self._readers:
            try:
                reader(entry)
            except Exception:
                log.exception("entry_reader_failed", seq=seq, kind=fact.kind)
        return entry
