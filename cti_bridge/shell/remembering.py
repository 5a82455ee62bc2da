"""What the journal's end says of those who were there: a pure fold, and how far back it has to read.

Contacts and agents change state often, so a day of facts tells of nearly all. Who signed in, asked for a callback,
began to talk or closed a queue before that is named by ``SituationNoted``, which a running daemon writes several times
a day; the facts of such a contact are read from its beginning.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol

import msgspec

from cti_bridge.shell.call_control.lines import Outcome, RecordedBy
from cti_bridge.shell.call_control.topology import Recording
from facts.ids import AgentId, ContactId, CustomerId, NodeName, QueueName, ReasonCode
from facts.journal import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentStateChanged,
    CallbackAttempted,
    CallbackEnded,
    CallbackRequested,
    ContactAbandoned,
    ContactConnected,
    ContactEnded,
    ContactHeld,
    ContactOffered,
    ContactParked,
    ContactQueued,
    ContactRetrieved,
    Direction,
    DispositionCorrected,
    DispositionSet,
    Entry,
    EntryPointSwitched,
    MenuNodeEntered,
    MenuRested,
    OfferEnded,
    QueueClosed,
    QueueOpened,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    SituationNoted,
    TalkEnded,
    WrapUpEnded,
    WrapUpExtended,
)
from facts.requirement_text import parse_requirement
from facts.requirements import NOTHING_REQUIRED, Requirement
from facts.states import Activity, Declared, OfferOutcome
from facts.time import HOUR, Duration, Instant

HORIZON = 24 * HOUR
"""How far before its end the journal is read: longer than a call, and than the time between two notes."""


class PastCallback(msgspec.Struct):
    """A callback that was not over. ``dialled_by``: the agent who had accepted, at ``accepted_at``."""

    number: str
    requested_at: Instant
    not_before: Instant | None = None
    attempts: int = 0
    last_attempt_at: Instant | None = None
    dialled_by: AgentId | None = None
    accepted_at: Instant = 0


class PastTalk(msgspec.Struct):
    """An agent's part in a contact that had not ended; the customer is on hold since ``held_since``."""

    since: Instant
    held_since: Instant | None = None
    hold_us: Duration = 0


class PastRecording(msgspec.Struct):
    """What was recorded last of a contact: ``files`` until then, this one begun ``at``, ``by`` rule or person."""

    file: str
    at: Instant
    by: RecordedBy
    state: Recording = "on"
    files: int = 1


class PastContact(msgspec.Struct):
    """What the journal knows of a contact that had not ended, or that an agent wraps up.

    ``answered``: since when each agent had it, those whose talk has ended, too. ``whole``: its beginning was read.
    """

    entry_point: str = ""
    caller_name: str = ""
    queue: QueueName | None = None
    joined_at: Instant | None = None
    priority: int | None = None
    requirement: Requirement = NOTHING_REQUIRED
    customer_id: CustomerId | None = None
    attributes: dict[str, str] = {}
    caller_number: str = ""
    direction: Direction = "inbound"
    talks: dict[AgentId, PastTalk] = {}
    answered: dict[AgentId, Instant] = {}
    outcome: Outcome = Outcome()
    recording: PastRecording | None = None
    whole: bool = False
    parked_by: AgentId | None = None
    parked_at: Instant | None = None
    rested: MenuRested | None = None
    callback: PastCallback | None = None


class PastAgent(msgspec.Struct):
    """What the journal knows of an agent who had not signed out."""

    phone: str = ""
    declared: Declared = Declared.NOT_READY
    reason: ReasonCode | None = None
    activity: Activity = Activity.IDLE


class PastWrapUp(msgspec.Struct):
    """A contact that an agent talked with; ``since``: the end of the talk. ``certain``: that a wrap-up followed.

    ``extended``: the agent made it longer, to ``until``; None: until they end it.
    """

    contact_id: ContactId
    since: Instant
    queue: QueueName | None
    contact: PastContact
    certain: bool = False
    extended: bool = False
    until: Instant | None = None


