"""Customers: who they are, how they are found, and which records are one person's.

A record that was merged keeps all it has, and points to the record that stands for it: look-ups by its numbers and
accounts find that one and say which record has them. Facts carry the id of the record that was found, never of the one
that stands for it, and whoever reads them sees through the pointers. Undoing a merge takes the pointer away: it is
exactly undone, whatever was changed and whoever called meanwhile.

Every change needs the version that it was made from, and is audited in its own transaction. ``region``: two letters,
the country of numbers without a country code.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from facts.ids import ContactId, CustomerId
from facts.time import Instant
from storage.audit import record_within
from storage.customer_rows import (
    Customer,
    CustomerConflictError,
    CustomerRecord,
    UnknownCustomerError,
    add_within,
    change_of,
    delete_within,
    expected_within,
    followed,
    hold_within,
    load_within,
    members_within,
    merge_of,
    normal_record,
    point_within,
    put_within,
    root_within,
)
from storage.journal import Journal
from storage.records import searchable_number
from storage.schema import customer as records
from storage.schema import customer_account, customer_merge, customer_number
from storage.schema import journal as facts_table
from storage.schema import journal_personal as personal_table
from storage.telephone_numbers import beginnings, normal_number, spellings


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """``merged`` is, or was, the same person as ``kept``."""

    number: int
    kept: CustomerId
    merged: CustomerId
    at: Instant
    by: str
    undone_at: Instant | None = None
    undone_by: str | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a number or account is. ``customer``: the record that stands for ``owner``, or is it."""

    owner: CustomerId
    customer: Customer


MOST_NAMED = 500
"""Contacts named in one question to the database."""


