"""Customers' records as rows, read and written within somebody's transaction."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from facts.customer_rules import CUSTOMER_ID, LONGEST_LINE
from facts.ids import CustomerId
from facts.time import Instant
from storage.audit import Change, record_within
from storage.schema import customer as records
from storage.schema import customer_account, customer_merge, customer_number
from storage.telephone_numbers import normal_number

RESOURCE = "customer"
"""What the audit log calls them."""

CHUNK = 400
"""Values in one IN clause."""


class CustomerError(Exception):
    """A change of customers that cannot be made; nothing was changed. ``rule``: why; ``way_out``: what to do."""

    def __init__(self, rule: str, way_out: str = "") -> None:
        super().__init__(f"{rule}: {way_out}" if way_out else rule)
        self.rule = rule
        self.way_out = way_out


class UnknownCustomerError(CustomerError):
    """There is no such customer, or no such merge."""


class ChangedCustomerError(CustomerError):
    """Somebody else changed the record since it was read."""


class CustomerIdError(CustomerError):
    """An id that is none, or tells of the person."""


class CustomerConflictError(CustomerError):
    """It contradicts another record: an account or id that is taken, a merge that is not possible."""


class CustomerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a customer. ``open_matters``: what they wait for, a line each."""

    name: str
    numbers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    tier: str = ""
    language: str = ""
    notes: str = ""
    open_matters: tuple[str, ...] = ()


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it is kept. ``merged_into``: the record that stands for it; ``version`` grows with every change."""

    customer_id: CustomerId
    record: CustomerRecord
    version: int
    changed_at: Instant
    changed_by: str
    merged_into: CustomerId | None = None


def normal_record(record: CustomerRecord, region: str) -> CustomerRecord:
    """Numbers as they are kept, each once; texts without what no database takes, and without blanks around them."""
    numbers = (normal_number(number, region) for number in record.numbers)
    return CustomerRecord(
        name=clean(record.name),
        numbers=tuple(dict.fromkeys(filter(None, numbers))),
        accounts=tuple(dict.fromkeys(filter(None, map(clean, record.accounts)))),
        tier=clean(record.tier),
        language=clean(record.language),
        notes=clean(record.notes),
        open_matters=tuple(filter(None, map(clean, record.open_matters))),
    )


_ID = re.compile(CUSTOMER_ID)
_FOUL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def _is_number(customer_id: str, numbers: Iterable[str]) -> bool:
    """Whether an id is one of the customer's numbers, however it is written."""
    digits = customer_id.lstrip("+0")
    return digits.isdigit() and len(digits) >= 6 and any(number.endswith(digits) for number in numbers)


def clean(text: str) -> str:
    """Without what no database takes, and without blanks around it."""
    return _FOUL.sub("", text).strip()


# -- within a transaction --------------------------------------------------------------------------------------------


def add_within(
    connection: Connection, customer_id: CustomerId, record: CustomerRecord, *, at: Instant, by: str
) -> Customer:
    """A new record, its numbers normal; raises `CustomerIdError`, and `CustomerConflictError` for a taken account."""
    if not _ID.fullmatch(customer_id):
        raise CustomerIdError(
            f"{customer_id[:LONGEST_LINE]!r} is no key",
            "write letters, digits and _ . : -, 64 at most, or leave it out: one is made",
        )
    if _is_number(customer_id, record.numbers):
        raise CustomerIdError(
            f"{customer_id!r} is the customer's number",
            "choose another key, or leave it out: one is made; it stays in facts when a person is erased",
        )
    new = Customer(customer_id=customer_id, record=record, version=1, changed_at=at, changed_by=by)
    connection.execute(records.insert(), _values(new))
    _put_keys(connection, new)
    record_within(connection, change_of(None, new, at, by))
    return new


def put_within(connection: Connection, before: Customer, record: CustomerRecord, *, at: Instant, by: str) -> Customer:
    """A record changed; likewise. One that stays as it is keeps its version."""
    if record == before.record:
        return before
    new = msgspec.structs.replace(before, record=record, version=before.version + 1, changed_at=at, changed_by=by)
    _update(connection, before, _values(new))
    if (record.numbers, record.accounts) != (before.record.numbers, before.record.accounts):
        for table in (customer_number, customer_account):
            connection.execute(table.delete().where(table.c.customer_id == new.customer_id))
        _put_keys(connection, new)
    record_within(connection, change_of(before, new, at, by))
    return new


def delete_within(connection: Connection, customer_ids: Sequence[str]) -> None:
    """Records with all that belongs to them; not what the audit log tells of them."""
    for table, column in (
        (customer_number, customer_number.c.customer_id),
        (customer_account, customer_account.c.customer_id),
        (customer_merge, customer_merge.c.kept),
        (customer_merge, customer_merge.c.merged),
        (records, records.c.customer_id),
    ):
        connection.execute(table.delete().where(column.in_(customer_ids)))


def load_within(connection: Connection, customer_ids: Collection[str]) -> dict[CustomerId, Customer]:
    """Records by their ids."""
    found: dict[CustomerId, Customer] = {}
    for part in _parts(list(customer_ids)):
        numbers = _keys(connection, customer_number, customer_number.c.number, part)
        accounts = _keys(connection, customer_account, customer_account.c.account, part)
        for row in connection.execute(sa.select(records).where(records.c.customer_id.in_(part))):
            found[row.customer_id] = _customer(row, numbers[row.customer_id], accounts[row.customer_id])
    return found


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _keys(
    connection: Connection, table: sa.Table, column: sa.Column[str], customer_ids: Sequence[str]
) -> Mapping[str, list[str]]:
    query = sa.select(table.c.customer_id, column).where(table.c.customer_id.in_(customer_ids)).order_by(table.c.place)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for customer_id, key in connection.execute(query):
        found[customer_id].append(key)
    return found


