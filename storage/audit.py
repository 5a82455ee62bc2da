"""The audit log: who changed what, when, and what it was before.

A change and its record belong into one transaction: write both on one connection (`record_within`). Secrets do not
belong here: whoever records leaves them out of ``before`` and ``after``.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from facts.time import Instant
from storage.journal import Journal, tell_change
from storage.schema import audit


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change. ``resource`` and ``key`` say of what, e.g. ``queue`` and ``sales``.

    ``before`` is None for what was made, ``after`` for what was removed; both are anything that JSON can hold.
    """

    at: Instant
    actor: str
    action: str
    resource: str
    key: str
    before: Any = None
    after: Any = None


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """A change as the log holds it. Numbers rise, and are not always without gap."""

    number: int
    change: Change


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """A change without what was before and after."""

    number: int
    at: Instant
    actor: str
    action: str
    resource: str
    key: str


class AuditLog:
    """The audit log in the journal's database."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def record(self, change: Change) -> None:
        """Keep a change whose doing is not in this database."""
        with self._journal.transaction(writes=True) as connection:
            record_within(connection, change)

    def changes(
        self,
        *,
        resource: str | None = None,
        key: str | None = None,
        actor: str | None = None,
        before_number: int | None = None,
        most: int = 100,
    ) -> Sequence[Audited]:
        """The latest changes first; ``before_number`` continues behind the last one of an earlier answer."""
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(most)
        for column, wanted in ((audit.c.resource, resource), (audit.c.key, key), (audit.c.actor, actor)):
            if wanted is not None:
                query = query.where(column == wanted)
        if before_number is not None:
            query = query.where(audit.c.id < before_number)
        with self._journal.transaction(writes=False) as connection:
            return [_audited(row) for row in connection.execute(query)]

    def headlines(self, *, after_number: int, resource: str | None = None, most: int = 100) -> Sequence[Headline]:
        """The latest changes first, as far back as behind ``after_number``."""
        columns = audit.c
        wanted = (columns.id.label("number"), columns.at, columns.actor, columns.action, columns.resource, columns.key)
        query = sa.select(*wanted).where(columns.id > after_number).order_by(columns.id.desc()).limit(most)
        if resource is not None:
            query = query.where(columns.resource == resource)
        with self._journal.transaction(writes=False) as connection:
            return [Headline(**row) for row in connection.execute(query).mappings()]

    def latest_of(self, resource: str) -> dict[str, Audited]:
        """For each thing of a kind its latest change."""
        last = sa.select(sa.func.max(audit.c.id)).where(audit.c.resource == resource).group_by(audit.c.key)
        query = sa.select(audit).where(audit.c.id.in_(last))
        with self._journal.transaction(writes=False) as connection:
            return {row.key: _audited(row) for row in connection.execute(query)}


def record_within(connection: Connection, change: Change) -> None:
    """Keep a change as part of the transaction that does it."""
    values = msgspec.structs.asdict(change)
    for name in ("before", "after"):
        values[name] = None if values[name] is None else msgspec.json.encode(values[name]).decode()
    connection.execute(audit.insert(), values)
    tell_change(connection)


def _audited(row: Any) -> Audited:
    before, after = (None if text is None else msgspec.json.decode(text) for text in (row.before, row.after))
    change = Change(
        at=row.at,
        actor=row.actor,
        action=row.action,
        resource=row.resource,
        key=row.key,
        before=before,
        after=after,
    )
    return Audited(number=row.id, change=change)
