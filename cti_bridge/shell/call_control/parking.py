"""Parked customers: who left each, who is just fetching them, when they go back to their queue, or are sent there."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import msgspec
import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from acd.engine import Engine
from cti_bridge.shell.ami_client import ActionFailed, AmiError
from cti_bridge.shell.call_control import machine as m
from cti_bridge.shell.call_control.commands import Command, End
from cti_bridge.shell.call_control.lines import Dossier, Line, Lines
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.topology import CUSTOMER, Kind, Where
from cti_bridge.shell.calls import Calls
from cti_bridge.shell.clock import Clock
from facts.ids import AgentId, ContactId, QueueName
from facts.journal import ContactQueued, Entry
from facts.states import Party as By
from facts.time import SECOND, Instant

log = structlog.get_logger(__name__)

FETCHED_S = 1.0
"""Whose time is up while a phone rings to pick them up, is looked at again so long after."""

BACK_WITHIN_S = 5.0
"""Who is sent back to the queue waits there by then."""


class ParkedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer whom an agent left to be picked up. ``fetched_by``: whose phone rings for them just now.

    ``returns_at``: when they go back to their queue; None: never. ``dossier``: what is known of the contact.
    """

    contact_id: ContactId
    by: AgentId
    at: Instant
    returns_at: Instant | None
    fetched_by: AgentId | None
    queue: QueueName | None
    dossier: Dossier


class Centre(Protocol):
    """The distributor, and the channels in use."""

    engine: Engine
    calls: Calls

    def now(self) -> Instant:
        """The present instant."""


class Control(Protocol):
    """What parking needs of call control."""

    lines: Lines
    rules: Rules

    def dossier(self, contact_id: ContactId) -> Dossier:
        """What is known of a contact."""

    def known(self, contact_id: ContactId) -> Dossier | None:
        """The same; None for one that nobody knows."""

    def take(self, line: Line, result: m.Result, switch_at: Instant | None = None) -> None:
        """The machine has gone on."""

    def send(self, line: Line, command: Command) -> "Deferred[Any]":
        """Give a command outside of any act."""