def _customer(row: Any, numbers: Iterable[str], accounts: Iterable[str]) -> Customer:
    record = CustomerRecord(
        name=row.name,
        numbers=tuple(numbers),
        accounts=tuple(accounts),
        tier=row.tier,
        language=row.language,
        notes=row.notes,
        open_matters=tuple(msgspec.json.decode(row.open_matters)),
    )
    return Customer(
        customer_id=CustomerId(row.customer_id),
        record=record,
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        merged_into=None if row.merged_into is None else CustomerId(row.merged_into),
    )


def _values(of: Customer) -> dict[str, Any]:
    record = of.record
    return {
        "customer_id": of.customer_id,
        "name": record.name,
        "folded": record.name.casefold(),
        "tier": record.tier,
        "language": record.language,
        "notes": record.notes,
        "open_matters": msgspec.json.encode(record.open_matters).decode(),
        "version": of.version,
        "changed_at": of.changed_at,
        "changed_by": of.changed_by,
        "merged_into": of.merged_into,
    }


def _put_keys(connection: Connection, of: Customer) -> None:
    taken = _owners_of(connection, of.record.accounts)
    for account, owner in taken.items():
        raise CustomerConflictError(
            f"the account {account!r} belongs to customer {owner!r}", "change that one, or merge the two"
        )
    for table, name, keys in (
        (customer_number, "number", of.record.numbers),
        (customer_account, "account", of.record.accounts),
    ):
        rows = [{name: key, "customer_id": of.customer_id, "place": place} for place, key in enumerate(keys)]
        if rows:
            _insert_keys(connection, table, rows)


def _insert_keys(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    try:
        connection.execute(table.insert(), rows)
    except exc.IntegrityError:  # two at once on PostgreSQL
        raise CustomerConflictError(
            "an account was given to another customer at the same moment", "try again"
        ) from None


def _owners_of(connection: Connection, accounts: Sequence[str]) -> dict[str, str]:
    if not accounts:
        return {}
    query = sa.select(customer_account.c.account, customer_account.c.customer_id)
    rows = connection.execute(query.where(customer_account.c.account.in_(accounts)))
    return {row.account: row.customer_id for row in rows}


def expected_within(connection: Connection, customer_id: str, version: int | None) -> Customer:
    """A record that is to be changed; ``version``: the one that was read, None: whatever it is."""
    found = load_within(connection, [customer_id]).get(CustomerId(customer_id))
    if found is None:
        raise UnknownCustomerError(f"there is no customer {customer_id!r}")
    if version is not None and version != found.version:
        raise ChangedCustomerError(
            f"{customer_id} was changed by {found.changed_by} since it was read: look at it again and repeat the change"
        )
    return found


def hold_within(connection: Connection, *customer_ids: str) -> None:
    """Let nobody else merge or part these meanwhile, or a circle could come about on PostgreSQL."""
    held = records.c.customer_id.in_(customer_ids)
    connection.execute(sa.select(records.c.version).where(held).order_by(records.c.customer_id).with_for_update())


def root_within(connection: Connection, customer_id: str) -> str:
    """The id of the record that stands for this one."""
    query = sa.select(records.c.merged_into).where(records.c.customer_id == sa.bindparam("of"))
    seen = {customer_id}
    while (into := connection.execute(query, {"of": customer_id}).scalar()) is not None and into not in seen:
        seen.add(into)
        customer_id = into
    return customer_id


def members_within(connection: Connection, root: str) -> list[str]:
    """The root, and all that were merged into it, over any number of steps."""
    members, fresh = [root], [root]
    while fresh:
        query = sa.select(records.c.customer_id).where(records.c.merged_into.in_(fresh)).order_by(records.c.customer_id)
        fresh = [one for one in connection.scalars(query) if one not in members]
        members += fresh
    return members


def followed(into: Mapping[str, str], customer_id: str) -> str:
    """Where a chain of merges ends."""
    for _ in range(len(into)):
        if customer_id not in into:
            break
        customer_id = into[customer_id]
    return customer_id


def point_within(connection: Connection, record: Customer, into: CustomerId | None, at: Instant, by: str) -> None:
    """Let another record stand for this one, or (None) this one for itself."""
    _update(
        connection,
        record,
        {"merged_into": into, "version": record.version + 1, "changed_at": at, "changed_by": by},
    )


def _update(connection: Connection, before: Customer, values: dict[str, Any]) -> None:
    """Change the row as it was read; on PostgreSQL somebody else may have changed it since, within this transaction."""
    as_read = (records.c.customer_id == before.customer_id, records.c.version == before.version)
    if connection.execute(records.update().where(*as_read).values(**values)).rowcount != 1:
        raise ChangedCustomerError(f"{before.customer_id} is being changed by somebody else: try again")


def change_of(before: Customer | None, after: Customer | None, at: Instant, by: str) -> Change:
    """What the audit log tells of a record made, changed or removed."""
    known = after or before
    assert known is not None
    action = "made" if before is None else "removed" if after is None else "changed"
    return Change(
        at=at,
        actor=by,
        action=action,
        resource=RESOURCE,
        key=known.customer_id,
        before=None if before is None else before.record,
        after=None if after is None else after.record,
    )


def merge_of(number: int, kept: str, merged: str, at: Instant, by: str, *, undone: bool = False) -> Change:
    """What the audit log tells of a merge, or of its undoing."""
    apart, joined = {"merged_into": None}, {"merged_into": kept, "number": number}
    before, after = (joined, apart) if undone else (apart, joined)
    action = "merge undone" if undone else "merged"
    return Change(at=at, actor=by, action=action, resource=RESOURCE, key=merged, before=before, after=after)
