"""Customers from a table: each row makes a customer or changes one, and the same table again changes nothing.

A row is found by its id, else by the first of its accounts, else by the first of its numbers. Only fields that the
table has are changed. Rows are taken in by hundreds, each hundred in one transaction; a row that cannot be is told with
its line and reason, and hinders no other.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from facts.ids import CustomerId
from facts.time import MILLISECOND, Instant
from storage.customer_rows import (
    Customer,
    CustomerError,
    CustomerRecord,
    add_within,
    load_within,
    normal_record,
    put_within,
)
from storage.customers import Customers
from storage.schema import customer_account, customer_number

BATCH: Final = 200
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Rejected(msgspec.Struct, frozen=True):
    """A row that was not taken in."""

    line: int
    reason: str


class Imported(msgspec.Struct, kw_only=True):
    """What came of a table."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = []


class CustomerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A row: ``fields`` of a record as far as the table has them, or ``reason``, why it cannot be read."""

    line: int
    customer_id: str = ""
    fields: dict[str, Any] = {}
    reason: str = ""


def new_customer_id(at: Instant) -> CustomerId:
    """A ULID: nobody else's, in the order of time, and telling nothing of the person."""
    number = (at // MILLISECOND << 80) | secrets.randbits(80)
    return CustomerId("".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5)))


def take_in(
    customers: Customers,
    drafts: Iterable[CustomerDraft],
    *,
    at: Instant,
    by: str,
    on_progress: Callable[[int], object] = lambda _: None,
) -> Imported:
    """Take in rows; ``on_progress`` is told how many each step took in."""
    outcome = Imported()
    rows = iter(drafts)
    while batch := list(islice(rows, BATCH)):
        with customers.journal.transaction(writes=True) as connection:
            _Batch(connection, customers.region, at, by, outcome).take(batch)
        on_progress(len(batch))
    return outcome


class _RowError(Exception):
    """Why a row cannot be taken in."""


class _Batch:
    """Rows that are taken in together."""

    def __init__(self, connection: Connection, region: str, at: Instant, by: str, outcome: Imported) -> None:
        self._connection = connection
        self._region = region
        self._at, self._by = at, by
        self._outcome = outcome
        self._known: dict[CustomerId, Customer] = {}
        self._by_account: dict[str, CustomerId] = {}
        self._by_number: dict[str, set[CustomerId]] = {}

    def take(self, drafts: Sequence[CustomerDraft]) -> None:
        normal = [(draft, self._normal(draft)) for draft in drafts]
        self._look_up([(draft.customer_id, record) for draft, record in normal])
        for draft, record in normal:
            try:
                if draft.reason:
                    raise _RowError(draft.reason)  # noqa: TRY301 - one place tells it
                with self._connection.begin_nested():
                    self._take(draft, record)
            except (_RowError, CustomerError) as error:
                self._outcome.rejected.append(Rejected(draft.line, str(error)))

    def _normal(self, draft: CustomerDraft) -> CustomerRecord:
        return normal_record(CustomerRecord(**{"name": "", **draft.fields}), self._region)

    def _look_up(self, wanted: Iterable[tuple[str, CustomerRecord]]) -> None:
        """Everybody whom the rows may mean, by few questions."""
        ids, accounts, numbers = set[str](), set[str](), set[str]()
        for customer_id, record in wanted:
            ids.add(customer_id)
            accounts.update(record.accounts)
            numbers.update(record.numbers)
        for account, owner in self._owners(customer_account, customer_account.c.account, accounts):
            self._by_account[account] = owner
        for number, owner in self._owners(customer_number, customer_number.c.number, numbers):
            self._by_number.setdefault(number, set()).add(owner)
        ids.update(self._by_account.values(), *self._by_number.values())
        self._known = load_within(self._connection, ids)

    def _owners(self, table: sa.Table, column: sa.Column[str], keys: Iterable[str]) -> Iterator[tuple[str, CustomerId]]:
        listed = sorted(keys)
        for start in range(0, len(listed), 400):
            part = listed[start : start + 400]
            for key, owner in self._connection.execute(sa.select(column, table.c.customer_id).where(column.in_(part))):
                yield key, CustomerId(owner)

    def _take(self, draft: CustomerDraft, record: CustomerRecord) -> None:
        before = self._meant(draft, record)
        if before is None:
            if not record.name:
                raise _RowError("name is missing: a new customer needs one")
            customer_id = CustomerId(draft.customer_id) or new_customer_id(self._at)
            after = add_within(self._connection, customer_id, record, at=self._at, by=self._by)
            self._outcome.made += 1
        else:
            given = {field: getattr(record, field) for field in draft.fields}
            if "name" in given and not given["name"]:
                raise _RowError("name is empty")
            changed = msgspec.structs.replace(before.record, **given)
            after = put_within(self._connection, before, changed, at=self._at, by=self._by)
            if after is before:
                self._outcome.unchanged += 1
            else:
                self._outcome.changed += 1
        self._note(after)

    def _meant(self, draft: CustomerDraft, record: CustomerRecord) -> Customer | None:
        if draft.customer_id:
            return self._known.get(CustomerId(draft.customer_id))
        if record.accounts:
            owner = self._by_account.get(record.accounts[0])
            return None if owner is None else self._known[owner]
        if not record.numbers:
            raise _RowError("nothing tells which customer this is: give customer_id, account or number")
        owners = self._by_number.get(record.numbers[0], set())
        if len(owners) > 1:
            raise _RowError(
                f"the number is that of {', '.join(sorted(owners))}: give customer_id or account to tell which"
            )
        return self._known[next(iter(owners))] if owners else None

    def _note(self, after: Customer) -> None:
        """Later rows of the batch may mean the same customer."""
        self._known[after.customer_id] = after
        for account in after.record.accounts:
            self._by_account[account] = after.customer_id
        for number in after.record.numbers:
            self._by_number.setdefault(number, set()).add(after.customer_id)
