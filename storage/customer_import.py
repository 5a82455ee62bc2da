"""Customers from a table: each row makes a customer or changes one, and the same table again changes nothing.

A row is found by its id, else by the first of its accounts, else by the first of its numbers. Only fields that the
table has are changed, and of the field by which a row was found nothing is taken away. Rows are taken in by hundreds,
each hundred in one transaction; a row that cannot be, and a value that cannot stand, is told with its line, and hinders
no other.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from facts.customer_rules import Fault
from facts.ids import CustomerId
from facts.time import MILLISECOND, Instant
from storage.customer_drafts import CustomerDraft, Judged, judge, too_full
from storage.customer_rows import (
    Customer,
    CustomerError,
    CustomerRecord,
    add_within,
    load_within,
    put_within,
)
from storage.customers import Customers
from storage.errors import StorageError
from storage.schema import customer_account, customer_number

BATCH: Final = 200
MOST_TOLD: Final = 1000
"""Problems that are told with their lines; more are counted."""
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class RowProblem(msgspec.Struct, frozen=True):
    """What is wrong at a line. ``field``: what was left out of a row that was taken in; empty: the row was not."""

    line: int
    field: str
    rule: str
    way_out: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.field, self.rule, self.way_out)))


class Imported(msgspec.Struct, kw_only=True):
    """What came of a table. ``rejected``: rows that were not taken in; ``untold``: problems beyond `MOST_TOLD`."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    problems: list[RowProblem] = []
    untold: int = 0

    def tell(self, problem: RowProblem) -> None:
        """Keep a problem, as long as there are not too many."""
        if len(self.problems) < MOST_TOLD:
            self.problems.append(problem)
        else:
            self.untold += 1


class HalfImportedError(StorageError):
    """The database failed in the middle. ``line``: the last one that was taken in; ``outcome``: what came of those."""

    def __init__(self, outcome: Imported, line: int, reason: StorageError) -> None:
        super().__init__(
            f"the database failed after line {line}: the rows up to there are in (made {outcome.made}, changed "
            f"{outcome.changed}); import the same table again, which changes nothing of them: {reason}"
        )
        self.outcome = outcome
        self.line = line


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
    clear: bool = False,
    on_progress: Callable[[int], object] = lambda _: None,
) -> Imported:
    """Take in rows; ``on_progress`` is told how many each step took in.

    ``clear``: an empty cell empties its field, else it changes nothing. Raises `HalfImportedError`.
    """
    outcome = Imported()
    rows, line = iter(drafts), 0
    while batch := list(islice(rows, BATCH)):
        judged = [judge(draft, customers.region, clear=clear) for draft in batch]
        before = msgspec.structs.replace(outcome, problems=list(outcome.problems))
        try:
            with customers.journal.transaction(writes=True) as connection:
                _Batch(connection, at, by, outcome).take(judged)
        except StorageError as error:
            if line == 0:
                raise
            raise HalfImportedError(before, line, error) from error
        line = batch[-1].line
        on_progress(len(batch))
    return outcome


class _RowError(Exception):
    """Why a row cannot be taken in; ``field``: of which field's value that is said."""

    def __init__(self, rule: str, way_out: str, field: str = "") -> None:
        super().__init__(rule)
        self.rule, self.way_out, self.field = rule, way_out, field


class _Meant(NamedTuple):
    """Whom a row means, and the field by which they were found; None: by their id."""

    customer: Customer | None
    by: str | None = None


