"""What is on agents' desks: contacts as they are now, and word of every change of them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import structlog
from twisted.internet.interfaces import IDelayedCall

from acd.contact_state import Place
from acd.engine import Engine
from acd.events import JoinQueue
from cti_bridge.shell.call_control.desk_contact import DeskContact, Refusal, Seat, acts_of, desk_contact, seat_of
from cti_bridge.shell.call_control.lines import Dossier, Line, Lines, Outcome
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.situations import ACTS, REASONS, ActName, Situation, why_not
from cti_bridge.shell.call_control.topology import Kind
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.phones import Phones
from facts.ids import AgentId, ContactId
from facts.journal import (
    ContactConnected,
    ContactEnded,
    ContactOffered,
    ContactParked,
    ContactQueued,
    DispositionCorrected,
    DispositionSet,
    Entry,
    OfferMade,
    WrapUpEnded,
    WrapUpExtended,
)
from facts.requirement_text import parse_requirement
from facts.time import Instant

log = structlog.get_logger(__name__)

Watcher = Callable[[AgentId, ContactId, DeskContact | None], None]
"""Told of a contact on an agent's desk as it is now; None: it is not there any more."""


class Centre(Protocol):
    """The distributor."""

    engine: Engine

    @property
    def phones(self) -> Phones:
        """Whether agents' phones can be reached."""

    @property
    def connected(self) -> bool:
        """Whether the switch can be asked."""


class Control(Protocol):
    """What desks need of call control."""

    lines: Lines
    rules: Rules

    def monitors(self, contact_id: ContactId) -> tuple[str, ...]:
        """Who listens to a contact."""


PAST_KEPT = 1000
"""Contacts that are over and on no desk any more, of which something may still be said."""


