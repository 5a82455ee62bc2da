"""What a flow asks of others: the state of hours and queues, other systems over HTTP, the customer's record."""

from collections.abc import Mapping
from typing import Any, Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from acd.engine import Engine
from acd.views import QueueView
from cti_bridge.shell.calls import Call
from facts.ids import QueueName
from facts.time import SECOND, Duration, Instant
from ivr import effects, inputs
from ivr.flow import Value


class Hours(Protocol):
    """Opening hours."""

    def is_open(self, calendar: str, now: Instant) -> bool | None:
        """Whether a calendar is open; None when nobody knows it."""

    def queue_is_open(self, queue: QueueName, now: Instant) -> bool | None:
        """Whether a queue's own hours are open; None when nobody knows the queue."""


class WaitEstimate(Protocol):
    """How long a caller who joins now may expect to wait."""

    def expected_wait_us(self, queue: QueueName, now: Instant, position: int | None = None) -> Duration | None:
        """For the next to join, or for a position (1 is the first); None when it cannot be said."""


class EngineWaits:
    """As the distributor reckons."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def expected_wait_us(self, queue: QueueName, now: Instant, position: int | None = None) -> Duration | None:  # noqa: ARG002 - the distributor's time is now
        """By staffing, position, handling times and those who give up."""
        return self._engine.expected_wait_at(queue, position)


class Lookups(Protocol):
    """Another system that is asked."""

    def look_up(self, effect: effects.Lookup) -> Deferred[inputs.LookupDone]:
        """The answer, within the effect's time; never fails, but may be cancelled."""

    def close(self) -> Deferred[None]:
        """Close connections."""


class Customers(Protocol):
    """Who calls."""

    def identify(self, call: Call) -> Deferred[None]:
        """Note with the call who calls, if that is known; done soon in any case, and never fails."""

    def record_of(self, call: Call, by: Mapping[str, str]) -> Deferred[dict[str, Any] | None]:
        """The record of the caller, or of the ``account`` or ``number`` that is given; None when there is none."""


class NoCustomers:
    """Nobody is known."""

    def identify(self, call: Call) -> Deferred[None]:  # noqa: ARG002 - there are no customers
        """Nothing to note."""
        return succeed(None)

    def record_of(self, call: Call, by: Mapping[str, str]) -> Deferred[dict[str, Any] | None]:  # noqa: ARG002 - likewise
        """None."""
        return succeed(None)


class Errands:
    """Runs them. Whatever goes wrong becomes an answer that the flow has an edge for."""

    def __init__(
        self,
        engine: Engine,
        hours: Hours,
        waits: WaitEstimate,
        lookups: Lookups,
        customers: Customers,
    ) -> None:
        self._engine = engine
        self._hours = hours
        self._waits = waits
        self._lookups = lookups
        self._customers = customers

    # -- the state of hours and queues -------------------------------------------------------------------------------

    def tell(self, wanted: effects.Ask, now: Instant) -> inputs.Told:
        """What these names are now; what nobody knows is left out."""
        values = {name: self._value(name, now) for name in wanted.names}
        return inputs.Told(wanted.ask_id, {name: value for name, value in values.items() if value is not None})

    def _value(self, name: str, now: Instant) -> Value:
        kind, _, rest = name.partition(".")
        if kind == "hours":
            return self._hours.is_open(rest, now)
        queue, _, what = rest.rpartition(".")
        view = self._engine.queue(QueueName(queue)) if kind == "queue" else None
        return None if view is None else self._of_queue(view, what, now)

    def _of_queue(self, view: QueueView, what: str, now: Instant) -> Value:
        oldest = now if view.oldest_joined_at is None else view.oldest_joined_at
        wait = self._waits.expected_wait_us(view.name, now) if what == "expected_wait_s" else None
        values: dict[str, Value] = {
            "waiting": view.waiting,
            "agents_ready": view.ready,
            "agents_signed_in": view.logged_in,
            "longest_wait_s": max(0, now - oldest) / SECOND,
            "expected_wait_s": None if wait is None else wait / SECOND,
            "open": self._hours.queue_is_open(view.name, now),
        }
        return values.get(what)

    # -- other systems -----------------------------------------------------------------------------------------------

    def look_up(self, effect: effects.Lookup, call: Call) -> Deferred[inputs.LookupDone]:
        """Ask; never fails, but may be cancelled."""
        if effect.source == "http":
            return self._lookups.look_up(effect)
        record = self._customers.record_of(call, effect.send)
        return record.addCallbacks(
            lambda found: _customer(effect, found), lambda failure: _no_customer(effect, failure)
        )


def _customer(effect: effects.Lookup, found: dict[str, Any] | None) -> inputs.LookupDone:
    if found is None:
        return inputs.LookupDone(lookup_id=effect.lookup_id, outcome="not_found")
    return inputs.LookupDone(lookup_id=effect.lookup_id, outcome="found", answer=found)


def _no_customer(effect: effects.Lookup, _failure: Failure) -> inputs.LookupDone:
    return inputs.LookupDone(lookup_id=effect.lookup_id, outcome="failed")