class Customers:
    """The customers in the journal's database. Its methods may be called from any thread."""

    def __init__(self, journal: Journal, region: str) -> None:
        self.journal = journal
        self.region = region

    # -- finding -----------------------------------------------------------------------------------------------------

    def customer(self, customer_id: str) -> Customer | None:
        """One record, merged or not."""
        with self.journal.transaction(writes=False) as connection:
            return next(iter(load_within(connection, [customer_id]).values()), None)

    def several(self, customer_ids: Sequence[str]) -> dict[CustomerId, Customer]:
        """These records by id, as far as they are there, merged or not."""
        with self.journal.transaction(writes=False) as connection:
            return load_within(connection, customer_ids)

    def standing_for(self, customer_id: str) -> Customer | None:
        """The record that stands for an id: itself, or the one that it was merged into."""
        with self.journal.transaction(writes=False) as connection:
            root = root_within(connection, customer_id)
            return load_within(connection, [root]).get(CustomerId(root))

    def family(self, customer_id: str) -> list[Customer]:
        """The record that stands for an id, and all that were merged into it, the latter by id."""
        with self.journal.transaction(writes=False) as connection:
            root = root_within(connection, customer_id)
            members = members_within(connection, root)
            found = load_within(connection, members)
        return [found[CustomerId(member)] for member in members if CustomerId(member) in found]

    def by_number(self, number: str) -> list[Found]:
        """Whose number it is, each person once; several may share one."""
        normal = normal_number(number, self.region)
        return self._owned(customer_number.c.customer_id, customer_number.c.number == normal) if normal else []

    def by_account(self, account: str) -> Found | None:
        """Whose account it is."""
        found = self._owned(customer_account.c.customer_id, customer_account.c.account == account.strip())
        return found[0] if found else None

    def _owned(self, column: sa.Column[str], where: sa.ColumnElement[bool]) -> list[Found]:
        """Of one person's records that have it, the one that stands for them comes first, then the first by id."""
        with self.journal.transaction(writes=False) as connection:
            owners = list(connection.scalars(sa.select(column).where(where).order_by(column)))
            root_of = {owner: root_within(connection, owner) for owner in owners}
            found = load_within(connection, list(dict.fromkeys(root_of.values())))
        chosen: dict[str, str] = {}
        for owner, root in root_of.items():
            chosen[root] = root if owner == root else chosen.get(root, owner)
        return [
            Found(owner=CustomerId(owner), customer=found[CustomerId(root)])
            for root, owner in chosen.items()
            if CustomerId(root) in found
        ]

    def record_with(self, customer_id: str, number: str) -> CustomerId | None:
        """The record of a person, given by any of theirs, that has a number; the given one where none has it.

        None: there is no such customer.
        """
        family = self.family(customer_id)
        normal = normal_number(number, self.region)
        having = [one.customer_id for one in family if normal in one.record.numbers]
        known = [one.customer_id for one in family if one.customer_id == customer_id]
        return next(iter([*(one for one in known if one in having), *having, *known]), None)

    def find(
        self, words: str = "", *, number: str = "", account: str = "", after: tuple[str, str] = ("", ""), most: int = 50
    ) -> list[Customer]:
        """By words in the name, by the beginning of a number, by an account; in the order of names.

        Merged records are not among them; what only they have is found in the record that stands for them. ``after``:
        folded name and id of the last one of an earlier answer.
        """
        query = sa.select(records.c.customer_id).where(records.c.merged_into.is_(None))
        for word in words.casefold().split()[:8]:
            query = query.where(records.c.folded.contains(word, autoescape=True))
        if number:
            begun = beginnings(number, self.region) or ("?",)
            has_it = (customer_number.c.number.startswith(one, autoescape=True) for one in begun)
            query = query.where(self._owners(customer_number.c.customer_id, sa.or_(*has_it)))
        if account:
            is_its = customer_account.c.account == account.strip()
            query = query.where(self._owners(customer_account.c.customer_id, is_its))
        place = sa.tuple_(records.c.folded, records.c.customer_id)
        query = query.where(place > sa.tuple_(*map(sa.literal, after)))
        query = query.order_by(records.c.folded, records.c.customer_id).limit(most)
        with self.journal.transaction(writes=False) as connection:
            ids = list(connection.scalars(query))
            found = load_within(connection, ids)
        return [found[one] for one in ids]

    def _owners(self, owner: sa.Column[str], where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        """Records that have it, or stand for one that has."""
        owners = sa.select(owner).where(where)
        roots = sa.select(records.c.merged_into).where(records.c.customer_id.in_(owners))
        return sa.or_(records.c.customer_id.in_(owners), records.c.customer_id.in_(roots))

    def mapping(self) -> dict[str, str]:
        """For each id that was merged the id of the record that stands for it now; reports see through merges by it."""
        query = sa.select(records.c.customer_id, records.c.merged_into).where(records.c.merged_into.is_not(None))
        with self.journal.transaction(writes=False) as connection:
            into: dict[str, str] = {row.customer_id: row.merged_into for row in connection.execute(query)}
        return {merged: followed(into, merged) for merged in into}

    def contacts(
        self, customer_id: str, *, before: tuple[Instant, str] | None = None, most: int = 50
    ) -> list[tuple[ContactId, Instant]]:
        """The contacts of a customer, of all their records: id and beginning, the latest first.

        ``before``: only those that stand before this beginning and id in that order.
        """
        ids = [one.customer_id for one in self.family(customer_id)] or [CustomerId(customer_id)]
        return self.contacts_of(ids, before=before, most=most)

    def contacts_of(
        self, customer_ids: Collection[str], *, before: tuple[Instant, str] | None = None, most: int = 50
    ) -> list[tuple[ContactId, Instant]]:
        """The contacts of these records alone; else likewise."""
        of_customer = sa.select(facts_table.c.contact_id).where(facts_table.c.customer_id.in_(list(customer_ids)))
        return self._beginnings(of_customer, before, most)

    def contacts_from(
        self, number: str, *, before: tuple[Instant, str] | None = None, most: int = 50
    ) -> list[tuple[ContactId, Instant]]:
        """The contacts that came from a number, however the switch wrote it, and others that name it; else likewise."""
        ways = spellings(self.normal_number(number), self.region)
        of_number = (
            sa.select(facts_table.c.contact_id)
            .join(personal_table, sa.and_(*(personal_table.c[n] == facts_table.c[n] for n in ("node", "seq"))))
            .where(personal_table.c.number.in_(ways))
        )
        return self._beginnings(of_number, before, most)

    def begun_before(self, contact_ids: Sequence[ContactId], at: Instant) -> frozenset[ContactId]:
        """Those of the contacts of which there are facts from before ``at``."""
        found: set[ContactId] = set()
        columns = facts_table.c
        with self.journal.transaction(writes=False) as connection:
            for start in range(0, len(contact_ids), MOST_NAMED):
                named = contact_ids[start : start + MOST_NAMED]
                query = sa.select(columns.contact_id).where(columns.contact_id.in_(named), columns.at < at)
                found.update(map(ContactId, connection.scalars(query.distinct())))
        return frozenset(found)

    def normal_number(self, number: str) -> str:
        """A number as numbers are compared; what is none stays, but for signs between its characters."""
        return normal_number(number, self.region) or searchable_number(number)

    def _beginnings(
        self, contact_ids: "sa.Select[Any]", before: tuple[Instant, str] | None, most: int
    ) -> list[tuple[ContactId, Instant]]:
        began = sa.func.min(facts_table.c.at)
        query = (
            sa.select(facts_table.c.contact_id, began.label("began"))
            .where(facts_table.c.contact_id.in_(contact_ids.where(facts_table.c.contact_id.is_not(None))))
            .group_by(facts_table.c.contact_id)
            .order_by(began.desc(), facts_table.c.contact_id.desc())
            .limit(most)
        )
        if before is not None:
            at, contact_id = before
            query = query.having(sa.or_(began < at, sa.and_(began == at, facts_table.c.contact_id < contact_id)))
        with self.journal.transaction(writes=False) as connection:
            return [(ContactId(row.contact_id), row.began) for row in connection.execute(query)]

    # -- changing ----------------------------------------------------------------------------------------------------

    def add(self, record: CustomerRecord, customer_id: str, *, at: Instant, by: str) -> Customer:
        """A new customer. Raises `CustomerConflictError` for an id or account that is taken."""
        with self.journal.transaction(writes=True) as connection:
            if load_within(connection, [customer_id]):
                raise CustomerConflictError(f"there is a customer {customer_id!r} already: change that one")
            return add_within(connection, CustomerId(customer_id), normal_record(record, self.region), at=at, by=by)

    def put(self, customer_id: str, record: CustomerRecord, *, version: int | None, at: Instant, by: str) -> Customer:
        """Change a record. ``version``: the one that was read; None: whatever it is.

        Raises `UnknownCustomerError`, `ChangedCustomerError`, `CustomerConflictError`.
        """
        with self.journal.transaction(writes=True) as connection:
            before = expected_within(connection, customer_id, version)
            return put_within(connection, before, normal_record(record, self.region), at=at, by=by)

    def remove(self, customer_id: str, *, version: int | None, at: Instant, by: str) -> None:
        """Remove a record; raises likewise, and `CustomerConflictError` while others are merged into it."""
        with self.journal.transaction(writes=True) as connection:
            before = expected_within(connection, customer_id, version)
            if before.merged_into is not None:
                raise CustomerConflictError(f"{customer_id} is merged into {before.merged_into}: undo that first")
            members = members_within(connection, customer_id)[1:]
            if members:
                raise CustomerConflictError(f"{', '.join(members)} is merged into {customer_id}: undo that first")
            delete_within(connection, [customer_id])
            record_within(connection, change_of(before, None, at, by))

    # -- merging -----------------------------------------------------------------------------------------------------

    def merge(self, kept: str, merged: str, *, at: Instant, by: str) -> Merge:
        """From now on ``kept`` stands for ``merged``. Raises `UnknownCustomerError`, `CustomerConflictError`."""
        with self.journal.transaction(writes=True) as connection:
            hold_within(connection, kept, merged)
            one, other = (expected_within(connection, customer_id, None) for customer_id in (kept, merged))
            for record in (one, other):
                if record.merged_into is not None:
                    raise CustomerConflictError(
                        f"{record.customer_id} is merged into {record.merged_into} already: merge that one"
                    )
            if kept == merged:
                raise CustomerConflictError(f"{kept} cannot be merged into itself")
            point_within(connection, other, one.customer_id, at, by)
            values = {"kept": kept, "merged": merged, "at": at, "by": by}
            inserted = connection.execute(customer_merge.insert().values(**values)).inserted_primary_key
            assert inserted is not None
            record_within(connection, merge_of(inserted[0], kept, merged, at, by))
        return Merge(number=inserted[0], kept=one.customer_id, merged=other.customer_id, at=at, by=by)

    def undo_merge(self, number: int, *, at: Instant, by: str) -> Merge:
        """The two are two again, as they are now. Raises `UnknownCustomerError`, `CustomerConflictError`."""
        with self.journal.transaction(writes=True) as connection:
            row = connection.execute(sa.select(customer_merge).where(customer_merge.c.number == number)).one_or_none()
            if row is None:
                raise UnknownCustomerError(f"there is no merge {number}: the audit log tells merges with their numbers")
            if row.undone_at is not None:
                raise CustomerConflictError(f"merge {number} was undone already, by {row.undone_by}")
            point_within(connection, expected_within(connection, row.merged, None), None, at, by)
            undone = {"undone_at": at, "undone_by": by}
            connection.execute(customer_merge.update().where(customer_merge.c.number == number).values(**undone))
            record_within(connection, merge_of(number, row.kept, row.merged, at, by, undone=True))
        return Merge(
            number=number,
            kept=CustomerId(row.kept),
            merged=CustomerId(row.merged),
            at=row.at,
            by=row.by,
            undone_at=at,
            undone_by=by,
        )

    def merges(self, customer_id: str) -> list[Merge]:
        """The merges of a record, undone ones too, the latest first."""
        columns = customer_merge.c
        query = sa.select(customer_merge).where(sa.or_(columns.kept == customer_id, columns.merged == customer_id))
        with self.journal.transaction(writes=False) as connection:
            rows = connection.execute(query.order_by(columns.number.desc()))
            return [Merge(**row) for row in rows.mappings()]