class Desks:
    """All desks. Contacts are remembered as long as they live, or are on a desk; the last of them a while longer.

    ``erased_before``: of contacts that go on since before the start, when personal data of them was erased.
    """

    def __init__(self, centre: Centre, clock: Clock, control: Control) -> None:
        self._centre = centre
        self._clock = clock
        self._control = control
        self._dossiers: dict[ContactId, Dossier] = {}
        self._past: dict[ContactId, Dossier] = {}
        self._shown: dict[AgentId, dict[ContactId, DeskContact]] = {}
        self._watchers: list[Watcher] = []
        self._touched: dict[ContactId, None] = {}
        self._alarm: IDelayedCall | None = None
        self.erased_before: Mapping[ContactId, Instant] = {}
        self._facts: Mapping[type[Any], Callable[[Dossier, Entry, Any], None]] = {
            ContactOffered: _offered,
            ContactQueued: _queued,
            OfferMade: _offer_made,
            ContactConnected: _connected,
            ContactParked: _parked,
            DispositionSet: _disposition,
            DispositionCorrected: _disposition,
            WrapUpExtended: lambda *_: None,
            WrapUpEnded: lambda *_: None,
            ContactEnded: _ended,
        }

    # -- looking -----------------------------------------------------------------------------------------------------

    def desk(self, agent_id: AgentId) -> list[DeskContact]:
        """Everything on an agent's desk, the oldest first."""
        self._flush()
        return list(self._shown.get(agent_id, {}).values())

    def contact(self, agent_id: AgentId, contact_id: ContactId) -> DeskContact | None:
        """A contact as it is on an agent's desk now; None: it is not there."""
        dossier = self._dossiers.get(contact_id)
        if dossier is None or agent_id not in self._agents_of(dossier):
            return None
        return self._made(agent_id, dossier)

    def present(self, agent_id: AgentId, contact_id: ContactId) -> DeskContact:
        """The contact as this agent sees it, on the desk or not any more."""
        return self._made(agent_id, self.dossier(contact_id))

    def why_not(self, agent_id: AgentId, contact_id: ContactId, act: ActName) -> str:
        """Why an act is not possible: the reason's id; ``""``: it is."""
        dossier = self._dossiers.get(contact_id)
        if dossier is None:
            return "over"
        seat = self._seat(agent_id, dossier)
        if seat is None or agent_id not in self._agents_of(dossier):
            return "not_at_this_desk"
        refusal = acts_of(seat, self._control.rules, connected=self._centre.connected)[act]
        return refusal.reason_id if refusal is not None else ""

    def no_acts(self) -> Mapping[ActName, Refusal | None]:
        """Of a contact that is over."""
        reasons = {act: why_not(Situation.OVER, act) for act in ACTS}
        return {act: Refusal(REASONS[reason], reason) for act, reason in reasons.items()}

    def dossier(self, contact_id: ContactId) -> Dossier:
        """What is known of a contact."""
        known = self.known(contact_id)
        if known is None:
            known = self._dossiers[contact_id] = Dossier(contact_id)
            known.erased_at = self.erased_before.get(contact_id)
        return known

    def known(self, contact_id: ContactId) -> Dossier | None:
        """The same; None for one that nobody knows."""
        return self._dossiers.get(contact_id) or self._past.get(contact_id)

    def agent_of_phone(self, phone: str) -> AgentId | None:
        """Whose phone this is; None: nobody's."""
        return self._centre.engine.agent_of_phone(phone)

    def back_to_queue(self, dossier: Dossier) -> JoinQueue | None:
        """The contact's old place in its queue; None: it was in none."""
        queued = dossier.queued
        if queued is None or queued.queue is None:
            return None
        return JoinQueue(
            contact_id=dossier.contact_id,
            queue=queued.queue,
            joined_at=queued.joined_at,
            requirement=parse_requirement(queued.requirement) if queued.requirement else None,
            priority=queued.priority,
            customer_id=dossier.customer_id,
            attributes=dict(dossier.menu),
            why="back",
            returned=True,
        )

    def _made(self, agent_id: AgentId, dossier: Dossier) -> DeskContact:
        seat = self._seat(agent_id, dossier)
        assert seat is not None, f"agent {agent_id!r} is not in the policy"
        seat.monitored_by = self._control.monitors(dossier.contact_id)
        return desk_contact(seat, self._centre.engine, self._control.rules, connected=self._centre.connected)

    def _seat(self, agent_id: AgentId, dossier: Dossier) -> Seat | None:
        seat = seat_of(self._centre.engine, agent_id, dossier, self._control.lines.get(dossier.contact_id))
        if seat is not None:
            seat.phone_back_until = self._centre.phones.back_until(agent_id)
        return seat

    def _agents_of(self, dossier: Dossier) -> set[AgentId]:
        """On whose desks the contact is now."""
        engine, contact_id = self._centre.engine, dossier.contact_id
        view = engine.contact(contact_id)
        found = set() if view is None or view.place is Place.WAITING else set(view.agents)
        line = self._control.lines.get(contact_id)
        if line is not None:
            found |= _on_line(line)
        for agent_id in dossier.desks:
            agent = engine.agent(agent_id)
            if agent is not None and contact_id in agent.contacts:
                found.add(agent_id)  # wrap-up: the contact itself may be gone
        return {agent_id for agent_id in found if engine.agent(agent_id) is not None}

    # -- word of changes ---------------------------------------------------------------------------------------------

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell ``watcher`` of every change from now on; the answer ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def read(self, entry: Entry) -> None:
        """What the facts say of contacts."""
        contact_id = entry.fact.contact_id
        if contact_id is None:
            return
        take = self._facts.get(type(entry.fact))
        if take is not None and (contact_id in self._dossiers or not isinstance(entry.fact, ContactEnded)):
            take(self.dossier(contact_id), entry, entry.fact)
        if contact_id in self._dossiers:
            self.touch(contact_id)

    def remember(
        self,
        contact_id: ContactId,
        *facts: ContactOffered | ContactQueued,
        answered: Mapping[AgentId, Instant],
        outcome: Outcome,
        ended: bool,
        parked_by: AgentId | None = None,
    ) -> None:
        """What was said of a contact before the daemon started."""
        dossier = self.dossier(contact_id)
        dossier.parked_by = parked_by
        dossier.answered, dossier.outcome, dossier.ended = dict(answered), outcome, ended
        dossier.desks |= answered.keys()
        for fact in facts:
            take = _offered if isinstance(fact, ContactOffered) else _queued
            take(self.dossier(contact_id), None, fact)  # type: ignore[arg-type]  # each takes its own kind

    def recall(self, contact_id: ContactId, entries: Iterable[Entry], erased_at: Instant | None) -> None:
        """What the journal says of a contact that is over and forgotten, so that something may still be said of it.

        ``erased_at``: when personal data of it was erased last.
        """
        if self.known(contact_id) is not None:
            return
        dossier = Dossier(contact_id)
        dossier.erased_at = erased_at
        for entry in entries:
            take = self._facts.get(type(entry.fact))
            if take is not None:
                take(dossier, entry, entry.fact)
        self._keep_past(dossier)

    def forget_person(self, contact_id: ContactId, at: Instant) -> bool:
        """Personal data was erased: of a contact that is over, nothing of it is kept here, nor shown at a desk.

        Of one that goes on the notes so far go: who calls is needed as long as the call. False: nothing is known of
        the contact here, or the erasure was known already.
        """
        dossier = self.known(contact_id)
        if dossier is None or at <= (dossier.erased_at or 0):
            return False
        dossier.erased_at = at
        dossier.outcome = Outcome(dossier.outcome.disposition, dossier.outcome.resolved)
        if dossier.ended:
            _forget_who(dossier)
        if contact_id in self._dossiers:
            self.touch(contact_id)
        return True

    def _keep_past(self, dossier: Dossier) -> None:
        self._past[dossier.contact_id] = dossier
        if len(self._past) > PAST_KEPT:
            del self._past[next(iter(self._past))]

    def touch(self, contact_id: ContactId) -> None:
        """Something of this contact may have changed: desks are told in a moment."""
        self._touched[contact_id] = None
        if self._alarm is None:
            self._alarm = self._clock.callLater(0, self._woken)

    def touch_all(self) -> None:
        """Something of all contacts may have changed."""
        for contact_id in self._dossiers:
            self.touch(contact_id)

    def _woken(self) -> None:
        self._alarm = None
        self._flush()

    def _flush(self) -> None:
        touched, self._touched = self._touched, {}
        for contact_id in touched:
            dossier = self._dossiers.get(contact_id)
            if dossier is not None:
                self._update(dossier)

    def _update(self, dossier: Dossier) -> None:
        before = set(dossier.desks)
        dossier.desks |= self._agents_of(dossier)
        dossier.desks = now = self._agents_of(dossier)
        for agent_id in sorted(before | now):
            contact = self._made(agent_id, dossier) if agent_id in now else None
            self._show(agent_id, dossier.contact_id, contact)
        if not now and dossier.ended:
            self._keep_past(self._dossiers.pop(dossier.contact_id))

    def _show(self, agent_id: AgentId, contact_id: ContactId, contact: DeskContact | None) -> None:
        desk = self._shown.setdefault(agent_id, {})
        if desk.get(contact_id) == contact:
            return
        if contact is None:
            desk.pop(contact_id, None)
        else:
            desk[contact_id] = contact
        for watcher in tuple(self._watchers):
            try:
                watcher(agent_id, contact_id, contact)
            except Exception:
                log.exception("desk_watcher_failed")


