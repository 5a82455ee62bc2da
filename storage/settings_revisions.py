"""Revisions of the settings that administrators change while the daemon runs: whole documents, one after the other.

Nothing is ever overwritten: a change is a new revision, and so is taking one back. A revision is kept together with
its records in the audit log, in one transaction, and only if it follows the revision that it was made from.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy import exc

from facts.time import Instant
from storage.accounts import Account, accounts_within, forget_former_within
from storage.audit import Change, record_within
from storage.errors import StorageError
from storage.journal import Journal
from storage.rights import hold_rights_within, last_revision_within
from storage.schema import settings_revision

Origin = Literal["file", "change"]
Document = dict[str, Any]


class OvertakenError(StorageError):
    """Somebody else added a revision meanwhile: nothing was kept; look again and make the change anew."""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One revision. ``changed``: sections and names of the items that differ from the revision before.

    ``origin``: whether it is what a settings file said. ``undoes``: the number of the revision that it takes back.
    """

    number: int
    at: Instant
    actor: str
    comment: str = ""
    origin: Origin = "change"
    undoes: int | None = None
    changed: tuple[tuple[str, str], ...] = ()


class SettingsRevisions:
    """The revisions in the journal's database. Without any, the settings file leads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def last_number(self) -> int:
        """The number of the revision in force; 0 when there is none."""
        with self._journal.transaction(writes=False) as connection:
            return last_revision_within(connection)

    def latest(self) -> tuple[Revision, Document] | None:
        """The revision in force with its document; None when there is none."""
        return self._one(
            settings_revision.c.number == sa.select(sa.func.max(settings_revision.c.number)).scalar_subquery()
        )

    def revision(self, number: int) -> tuple[Revision, Document] | None:
        """A revision with its document."""
        return self._one(settings_revision.c.number == number)

    def latest_of_file(self) -> Document | None:
        """What the settings file said when it was taken in last."""
        last = sa.select(sa.func.max(settings_revision.c.number)).where(settings_revision.c.origin == "file")
        found = self._one(settings_revision.c.number == last.scalar_subquery())
        return None if found is None else found[1]

    def revisions(self, *, before_number: int | None = None, most: int = 100) -> Sequence[Revision]:
        """The latest first; ``before_number`` continues behind the last one of an earlier answer."""
        columns = [column for column in settings_revision.c if column.name != "document"]
        query = sa.select(*columns).order_by(settings_revision.c.number.desc()).limit(most)
        if before_number is not None:
            query = query.where(settings_revision.c.number < before_number)
        with self._journal.transaction(writes=False) as connection:
            return [_revision(row) for row in connection.execute(query)]

    def add(
        self,
        revisions: Sequence[tuple[Revision, Document]],
        changes: Sequence[Change],
        *,
        suits: Callable[[Sequence[Account]], bool] | None = None,
        newcomers: Collection[str] = (),
    ) -> None:
        """Keep revisions that follow the last one, and the records of what they change, all or nothing.

        ``suits``: for a change of users, whether it still may be made with the accounts as they are by then.
        ``newcomers``: users who begin by it, with nothing of a former user of the same name.
        Raises `OvertakenError` when the first does not carry the number after the last one, or accounts do not suit.
        """
        with self._journal.transaction(writes=True) as connection:
            if suits is not None:
                hold_rights_within(connection)
            if last_revision_within(connection) != revisions[0][0].number - 1:
                raise OvertakenError(_OVERTAKEN)
            if suits is not None and not suits(accounts_within(connection)):
                raise OvertakenError(_OVERTAKEN)
            try:
                for revision, document in revisions:
                    connection.execute(settings_revision.insert().values(**_values(revision, document)))
            except exc.IntegrityError:  # two at once on PostgreSQL
                raise OvertakenError(_OVERTAKEN) from None
            for change in changes:
                record_within(connection, change)
            latest = revisions[-1][0]
            for name in newcomers:
                forget_former_within(connection, name, by=latest.actor, at=latest.at)

    def _one(self, where: sa.ColumnElement[bool]) -> tuple[Revision, Document] | None:
        with self._journal.transaction(writes=False) as connection:
            row = connection.execute(sa.select(settings_revision).where(where)).one_or_none()
        return None if row is None else (_revision(row), msgspec.json.decode(row.document))


_OVERTAKEN = "the settings were changed by somebody else at the same moment: look again and repeat the change"


def _values(revision: Revision, document: Document) -> dict[str, Any]:
    values = msgspec.structs.asdict(revision)
    values["changed"] = msgspec.json.encode(revision.changed).decode()
    values["document"] = msgspec.json.encode(document).decode()
    return values


def _revision(row: Any) -> Revision:
    return Revision(
        number=row.number,
        at=row.at,
        actor=row.actor,
        comment=row.comment,
        origin=row.origin,
        undoes=row.undoes,
        changed=tuple((section, name) for section, name in msgspec.json.decode(row.changed)),
    )