class _Batch:
    """Rows that are taken in together."""

    def __init__(self, connection: Connection, at: Instant, by: str, outcome: Imported) -> None:
        self._connection = connection
        self._at, self._by = at, by
        self._outcome = outcome
        self._known: dict[CustomerId, Customer] = {}
        self._by_account: dict[str, CustomerId] = {}
        self._by_number: dict[str, set[CustomerId]] = {}

    def take(self, rows: Sequence[Judged]) -> None:
        self._look_up(rows)
        for row in rows:
            try:
                if row.draft.fault is not None:
                    raise _RowError(*row.draft.fault)  # noqa: TRY301 - one place tells it
                with self._connection.begin_nested():
                    left_out = [*row.faults, *self._take(row)]
            except (_RowError, CustomerError) as error:
                self._reject(row, error)
            else:
                for field, fault in left_out:
                    self._outcome.tell(RowProblem(row.draft.line, field, *fault))

    def _reject(self, row: Judged, error: _RowError | CustomerError) -> None:
        way_out = error.way_out or "correct the row, and import the table again"
        field = error.field if isinstance(error, _RowError) else ""
        rule = f"{field}: {error.rule}" if field else error.rule
        self._outcome.rejected += 1
        self._outcome.tell(RowProblem(row.draft.line, "", rule, way_out))

    def _look_up(self, rows: Iterable[Judged]) -> None:
        """Everybody whom the rows may mean, by few questions."""
        ids, accounts, numbers = set[str](), set[str](), set[str]()
        for row in rows:
            ids.add(row.draft.customer_id)
            accounts.update(row.values("accounts"))
            numbers.update(row.values("numbers"))
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

    def _take(self, row: Judged) -> list[tuple[str, Fault]]:
        """Make or change a customer; gives what was left out because there would be too many."""
        before, found_by = self._meant(row)
        if before is None:
            after = self._made(row)
            self._note(None, after)
            return []
        wanted = row.onto(before.record, found_by)
        full = list(too_full(wanted, before))
        wanted = msgspec.structs.replace(wanted, **{field: getattr(before.record, field) for field, _ in full})
        after = put_within(self._connection, before, wanted, at=self._at, by=self._by)
        self._outcome.unchanged += after is before
        self._outcome.changed += after is not before
        self._note(before, after)
        return full

    def _made(self, row: Judged) -> Customer:
        if not row.given.get("name"):
            fault = row.fault_of("name")
            if fault is not None:
                raise _RowError(*fault[1], field="name")
            raise _RowError("name is missing", "a new customer needs one")
        customer_id = CustomerId(row.draft.customer_id) or new_customer_id(self._at)
        record = CustomerRecord(**row.given)
        made = add_within(self._connection, customer_id, record, at=self._at, by=self._by)
        self._outcome.made += 1
        return made

    def _meant(self, row: Judged) -> _Meant:
        if row.draft.customer_id:
            return _Meant(self._known.get(CustomerId(row.draft.customer_id)))
        accounts, numbers = row.values("accounts"), row.values("numbers")
        if accounts:
            owner = self._by_account.get(accounts[0])
            return _Meant(None if owner is None else self._known[owner], "accounts")
        if not numbers:
            raise self._nobody(row)
        owners = self._by_number.get(numbers[0], set())
        if len(owners) > 1:
            raise _RowError(
                f"the number is that of {', '.join(sorted(owners))}", "give customer_id or account to tell which"
            )
        return _Meant(self._known[next(iter(owners))] if owners else None, "numbers")

    def _nobody(self, row: Judged) -> _RowError:
        fault = row.fault_of("accounts", "numbers")
        if fault is not None:
            return _RowError(*fault[1], field=fault[0])
        return _RowError("nothing tells which customer this is", "give customer_id, account or number")

    def _note(self, before: Customer | None, after: Customer) -> None:
        """Later rows of the batch may mean the same customer, and no more by what they had before."""
        if before is not None:
            for account in before.record.accounts:
                self._by_account.pop(account, None)
            for number in before.record.numbers:
                self._by_number.get(number, set()).discard(after.customer_id)
        self._known[after.customer_id] = after
        for account in after.record.accounts:
            self._by_account[account] = after.customer_id
        for number in after.record.numbers:
            self._by_number.setdefault(number, set()).add(after.customer_id)
