"""Removing what is older than one may keep. A checkpoint per node holds the hash from which its chain goes on.

First a fact tells what will be removed, then the facts go in small transactions, each moving the checkpoint: an
interrupted run leaves a journal that verifies, and the next run goes on. The facts about upkeep itself stay.
"""

from collections.abc import Callable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from facts.ids import NodeName
from facts.journal import FactsRemoved
from facts.time import Instant
from storage.chain import UPKEEP
from storage.journal import Head, Journal
from storage.schema import journal as facts_table
from storage.schema import journal_checkpoint, journal_personal
from storage.upkeep import tell

CHUNK = 5_000
"""Facts removed in one transaction: short enough not to hold up the writer."""


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """How many facts of each node were removed.

    ``behind_newer``: how many older facts each node still has, because newer ones come before them in its chain
    (months that were imported in another order than that of time).
    """

    facts: dict[NodeName, int]
    behind_newer: dict[NodeName, int] = {}


def _nothing(_: int) -> None:
    """No progress is shown."""


def retain(
    journal: Journal, *, since: Instant, at: Instant, by: str, on_progress: Callable[[int], object] = _nothing
) -> Removed:
    """Remove each node's facts before ``since``: its first ones, up to but without the first that is not older.

    ``on_progress`` is told the number of facts removed by each step.
    """
    removed, behind_newer = {}, {}
    for node in sorted(set(journal.heads()) - {UPKEEP}):
        last = _announce(journal, node, since, at, by)
        count = 0
        while last is not None and (step := _step(journal, node, last, since)):
            count += step
            on_progress(step)
        if count:
            removed[node] = count
        if older := _older(journal, node, since):
            behind_newer[node] = older
    if removed:
        journal.scour("journal", "journal_personal")
    return Removed(facts=removed, behind_newer=behind_newer)


def _older(journal: Journal, node: NodeName, since: Instant) -> int:
    query = sa.select(sa.func.count()).where(facts_table.c.node == node, facts_table.c.at < since)
    with journal.transaction(writes=False) as connection:
        return connection.scalar(query) or 0


def _announce(journal: Journal, node: NodeName, since: Instant, at: Instant, by: str) -> int | None:
    """Tell what will be removed, and give the number of the last such fact; None when there is none."""
    with journal.transaction(writes=True) as connection:
        last = _last_before(connection, node, since)
        if last is None:
            return None
        fact = FactsRemoved(of_node=node, last_seq=last.seq, last_hash=last.hash.hex(), before=since, by=by)
        tell(journal, connection, fact, at)
        return last.seq


def _last_before(connection: Connection, node: NodeName, since: Instant) -> Head | None:
    mine = facts_table.c.node == node
    first_kept = sa.select(sa.func.min(facts_table.c.seq)).where(mine, facts_table.c.at >= since).scalar_subquery()
    query = (
        sa.select(facts_table.c.seq, facts_table.c.hash)
        .where(mine, sa.or_(facts_table.c.seq < first_kept, first_kept.is_(None)))
        .order_by(facts_table.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return Head(row.seq, row.hash) if row else None


def _step(journal: Journal, node: NodeName, last: int, since: Instant) -> int:
    """Remove some facts up to ``last``; gives how many."""
    columns = facts_table.c
    oldest = sa.select(columns.seq, columns.hash).where(columns.node == node, columns.seq <= last)
    with journal.transaction(writes=True) as connection:
        rows = connection.execute(oldest.order_by(columns.seq).limit(CHUNK)).all()
        if not rows:
            return 0
        end = rows[-1]
        for table in (facts_table, journal_personal):
            connection.execute(table.delete().where(table.c.node == node, table.c.seq <= end.seq))
        _move_checkpoint(connection, node, Head(end.seq, end.hash), since)
    return len(rows)


def _move_checkpoint(connection: Connection, node: NodeName, head: Head, since: Instant) -> None:
    values = {"seq": head.seq, "hash": head.hash, "at": since}
    moved = connection.execute(journal_checkpoint.update().where(journal_checkpoint.c.node == node).values(**values))
    if moved.rowcount == 0:
        connection.execute(journal_checkpoint.insert().values(node=node, **values))