def _on_line(line: Line) -> set[AgentId]:
    agents = {AgentId(party.key) for party in line.call.living(Kind.AGENT)}
    return agents | ({AgentId(line.call.parked_by)} if line.call.parked_by else set())


def _offered(dossier: Dossier, _entry: Entry | None, fact: ContactOffered) -> None:
    dossier.direction, dossier.channel = fact.direction, fact.channel
    dossier.caller_number, dossier.caller_name = fact.caller_number, fact.caller_name
    dossier.entry_point = fact.entry_point
    dossier.customer_id = fact.customer_id or dossier.customer_id


def _queued(dossier: Dossier, _entry: Entry | None, fact: ContactQueued) -> None:
    dossier.queued, dossier.menu = fact, dict(fact.attributes)
    dossier.customer_id = fact.customer_id or dossier.customer_id


def _offer_made(dossier: Dossier, _entry: Entry, fact: OfferMade) -> None:
    if fact.agent_id is not None:
        dossier.waited[fact.agent_id] = fact.waited_us


def _connected(dossier: Dossier, entry: Entry, fact: ContactConnected) -> None:
    if fact.agent_id is not None:
        dossier.answered[fact.agent_id] = entry.at
    dossier.customer_id = fact.customer_id or dossier.customer_id


def _parked(dossier: Dossier, _entry: Entry, fact: ContactParked) -> None:
    dossier.parked_by = fact.agent_id


def _disposition(dossier: Dossier, _entry: Entry, fact: DispositionSet | DispositionCorrected) -> None:
    dossier.outcome = Outcome(fact.disposition or None, fact.resolved, fact.notes)


def _ended(dossier: Dossier, _entry: Entry, _fact: ContactEnded) -> None:
    dossier.ended = True
    if dossier.erased_at is not None:
        _forget_who(dossier)


def _forget_who(dossier: Dossier) -> None:
    dossier.caller_name = dossier.caller_number = ""
    dossier.customer_id, dossier.queued, dossier.menu = None, None, {}