class Past(msgspec.Struct):
    """All that had not ended when the journal ended, at ``last_at``. ``closed``: queues closed by hand, and by whom."""

    contacts: dict[ContactId, PastContact] = {}
    agents: dict[AgentId, PastAgent] = {}
    closed: dict[QueueName, str] = {}
    emergencies: dict[str, str] = {}
    callbacks_noted: list[ContactId] = []
    contacts_noted: list[ContactId] = []
    wrap_ups: dict[AgentId, dict[ContactId, PastWrapUp]] = {}
    last_at: Instant = 0

    def rested(self) -> dict[ContactId, MenuRested]:
        """The flows that were at rest."""
        return {contact_id: past.rested for contact_id, past in self.contacts.items() if past.rested is not None}

    def wrap_ups_of(self, agent_id: AgentId) -> list[PastWrapUp]:
        """What the agent was wrapping up, the oldest first.

        Where an older journal does not say whether a wrap-up followed, the agent's state says it of the last talk.
        """
        agent = self.agents.get(agent_id)
        found = list(self.wrap_ups.get(agent_id, {}).values())
        certain = [wrap_up for wrap_up in found if wrap_up.certain]
        untold = agent is not None and agent.activity is Activity.WRAP_UP and not certain
        return found[-1:] if untold else certain

    def known(self) -> set[ContactId]:
        """Contacts that had not ended, and those that were being wrapped up."""
        return {*self.contacts, *(contact_id for of_agent in self.wrap_ups.values() for contact_id in of_agent)}

    def open_callbacks(self) -> list[ContactId]:
        """Contacts whose customers were to be called back."""
        return [contact_id for contact_id, contact in self.contacts.items() if contact.callback is not None]


class JournalSource(Protocol):
    """What is needed of a journal."""

    def last_seq(self, node: NodeName) -> int:
        """The number of the node's last fact."""

    def entries(
        self,
        from_at: Instant | None = None,
        to_at: Instant | None = None,
        kinds: Collection[str] | None = None,
        contact_id: ContactId | None = None,
        *,
        nodes: Collection[NodeName] | None = None,
        after: Mapping[NodeName, int] | None = None,
    ) -> Iterator[Entry]:
        """Facts in order."""


def recall(journal: JournalSource, node: NodeName) -> Past:
    """What was going on when this node's journal ended; what other nodes and imports tell is theirs."""
    seq = journal.last_seq(node)
    last = next(journal.entries(nodes=[node], after={node: seq - 1}), None) if seq else None
    if last is None:
        return Past()
    past = remember(journal.entries(from_at=last.at - HORIZON, nodes=[node]))
    for contact_id in past.callbacks_noted:
        known = past.contacts.get(contact_id)
        if known is None or known.callback is None or known.queue is None:
            older = remember(journal.entries(contact_id=contact_id, nodes=[node]))
            past.contacts |= older.contacts
    for contact_id in past.contacts_noted:
        known = past.contacts.get(contact_id)
        if known is None or not known.whole:
            past.contacts |= remember(journal.entries(contact_id=contact_id, nodes=[node])).contacts
    return past


def remember(entries: Iterable[Entry]) -> Past:
    """Fold the journal's last entries into what was still open at their end."""
    past = Past(contacts={}, agents={}, closed={}, emergencies={}, callbacks_noted=[])
    for entry in entries:
        past.last_at = entry.at
        take = _FOLDS.get(type(entry.fact))
        if take is not None:
            take(past, entry, entry.fact)
    return past


# -- contacts -------------------------------------------------------------------------------------------------------


def _contact(past: Past, fact: Any) -> PastContact:
    return past.contacts.setdefault(fact.contact_id, PastContact())


def _offered(past: Past, _entry: Entry, fact: ContactOffered) -> None:
    contact = _contact(past, fact)
    contact.entry_point, contact.caller_name = fact.entry_point, fact.caller_name
    contact.caller_number, contact.direction = fact.caller_number, fact.direction
    contact.queue, contact.customer_id = fact.queue, fact.customer_id
    contact.whole = True


def _queued(past: Past, _entry: Entry, fact: ContactQueued) -> None:
    contact = _contact(past, fact)
    contact.queue, contact.joined_at, contact.priority = fact.queue, fact.joined_at, fact.priority
    contact.requirement = parse_requirement(fact.requirement) if fact.requirement else NOTHING_REQUIRED
    contact.attributes, contact.customer_id = fact.attributes, fact.customer_id


def _rested(past: Past, _entry: Entry, fact: MenuRested) -> None:
    _contact(past, fact).rested = fact


def _node_entered(past: Past, _entry: Entry, fact: MenuNodeEntered) -> None:
    if fact.contact_id in past.contacts:
        past.contacts[fact.contact_id].rested = None


