"""Proving that the journal is what was written: every hash, every number, every personal field, from first to last.

Found are: a changed fact, a missing or added one anywhere (the last included), columns that say otherwise than the
fact, personal fields changed, added, or gone without a `PersonalDataErased`, a beginning cut off without a
`FactsRemoved`. Somebody who may write to the database and rewrites a whole chain to its end is found by heads that
were noted down elsewhere before (``anchors``).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from facts.ids import NodeName
from facts.journal import Entry, FactsRemoved, PersonalDataErased
from storage import chain
from storage.chain import UPKEEP
from storage.errors import UnreadableFactError
from storage.journal import Head, Journal
from storage.records import Record, decode, encode
from storage.schema import journal as facts_table
from storage.schema import journal_checkpoint, journal_head, journal_personal

PAGE = 2_000
_REPEATED = ("kind", "contact_id", "agent_id", "customer_id", "queue", "channel", "direction")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The first bad place of a node's chain."""

    node: NodeName
    seq: int
    text: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What verification found. ``heads`` are worth noting down elsewhere: later they serve as anchors."""

    facts: int
    heads: dict[NodeName, tuple[int, str]]
    problems: list[Problem]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


class _Broken(Exception):  # noqa: N818 - carries the first bad place out of nested checks, never seen outside
    def __init__(self, seq: int, text: str) -> None:
        super().__init__(text)
        self.seq = seq


def _nothing(_: int) -> None:
    """No progress is shown."""


def verify(
    journal: Journal,
    *,
    anchors: Mapping[NodeName, tuple[int, str]] | None = None,
    on_progress: Callable[[int], object] = _nothing,
) -> Verdict:
    """Check every node's chain, as it stands at one instant; each node's first bad place is named.

    ``anchors``: heads noted down at an earlier verification, number and hash in hex. ``on_progress`` is told the
    number of facts checked by each step.
    """
    with journal.snapshot() as connection:
        return _Verification(connection, anchors or {}, on_progress).verdict()


class _Verification:
    def __init__(
        self,
        connection: Connection,
        anchors: Mapping[NodeName, tuple[int, str]],
        on_progress: Callable[[int], object],
    ) -> None:
        self._connection = connection
        self._anchors = anchors
        self._on_progress = on_progress
        self._facts = 0
        self._erased: dict[str, set[int]] = {}
        self._removed: dict[str, dict[int, str]] = {}

    def verdict(self) -> Verdict:
        heads = self._heads(journal_head)
        checkpoints = self._heads(journal_checkpoint)
        nodes = {*heads, *checkpoints, *self._anchors}
        for table in (facts_table, journal_personal):
            nodes.update(self._connection.scalars(sa.select(table.c.node).distinct()))
        problems = []
        for node in sorted(nodes, key=lambda name: (name != UPKEEP, name)):  # upkeep tells what may be missing
            try:
                self._check_node(NodeName(node), heads.get(node), checkpoints.get(node))
            except _Broken as broken:
                problems.append(Problem(node=NodeName(node), seq=broken.seq, text=str(broken)))
        known = {NodeName(node): (head.seq, head.hash.hex()) for node, head in heads.items()}
        return Verdict(facts=self._facts, heads=known, problems=problems)

    def _heads(self, table: sa.Table) -> dict[str, Head]:
        query = sa.select(table.c.node, table.c.seq, table.c.hash).order_by(table.c.node)
        return {row.node: Head(row.seq, row.hash) for row in self._connection.execute(query)}

    def _check_node(self, node: NodeName, head: Head | None, checkpoint: Head | None) -> None:
        last = Head(0, chain.genesis(node))
        if checkpoint is not None:
            self._check_checkpoint(node, checkpoint)
            last = checkpoint
        self._check_anchor(node, last)
        for rows in self._pages(node):
            hidden = self._hidden(node, rows[0].seq, rows[-1].seq)
            for row in rows:
                last = Head(row.seq, self._check_fact(node, row, last, hidden.pop(row.seq, None)))
                self._check_anchor(node, last)
            if hidden:
                raise _Broken(min(hidden), "personal fields stand where there is no such fact")
            self._facts += len(rows)
            self._on_progress(len(rows))
        self._check_orphans(node, checkpoint, last)
        self._check_end(node, head, last)

    def _pages(self, node: NodeName) -> Iterator[Sequence[Any]]:
        query = sa.select(facts_table).where(facts_table.c.node == node).order_by(facts_table.c.seq).limit(PAGE)
        last = None
        while True:
            rows = self._connection.execute(query if last is None else query.where(facts_table.c.seq > last)).all()
            if not rows:
                return
            yield rows
            last = rows[-1].seq

    def _hidden(self, node: NodeName, first: int, last: int) -> dict[int, Any]:
        columns = journal_personal.c
        query = sa.select(journal_personal).where(columns.node == node, columns.seq.between(first, last))
        return {row.seq: row for row in self._connection.execute(query)}

    def _check_fact(self, node: NodeName, row: Any, last: Head, hidden: Any) -> bytes:
        """Check one row after the one before; gives its hash."""
        if row.seq != last.seq + 1:
            missing = (
                f"facts {last.seq + 1} to {row.seq - 1} are" if row.seq > last.seq + 2 else f"fact {row.seq - 1} is"
            )
            raise _Broken(last.seq + 1, f"{missing} missing")
        header = (node, row.seq, row.at, row.switch_at, row.tenant, row.version)
        linked = chain.link(last.hash, header, row.personal_digest, row.data)
        if linked != row.hash:
            raise _Broken(row.seq, "the fact was changed, or one before it was exchanged")
        self._check_personal(node, row, hidden)
        entry = _read(row, header, hidden)
        _check_columns(row, hidden, encode(entry))
        if node == UPKEEP:
            self._learn(entry)
        return linked

    def _check_personal(self, node: NodeName, row: Any, hidden: Any) -> None:
        if hidden is None:
            if row.personal_digest is not None and row.seq not in self._erased.get(node, ()):
                raise _Broken(row.seq, "its personal fields are gone, and no erasure tells of it")
        elif row.personal_digest is None or chain.personal_digest(hidden.salt, hidden.data) != row.personal_digest:
            raise _Broken(row.seq, "its personal fields were changed or added")

    def _learn(self, entry: Entry) -> None:
        """Note what the chain of upkeep says is gone."""
        match entry.fact:
            case PersonalDataErased(facts=ranges):
                for node, pairs in ranges.items():
                    seqs = self._erased.setdefault(node, set())
                    for first, last in pairs:
                        seqs.update(range(first, last + 1))
            case FactsRemoved(of_node=node, last_seq=seq, last_hash=digest):
                self._removed.setdefault(node, {})[seq] = digest
            case _:
                raise _Broken(entry.seq, "such a fact does not belong into the journal's own chain")

    def _check_checkpoint(self, node: NodeName, checkpoint: Head) -> None:
        told = self._removed.get(node, {})
        if checkpoint.seq > max(told, default=0):
            raise _Broken(1, f"facts 1 to {checkpoint.seq} are missing, and no retention tells of it")
        if told.get(checkpoint.seq, checkpoint.hash.hex()) != checkpoint.hash.hex():
            raise _Broken(checkpoint.seq, "the checkpoint was changed")

    def _check_anchor(self, node: NodeName, last: Head) -> None:
        seq, digest = self._anchors.get(node, (0, ""))
        if seq == last.seq and seq > 0 and digest != last.hash.hex():
            raise _Broken(seq, "the chain was rewritten since its head was noted down")

    def _check_orphans(self, node: NodeName, checkpoint: Head | None, last: Head) -> None:
        columns = journal_personal.c
        outside = sa.or_(columns.seq > last.seq, columns.seq <= (checkpoint.seq if checkpoint else 0))
        orphan = self._connection.scalar(sa.select(sa.func.min(columns.seq)).where(columns.node == node, outside))
        if orphan is not None:
            raise _Broken(orphan, "personal fields stand where there is no such fact")

    def _check_end(self, node: NodeName, head: Head | None, last: Head) -> None:
        if head is None:
            raise _Broken(last.seq, "the record of the node's last fact is missing")
        if head.seq > last.seq:
            raise _Broken(last.seq + 1, f"facts {last.seq + 1} to {head.seq} are missing")
        if head != last:
            raise _Broken(head.seq, "the record of the node's last fact was changed")
        noted = self._anchors.get(node, (0, ""))[0]
        if noted > last.seq:
            raise _Broken(last.seq + 1, f"facts {last.seq + 1} to {noted} are missing")


def _read(row: Any, header: chain.Header, hidden: Any) -> Entry:
    try:
        return decode(header, row.data, hidden and hidden.data)
    except UnreadableFactError as error:
        raise _Broken(row.seq, str(error)) from error


def _check_columns(row: Any, hidden: Any, record: Record) -> None:
    """The columns to search by repeat what the fact says; the chain covers them through it."""
    for name in _REPEATED:
        if getattr(row, name) != getattr(record, name):
            raise _Broken(row.seq, f"its column {name} was changed")
    if hidden is not None and hidden.number != record.number:
        raise _Broken(row.seq, "the number to search it by was changed")
