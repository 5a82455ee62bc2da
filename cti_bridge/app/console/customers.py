"""Customers as the console sees them: the store, in threads; what is at hand for calls follows."""

from collections.abc import Callable, Collection, Mapping
from io import BytesIO
from typing import Protocol, TypeVar

import structlog

from agent_console.documents.customers import (
    CustomerDoc,
    CustomerErased,
    CustomersImported,
    CustomerWish,
    MergeDoc,
    NewCustomer,
)
from agent_console.documents.problems import FieldProblem
from agent_console.documents.values import Page
from agent_console.errors import (
    ConflictError,
    EditedMeanwhileError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from agent_console.http.etags import number_in
from agent_console.http.paging import Key, cursor_of_parts, parts_of
from agent_console.limits import MOST_FILE
from cti_bridge.app.console.threads import Threads
from cti_bridge.app.customer_tables import drafts_of
from cti_bridge.app.customers_at_hand import CustomersAtHand
from facts.ids import ContactId
from facts.time import Instant
from reporting.importers.customers import COLUMN_OPTION, customer_rows
from reporting.importers.errors import ImportRefusedError
from reporting.importers.whole_tables import WholeTable
from storage.customer_erasure import erase_customer
from storage.customer_import import HalfImportedError, Imported, RowProblem, new_customer_id, take_in
from storage.customer_rows import (
    ChangedCustomerError,
    Customer,
    CustomerConflictError,
    CustomerIdError,
    CustomerRecord,
    UnknownCustomerError,
)
from storage.customers import Customers, Merge

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Erasing(Protocol):
    """Who has to know of erased persons."""

    async def prepare(self) -> None:
        """Before it: see to it that all that was said is in the database. Raises `UnavailableError`."""
        ...

    async def took_place(self, contact_ids: Collection[ContactId], at: Instant, by: str) -> None:
        """After it: whose contacts these were is forgotten, and their sounds go."""
        ...


class KeptCustomers:
    """`agent_console.ports.Customers`. ``erasing``: who has to know of erased persons."""

    def __init__(
        self,
        customers: Customers,
        at_hand: CustomersAtHand,
        threads: Threads,
        now: Callable[[], Instant],
        *,
        erasing: Erasing,
    ) -> None:
        self._customers = customers
        self._at_hand = at_hand
        self._threads = threads
        self._now = now
        self._erasing = erasing

    # -- looking -----------------------------------------------------------------------------------------------------

    async def find(self, words: str, number: str, account: str, cursor: str | None, limit: int) -> Page[CustomerDoc]:
        """In the order of names."""
        after = ("", "") if cursor is None else parts_of(cursor, tuple[Key, Key])
        found = await self._threads.run(
            self._customers.find, words, number=number, account=account, after=after, most=limit + 1
        )
        part = found[:limit]
        more = cursor_of_parts(part[-1].record.name.casefold(), part[-1].customer_id) if found[limit:] else None
        return Page(items=[_doc(one) for one in part], next_cursor=more)

    async def customer(self, customer_id: str) -> CustomerDoc | None:
        """One record, whole."""

        def read() -> CustomerDoc | None:
            found = self._customers.customer(customer_id)
            if found is None:
                return None
            family = self._customers.family(customer_id)
            merged = [_doc(one) for one in family[1:]] if family[0].customer_id == customer_id else []
            merges = [_merge(one) for one in self._customers.merges(customer_id)]
            return _doc(found).model_copy(update={"merged": merged, "merges": merges})

        return await self._threads.run(read)

    async def record_with(self, customer_id: str, number: str) -> str | None:
        """Which of a customer's records has a number, as facts are to name it; None: there is no such customer."""
        return await self._threads.run(self._customers.record_with, customer_id, number)

    # -- changing ----------------------------------------------------------------------------------------------------

    async def add(self, wish: NewCustomer, by: str) -> CustomerDoc:
        """A new one."""
        at = self._now()
        customer_id = wish.customer_id or new_customer_id(at)
        made = await self._change(lambda: self._customers.add(_record(wish), customer_id, at=at, by=by))
        self._at_hand.forget(customer_id)
        return _doc(made)

    async def put(self, customer_id: str, wish: CustomerWish, *, match: str, by: str) -> CustomerDoc:
        """Change one."""
        version, at = number_in(match), self._now()
        await self._change(
            lambda: self._customers.put(customer_id, _record(wish), version=version, at=at, by=by), customer_id
        )
        found = await self.customer(customer_id)
        if found is None:
            raise NotFoundError(f"{customer_id} was removed by somebody else at the same moment")
        return found

    async def remove(self, customer_id: str, *, match: str, by: str) -> None:
        """Remove one."""
        version, at = number_in(match), self._now()
        await self._change(lambda: self._customers.remove(customer_id, version=version, at=at, by=by), customer_id)

    async def erase(self, customer_id: str, by: str) -> CustomerErased:
        """Erase the person: desks are told before anything else happens, for what they show may be saved again."""
        await self._erasing.prepare()
        at = self._now()
        erased = await self._change(lambda: erase_customer(self._customers, customer_id, at=at, by=by), customer_id)
        for one in erased.records:
            self._at_hand.forget(one)
        await self._erasing.took_place(erased.contacts, at, by)
        return CustomerErased(records=list(erased.records), contacts=len(erased.contacts), facts=erased.facts)

    async def merge(self, customer_id: str, other: str, by: str) -> MergeDoc:
        """Take another record into this one."""
        at = self._now()
        merged = await self._change(lambda: self._customers.merge(customer_id, other, at=at, by=by), customer_id)
        self._at_hand.forget(other)
        return _merge(merged)

    async def undo_merge(self, number: int, by: str) -> MergeDoc:
        """Part them again."""
        at = self._now()
        undone = await self._change(lambda: self._customers.undo_merge(number, at=at, by=by))
        self._at_hand.forget(undone.kept)
        self._at_hand.forget(undone.merged)
        return _merge(undone)

    async def take_in(
        self, table: bytes, columns: Mapping[str, str], by: str, *, clear: bool, encoding: str | None
    ) -> CustomersImported:
        """Rows of a CSV table; it is read through first, and refused whole where it is damaged."""
        at = self._now()

        def read() -> Imported:
            whole = WholeTable(lambda: BytesIO(table), "the table", encoding=encoding, most=MOST_FILE)
            rows = customer_rows(whole.rows(), columns)
            return take_in(self._customers, drafts_of(rows), at=at, by=by, clear=clear)

        try:
            outcome = await self._threads.run(_not_half(read))
        except ImportRefusedError as error:
            raise InvalidError([_refused(error)]) from error
        if isinstance(outcome, HalfImportedError):
            log.error("customers_half_imported", reason=str(outcome))
            raise UnavailableError(
                f"the database failed after line {outcome.line} of the table: the rows up to there are in; import the "
                "same table again, which changes nothing of them"
            )
        return CustomersImported(
            made=outcome.made,
            changed=outcome.changed,
            unchanged=outcome.unchanged,
            rejected=outcome.rejected,
            problems=[_row_problem(one) for one in outcome.problems],
            untold=outcome.untold,
        )

    async def _change(self, change: Callable[[], T], customer_id: str = "") -> T:
        try:
            changed = await self._threads.run(change)
        except UnknownCustomerError as error:
            raise NotFoundError(str(error)) from error
        except ChangedCustomerError as error:
            present = await self.customer(customer_id)
            etag = None if present is None else present.etag
            raise EditedMeanwhileError(str(error), etag=etag, present=present) from error
        except CustomerConflictError as error:
            raise ConflictError(str(error)) from error
        except CustomerIdError as error:
            problem = FieldProblem(field="body.customer_id", rule=error.rule, way_out=error.way_out)
            raise InvalidError([problem]) from error
        self._at_hand.forget(customer_id)
        return changed


def _record(wish: CustomerWish) -> CustomerRecord:
    return CustomerRecord(
        name=wish.name,
        numbers=tuple(wish.numbers),
        accounts=tuple(wish.accounts),
        tier=wish.tier or "",
        language=wish.language or "",
        notes=wish.notes,
        open_matters=tuple(wish.open_matters),
    )


def _doc(found: Customer) -> CustomerDoc:
    record = found.record
    return CustomerDoc(
        customer_id=found.customer_id,
        name=record.name,
        accounts=list(record.accounts),
        numbers=list(record.numbers),
        tier=record.tier or None,
        language=record.language or None,
        notes=record.notes,
        open_matters=list(record.open_matters),
        merged_into=found.merged_into,
        changed_at=found.changed_at,
        changed_by=found.changed_by,
        etag=str(found.version),
    )


def _merge(merge: Merge) -> MergeDoc:
    return MergeDoc(
        number=merge.number,
        kept=merge.kept,
        merged=merge.merged,
        at=merge.at,
        by=merge.by,
        undone_at=merge.undone_at,
        undone_by=merge.undone_by,
    )


def _readable(text: str) -> str:
    """Words about a table, in which bytes that are no text stand as they came."""
    return text.encode("utf-8", "replace").decode()


def _row_problem(found: RowProblem) -> FieldProblem:
    field = f"line {found.line}.{found.field}" if found.field else f"line {found.line}"
    return FieldProblem(field=field, rule=_readable(found.rule), way_out=_readable(found.way_out))


def _refused(error: ImportRefusedError) -> FieldProblem:
    """A table that cannot be used; columns are named otherwise than at the command line."""
    way_out = error.way_out or "correct the table, and import it again"
    if COLUMN_OPTION in way_out:
        way_out = "mend the header line, or name a column: ?column=HEADER=FIELD"
    return FieldProblem(field="body", rule=_readable(error.rule), way_out=way_out)


def _not_half(read: Callable[[], Imported]) -> Callable[[], Imported | HalfImportedError]:
    """An import whose breaking off is an answer like others: what was taken in has to be told."""

    def attempt() -> Imported | HalfImportedError:
        try:
            return read()
        except HalfImportedError as error:
            return error

    return attempt