def _connected(past: Past, entry: Entry, fact: ContactConnected) -> None:
    contact = _contact(past, fact)
    contact.parked_by = None
    if fact.agent_id is not None:
        contact.talks = contact.talks | {fact.agent_id: PastTalk(entry.at)}
        contact.answered = contact.answered | {fact.agent_id: entry.at}


def _talk(past: Past, fact: Any) -> PastTalk | None:
    contact = past.contacts.get(fact.contact_id)
    return None if contact is None else contact.talks.get(fact.agent_id)


def _held(past: Past, entry: Entry, fact: ContactHeld) -> None:
    talk = _talk(past, fact)
    if talk is not None:
        talk.held_since = entry.at


def _retrieved(past: Past, entry: Entry, fact: ContactRetrieved) -> None:
    talk = _talk(past, fact)
    if talk is not None and talk.held_since is not None:
        talk.hold_us += entry.at - talk.held_since
        talk.held_since = None


def _parked(past: Past, entry: Entry, fact: ContactParked) -> None:
    contact = _contact(past, fact)
    contact.parked_by, contact.parked_at = fact.agent_id, entry.at


def _talk_ended(past: Past, entry: Entry, fact: TalkEnded) -> None:
    contact = past.contacts.get(fact.contact_id) if fact.contact_id is not None else None
    if contact is None:
        return
    contact.talks = {agent_id: talk for agent_id, talk in contact.talks.items() if agent_id != fact.agent_id}
    if fact.agent_id is None or fact.contact_id is None or fact.wrap_up_follows is False:
        return
    of_agent = past.wrap_ups.setdefault(fact.agent_id, {})
    for before in [wrap_up for wrap_up in of_agent.values() if not wrap_up.certain]:
        del of_agent[before.contact_id]
    of_agent[fact.contact_id] = PastWrapUp(
        fact.contact_id, entry.at, fact.queue, contact, certain=fact.wrap_up_follows is True
    )


def _wrap_up_extended(past: Past, _entry: Entry, fact: WrapUpExtended) -> None:
    of_agent = past.wrap_ups.get(fact.agent_id, {}) if fact.agent_id is not None else {}
    wrap_up = of_agent.get(fact.contact_id) if fact.contact_id is not None else None
    if wrap_up is not None:
        wrap_up.extended, wrap_up.until = True, fact.until


def _wrap_up_ended(past: Past, _entry: Entry, fact: WrapUpEnded) -> None:
    if fact.agent_id is not None and fact.contact_id is not None:
        past.wrap_ups.get(fact.agent_id, {}).pop(fact.contact_id, None)


def _disposition(past: Past, _entry: Entry, fact: DispositionSet | DispositionCorrected) -> None:
    if fact.contact_id is None:
        return
    wrapped_up = (
        of_agent[fact.contact_id].contact for of_agent in past.wrap_ups.values() if fact.contact_id in of_agent
    )
    contact = past.contacts.get(fact.contact_id) or next(wrapped_up, None)
    if contact is not None:
        contact.outcome = Outcome(fact.disposition or None, fact.resolved, fact.notes)


def _recording_started(past: Past, entry: Entry, fact: RecordingStarted) -> None:
    contact = _contact(past, fact)
    files = 0 if contact.recording is None else contact.recording.files
    contact.recording = PastRecording(fact.file, entry.at, fact.by, files=files + 1)


def _recording_changed(past: Past, fact: Any, state: Recording) -> None:
    contact = past.contacts.get(fact.contact_id)
    if contact is not None and contact.recording is not None:
        contact.recording.state = state


def _gone(past: Past, _entry: Entry, fact: ContactAbandoned | ContactEnded) -> None:
    if fact.contact_id is not None:
        past.contacts.pop(fact.contact_id, None)
        if fact.contact_id in past.contacts_noted:
            past.contacts_noted.remove(fact.contact_id)


def _callback(past: Past, fact: Any) -> PastCallback | None:
    contact = past.contacts.get(fact.contact_id)
    return contact.callback if contact is not None else None


def _callback_requested(past: Past, entry: Entry, fact: CallbackRequested) -> None:
    _contact(past, fact).callback = PastCallback(fact.number, entry.at, fact.not_before)
    _noted(past, fact)


def _noted(past: Past, fact: CallbackRequested) -> None:
    if fact.contact_id is not None and fact.contact_id not in past.callbacks_noted:
        past.callbacks_noted.append(fact.contact_id)