class Parking:
    """All who are parked now."""

    def __init__(self, centre: Centre, clock: Clock, control: Control) -> None:
        self._centre = centre
        self._clock = clock
        self._control = control
        self._parked: dict[ContactId, Line] = {}
        self._sent_back: dict[ContactId, list[Deferred[None]]] = {}
        self._watchers: list[Callable[[], None]] = []

    # -- looking -----------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[ParkedCustomer]:
        """Everybody who is parked, the longest first."""
        found = [parked for line in self._parked.values() if (parked := self._made(line)) is not None]
        return iter(sorted(found, key=lambda parked: (parked.at, parked.contact_id)))

    def get(self, contact_id: ContactId) -> ParkedCustomer | None:
        """One of them; None: the contact is not parked."""
        line = self._parked.get(contact_id)
        return None if line is None else self._made(line)

    def _made(self, line: Line) -> ParkedCustomer | None:
        call = line.call
        if not call.parked_by or line.parked_at is None:
            return None
        fetching = (party.key for party in call.living(Kind.AGENT) if party.where in (Where.RINGING, Where.UP))
        fetched_by = next(fetching, None)
        dossier = self._control.dossier(line.contact_id)
        return ParkedCustomer(
            contact_id=line.contact_id,
            by=AgentId(call.parked_by),
            at=line.parked_at,
            returns_at=line.returns_at,
            fetched_by=None if fetched_by is None else AgentId(fetched_by),
            queue=dossier.queue or line.queue,
            dossier=dossier,
        )

    def parker(self, contact_id: ContactId) -> AgentId | None:
        """Who parked a contact last, picked up since or not; None: nobody did, or it is long over."""
        dossier = self._control.known(contact_id)
        return None if dossier is None else dossier.parked_by

    def watch(self, watcher: Callable[[], None]) -> None:
        """Tell ``watcher`` whenever who is parked, or anything of them, may have changed."""
        self._watchers.append(watcher)

    # -- after every change ------------------------------------------------------------------------------------------

    def settle(self, line: Line) -> None:
        """A parked customer whom nobody picks up in time waits in the queue again."""
        known, parked = line.contact_id in self._parked, line.call.parked_by != ""
        if parked:
            self._parked[line.contact_id] = line
            self._watch_time(line)
        elif known:
            del self._parked[line.contact_id]
            self._watch_no_more(line)
        if known or parked:
            for watcher in self._watchers:
                watcher()

    def _watch_time(self, line: Line) -> None:
        park_us = self._control.rules.park_us
        if line.park_timer is not None or not park_us or line.parked_at is None:
            return
        line.returns_at = line.parked_at + park_us
        left_us = max(0, line.returns_at - self._centre.now())
        line.park_timer = self._clock.callLater(left_us / SECOND, self._parked_long, line)

    def _watch_no_more(self, line: Line) -> None:
        if line.park_timer is not None and line.park_timer.active():
            line.park_timer.cancel()
        line.park_timer = line.returns_at = None

    def _parked_long(self, line: Line) -> None:
        if self._control.lines.get(line.contact_id) is not line:
            return
        parked = self._made(line)
        if parked is not None and parked.fetched_by is not None:  # nobody is taken away from who just comes
            line.park_timer = self._clock.callLater(FETCHED_S, self._parked_long, line)
        else:
            self._unpark(line)

    def _unpark(self, line: Line) -> None:
        self._control.take(line, m.know(line.machine, msgspec.structs.replace(line.call, parked_by="")))

    def over(self, contact_id: ContactId) -> None:
        """The call is over: who was to wait again does not."""
        self._parked.pop(contact_id, None)
        self._answer(contact_id, ActRefused("over"))

    def read(self, entry: Entry) -> None:
        """Who was sent back waits there."""
        if isinstance(entry.fact, ContactQueued) and entry.fact.contact_id is not None:
            self._answer(entry.fact.contact_id, None)

    def _answer(self, contact_id: ContactId, refused: ActRefused | None) -> None:
        for done in self._sent_back.pop(contact_id, ()):
            if refused is None:
                done.callback(None)
            else:
                done.errback(refused)

    # -- by a supervisor's hand --------------------------------------------------------------------------------------

    def send_back(self, contact_id: ContactId, queue: QueueName | None = None) -> "Deferred[None]":
        """Into their queue now, at their old place; ``queue``: into that one, with the time already waited.

        Ends when they wait there; as :class:`ActRefused` when they do not. Raises it for what is not possible.
        """
        line = self._free_line(contact_id)
        self._check_queue(queue or self._control.dossier(contact_id).queue)
        line.queue_wanted, line.keeps_place = queue, True
        done: Deferred[None] = Deferred()
        self._sent_back.setdefault(contact_id, []).append(done)
        timer = self._clock.callLater(BACK_WITHIN_S, self._answer, contact_id, ActRefused("not_confirmed"))

        def settled(result: Any) -> Any:
            if timer.active():
                timer.cancel()
            return result

        done.addBoth(settled)
        self._unpark(line)
        return done

    def hang_up(self, contact_id: ContactId) -> "Deferred[None]":
        """End the call of a parked customer; likewise."""
        line = self._free_line(contact_id)
        call = self._centre.calls.get(contact_id)
        line.ended_by = By.SUPERVISOR
        if call is not None:
            call.ended_by = By.SUPERVISOR

        def failed(failure: Failure) -> None:
            failure.trap(AmiError)  # type: ignore[no-untyped-call]  # Twisted has no types here
            line.ended_by = None
            if call is not None:
                call.ended_by = None
            reason = "switch_refused" if isinstance(failure.value, ActionFailed) else "switch_lost"
            raise ActRefused(reason) from failure.value

        return self._control.send(line, End(CUSTOMER)).addCallbacks(lambda _: None, failed)

    def _free_line(self, contact_id: ContactId) -> Line:
        """The line of a parked customer whom nobody is just fetching; raises :class:`ActRefused`."""
        parked = self.get(contact_id)
        if parked is None:
            raise ActRefused("not_parked")
        line = self._parked[contact_id]
        if parked.fetched_by is not None or line.machine.busy:
            raise ActRefused("being_picked_up")
        return line

    def _check_queue(self, queue: QueueName | None) -> None:
        view = None if queue is None else self._centre.engine.queue(queue)
        if view is None:
            raise ActRefused("no_queue" if queue is None else "unknown_queue")
        if not view.open:
            raise ActRefused("closed")
