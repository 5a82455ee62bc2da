"""Customers while calls come: whose number this is, whom a menu asks for, who is shown on a screen.

The database is asked in a few threads of their own and never for long: who cannot be told in time is nobody, and the
call goes on. What was found is remembered for a while.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from twisted.internet.defer import CancelledError, Deferred, TimeoutError, fail, succeed  # noqa: A004 - Twisted's
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from cti_bridge.shell.calls import Call, KnownCustomer
from facts.ids import CustomerId
from storage.customer_rows import Customer
from storage.customers import Customers, Found
from storage.errors import StorageError

log = structlog.get_logger(__name__)

THREADS: Final = 3
MOST_WAITING: Final = 100
"""More questions than that at once are not asked: the database is too slow for them."""

ARRIVAL_S: Final = 0.2
"""So long a call waits at its beginning to be told whose it is."""

KEPT: Final = 5_000
KEPT_S: Final = 30.0
"""What is shown on screens may be so old."""


class CustomersAtHand:
    """`cti_bridge.shell.errands.Customers` over the store, and what screens ask of it."""

    def __init__(self, reactor: Any, store: Customers) -> None:
        self._reactor = reactor
        self.store = store
        self._pool = ThreadPool(0, THREADS, name="customers")
        self._waiting = 0
        self._in_trouble = False
        self._known: OrderedDict[CustomerId, tuple[float, KnownCustomer | None]] = OrderedDict()

    def start(self) -> None:
        """Be ready to ask."""
        self._pool.start()

    def stop(self) -> None:
        """Ask no more."""
        if self._pool.started and not self._pool.joined:
            self._pool.stop()

    # -- calls -------------------------------------------------------------------------------------------------------

    def identify(self, call: Call) -> Deferred[None]:
        """Note with a call whose number it comes from, if it is one customer's; done in any case, and soon."""
        if not call.caller_number or call.customer is not None:
            return succeed(None)

        def note(found: list[Found]) -> None:
            if len(found) == 1:
                call.customer = self._note(found[0])

        asked = self._ask(lambda: self.store.by_number(call.caller_number))
        asked.addTimeout(ARRIVAL_S, self._reactor)
        return asked.addCallbacks(note, self._failed)

    def record_of(self, call: Call, by: Mapping[str, str]) -> Deferred[dict[str, Any] | None]:
        """The customer's record for a flow: by ``account`` or ``number`` where the flow gives one, else the caller's.

        None: nobody, or a number that several share. Fails when the database does not answer.
        """

        def tell(found: Found | None) -> dict[str, Any] | None:
            if found is None:
                return None
            call.customer = self._note(found)
            return as_answer(found)

        return self._ask(lambda: self._meant(call.caller_number, by)).addCallbacks(tell, self._fail)

    def _meant(self, caller_number: str, by: Mapping[str, str]) -> Found | None:
        if "account" in by:
            return self.store.by_account(by["account"]) if by["account"] else None
        found = self.store.by_number(by.get("number", caller_number))
        return found[0] if len(found) == 1 else None

    # -- screens -----------------------------------------------------------------------------------------------------

    def known(self, customer_id: CustomerId) -> KnownCustomer | None:
        """What is known of a customer at this moment; None, until it was looked up, and for nobody."""
        held = self._known.get(customer_id)
        if held is None or held[0] < self._reactor.seconds() - KEPT_S:
            self._keep(customer_id, None if held is None else held[1])  # asked once, not at every look
            asked = self._ask(lambda: self.store.standing_for(customer_id))
            asked.addCallbacks(lambda found: self._found(customer_id, found), self._failed)
        return None if held is None else held[1]

    def forget(self, customer_id: str) -> None:
        """The record was changed: look again, also for those for which it stands."""
        for held, (_, known) in list(self._known.items()):
            if customer_id in (held, None if known is None else known.person):
                del self._known[held]

    def _found(self, customer_id: CustomerId, found: Customer | None) -> None:
        self._keep(customer_id, None if found is None else known_customer(customer_id, found))

    def _note(self, found: Found) -> KnownCustomer:
        customer = known_customer(found.owner, found.customer)
        self._keep(customer.customer_id, customer)
        return customer

    def _keep(self, customer_id: CustomerId, customer: KnownCustomer | None) -> None:
        self._known[customer_id] = (self._reactor.seconds(), customer)
        self._known.move_to_end(customer_id)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)

    # -- asking ------------------------------------------------------------------------------------------------------

    def _ask(self, question: Callable[[], Any]) -> Deferred[Any]:
        if self._waiting >= MOST_WAITING or not self._pool.started:
            return fail(StorageError("too many questions wait for the database of customers"))
        self._waiting += 1

        def count(result: Any) -> Any:
            self._waiting -= 1
            return result

        def answer() -> Any:
            try:
                return question()
            finally:
                self._reactor.callFromThread(count, None)

        return deferToThreadPool(self._reactor, self._pool, answer).addCallback(self._well)

    def _well(self, result: Any) -> Any:
        if self._in_trouble:
            self._in_trouble = False
            log.info("customers_found_again")
        return result

    def _failed(self, failure: Failure) -> None:
        """Nobody is known, and the call goes on."""
        self._tell(failure)

    def _fail(self, failure: Failure) -> Failure:
        self._tell(failure)
        return failure

    def _tell(self, failure: Failure) -> None:
        if failure.check(CancelledError) is not None:  # type: ignore[no-untyped-call]  # Twisted has no types here
            return
        if not self._in_trouble:
            late = failure.check(TimeoutError) is not None  # type: ignore[no-untyped-call]  # likewise
            reason = f"no answer of the database within {ARRIVAL_S:g} s" if late else failure.getErrorMessage()
            log.warning("customers_not_found", reason=reason, mend="calls go on without, until it answers")
        self._in_trouble = True


def known_customer(owner: CustomerId, standing: Customer) -> KnownCustomer:
    """As much as a call carries of a record, with what is said by the one that stands for it."""
    record = standing.record
    return KnownCustomer(
        customer_id=owner,
        person=standing.customer_id,
        name=record.name,
        tier=record.tier,
        language=record.language,
    )


def as_answer(found: Found) -> dict[str, Any]:
    """A record as a flow's ``results`` read it; the id is that of the record that was found, as facts carry it."""
    record = found.customer.record
    return {
        "customer_id": found.owner,
        "name": record.name,
        "account": record.accounts[0] if record.accounts else "",
        "accounts": list(record.accounts),
        "tier": record.tier,
        "language": record.language,
        "open_matters": list(record.open_matters),
    }