def _offer_ended(past: Past, entry: Entry, fact: OfferEnded) -> None:
    callback = _callback(past, fact)
    if callback is not None and fact.outcome is OfferOutcome.ANSWERED:
        callback.dialled_by, callback.accepted_at = fact.agent_id, entry.at


def _callback_attempted(past: Past, entry: Entry, fact: CallbackAttempted) -> None:
    callback = _callback(past, fact)
    if callback is None:
        return
    callback.dialled_by = None
    if fact.outcome != "agent_missing":
        callback.attempts, callback.last_attempt_at = fact.attempt, entry.at


def _callback_ended(past: Past, _entry: Entry, fact: CallbackEnded) -> None:
    if fact.contact_id in past.contacts:
        past.contacts[fact.contact_id].callback = None
    if fact.contact_id in past.callbacks_noted:
        past.callbacks_noted.remove(fact.contact_id)


# -- agents and queues ----------------------------------------------------------------------------------------------


def _logged_in(past: Past, _entry: Entry, fact: AgentLoggedIn) -> None:
    if fact.agent_id is not None:
        past.agents[fact.agent_id] = PastAgent(phone=fact.phone)


def _logged_out(past: Past, _entry: Entry, fact: AgentLoggedOut) -> None:
    if fact.agent_id is not None:
        past.agents.pop(fact.agent_id, None)
        past.wrap_ups.pop(fact.agent_id, None)


def _state_changed(past: Past, _entry: Entry, fact: AgentStateChanged) -> None:
    agent = past.agents.get(fact.agent_id) if fact.agent_id is not None else None
    if agent is not None:
        agent.declared = fact.pending or fact.declared
        agent.reason = fact.pending_reason if fact.pending else fact.reason
        agent.activity = fact.activity


def _queue_closed(past: Past, _entry: Entry, fact: QueueClosed) -> None:
    if fact.queue is not None and fact.why == "by_hand":
        past.closed[fact.queue] = fact.by
    elif fact.queue is not None:  # an emergency that ended while the hours are over
        past.closed.pop(fact.queue, None)


def _queue_opened(past: Past, _entry: Entry, fact: QueueOpened) -> None:
    if fact.queue is not None:
        past.closed.pop(fact.queue, None)


def _entry_point_switched(past: Past, _entry: Entry, fact: EntryPointSwitched) -> None:
    if fact.emergency:
        past.emergencies[fact.entry_point] = fact.by
    else:
        past.emergencies.pop(fact.entry_point, None)


def _situation_noted(past: Past, _entry: Entry, fact: SituationNoted) -> None:
    before = past.agents
    past.agents = {
        agent_id: PastAgent(agent.phone, agent.declared, agent.reason) for agent_id, agent in fact.agents.items()
    }
    for agent_id in before.keys() & past.agents.keys():
        past.agents[agent_id].activity = before[agent_id].activity
    past.closed = dict(fact.closed)
    past.emergencies = dict(fact.emergencies)
    past.callbacks_noted = list(fact.callbacks)
    past.contacts_noted = list(fact.contacts)


_FOLDS: dict[type, Callable[[Past, Entry, Any], None]] = {
    ContactOffered: _offered,
    ContactQueued: _queued,
    MenuRested: _rested,
    MenuNodeEntered: _node_entered,
    ContactConnected: _connected,
    ContactHeld: _held,
    ContactRetrieved: _retrieved,
    ContactParked: _parked,
    TalkEnded: _talk_ended,
    WrapUpExtended: _wrap_up_extended,
    WrapUpEnded: _wrap_up_ended,
    DispositionSet: _disposition,
    DispositionCorrected: _disposition,
    RecordingStarted: _recording_started,
    RecordingPaused: lambda past, _entry, fact: _recording_changed(past, fact, "paused"),
    RecordingResumed: lambda past, _entry, fact: _recording_changed(past, fact, "on"),
    RecordingStopped: lambda past, _entry, fact: _recording_changed(past, fact, "off"),
    ContactAbandoned: _gone,
    ContactEnded: _gone,
    CallbackRequested: _callback_requested,
    OfferEnded: _offer_ended,
    CallbackAttempted: _callback_attempted,
    CallbackEnded: _callback_ended,
    AgentLoggedIn: _logged_in,
    AgentLoggedOut: _logged_out,
    AgentStateChanged: _state_changed,
    QueueClosed: _queue_closed,
    QueueOpened: _queue_opened,
    EntryPointSwitched: _entry_point_switched,
    SituationNoted: _situation_noted,
}
