"""After a restart or a lost connection: Asterisk and the journal together say who was where.

Asterisk is asked who waits and who talks (its channels carry ``ACD_CALL``, ``ACD_QUEUE``, ``ACD_SINCE``); the journal
adds what a channel does not carry: the requirement, the original join time to the microsecond, since when two talk,
which agents were signed in, and where the flows of those who wait would go on. :func:`remember` is a pure fold;
:class:`Resume` applies it to a snapshot.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
import structlog

from acd.events import DeclareNotReady, DeclareReady, JoinQueue, LeaveQueue, LogIn, RestoreTalk
from cti_bridge.shell import switch_actions, translate
from cti_bridge.shell.calls import Call, Leg, Place
from facts.ids import AgentId, ContactId, QueueName, ReasonCode
from facts.journal import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentStateChanged,
    ContactAbandoned,
    ContactConnected,
    ContactEnded,
    ContactOffered,
    ContactQueued,
    Entry,
    MenuNodeEntered,
    MenuRested,
    TalkEnded,
)
from facts.requirement_text import parse_requirement
from facts.requirements import NOTHING_REQUIRED, Requirement
from facts.states import Declared, LeftQueue, Party
from facts.time import HOUR, Instant

if TYPE_CHECKING:
    from cti_bridge.shell.coordinator import Coordinator

log = structlog.get_logger(__name__)

HORIZON = 24 * HOUR
"""How far back the journal is read: no call and no shift lasts longer."""


WAITING_PLACES = frozenset({"acd-wait", "acd-announce"})
"""Contexts of the dialplan in which a caller waits for an agent, or hears where they stand meanwhile."""

OUTSIDE = "acd-outside"
"""The context in which a flow has a number dialled for the caller."""


class PastContact(msgspec.Struct):
    """What the journal knows of a contact that had not ended."""

    queue: QueueName | None = None
    joined_at: Instant | None = None
    priority: int | None = None
    requirement: Requirement = NOTHING_REQUIRED
    attributes: dict[str, str] = {}
    rested: MenuRested | None = None
    agent_id: AgentId | None = None
    talking_since: Instant | None = None


class PastAgent(msgspec.Struct):
    """What the journal knows of an agent who had not signed out."""

    phone: str = ""
    declared: Declared = Declared.NOT_READY
    reason: ReasonCode | None = None


class Past(msgspec.Struct):
    """All that had not ended when the journal ended."""

    contacts: dict[ContactId, PastContact] = {}
    agents: dict[AgentId, PastAgent] = {}

    def rested(self) -> dict[ContactId, MenuRested]:
        """The flows that were at rest."""
        return {contact_id: past.rested for contact_id, past in self.contacts.items() if past.rested is not None}


def remember(entries: Iterable[Entry]) -> Past:
    """Fold the journal's last entries into what was still open at their end."""
    past = Past(contacts={}, agents={})
    for entry in entries:
        fact = entry.fact
        if fact.contact_id is not None:
            _contact(past, fact.contact_id, entry)
        if fact.agent_id is not None:
            _agent(past, fact.agent_id, entry)
    return past


def _contact(past: Past, contact_id: ContactId, entry: Entry) -> None:
    match entry.fact:
        case ContactOffered():
            past.contacts.setdefault(contact_id, PastContact())
        case ContactQueued() as fact:
            contact = past.contacts.setdefault(contact_id, PastContact())
            contact.queue, contact.joined_at, contact.priority = fact.queue, fact.joined_at, fact.priority
            contact.requirement = parse_requirement(fact.requirement) if fact.requirement else NOTHING_REQUIRED
            contact.attributes = fact.attributes
        case MenuRested() as fact:
            past.contacts.setdefault(contact_id, PastContact()).rested = fact
        case MenuNodeEntered() if contact_id in past.contacts:
            past.contacts[contact_id].rested = None
        case ContactConnected() as fact:
            contact = past.contacts.setdefault(contact_id, PastContact())
            contact.agent_id, contact.talking_since = fact.agent_id, entry.at
        case TalkEnded():
            if contact_id in past.contacts:
                past.contacts[contact_id].agent_id = past.contacts[contact_id].talking_since = None
        case ContactAbandoned() | ContactEnded():
            past.contacts.pop(contact_id, None)


def _agent(past: Past, agent_id: AgentId, entry: Entry) -> None:
    match entry.fact:
        case AgentLoggedIn() as fact:
            past.agents[agent_id] = PastAgent(phone=fact.phone)
        case AgentLoggedOut():
            past.agents.pop(agent_id, None)
        case AgentStateChanged() as fact if agent_id in past.agents:
            past.agents[agent_id].declared = fact.pending or fact.declared
            past.agents[agent_id].reason = fact.pending_reason if fact.pending else fact.reason


class Resume:
    """Brings agents, waiting callers and talks back to their places; used again at every reconnection."""

    def __init__(self, past: Past) -> None:
        self._past = past

    def sign_agents_in(self, coordinator: "Coordinator") -> None:
        """Agents who had not signed out are signed in as they were; those nobody knows any more stay out."""
        for agent_id, agent in self._past.agents.items():
            known = coordinator.engine.agent(agent_id)
            if known is None or known.declared is not Declared.LOGGED_OUT:
                continue
            if not coordinator.tell(LogIn(agent_id=agent_id, phone=agent.phone)):
                continue
            if agent.declared is Declared.READY:
                coordinator.tell(DeclareReady(agent_id=agent_id, by=Party.SYSTEM))
            elif agent.reason is not None:
                coordinator.tell(DeclareNotReady(agent_id=agent_id, reason=agent.reason, by=Party.SYSTEM))

    def take_over(self, coordinator: "Coordinator", found: list[translate.ChannelFound]) -> None:
        """Talks first, so that nobody who talks is offered a call; then those who wait, the oldest first."""
        callers = {f.contact_id: f for f in found if f.channel_id == f.contact_id}
        for leg in (f for f in found if f.channel_id.startswith("leg-")):
            self._leg(coordinator, leg, callers.get(leg.contact_id))
        waiting = [f for f in callers.values() if f.context in WAITING_PLACES and not f.bridge]
        for caller in sorted(waiting, key=self._since):
            self._wait(coordinator, caller)
        for caller in (f for f in callers.values() if f.context == OUTSIDE):
            self._adopt(coordinator, caller, Place.TALKED)
        self._past = Past(contacts={}, agents={})

    def _since(self, caller: translate.ChannelFound) -> tuple[Instant, str]:
        past = self._past.contacts.get(caller.contact_id)
        joined = past.joined_at if past is not None else None
        return (joined or caller.since or 0, caller.channel_id)

    def _leg(
        self, coordinator: "Coordinator", leg: translate.ChannelFound, caller: translate.ChannelFound | None
    ) -> None:
        known = coordinator.calls.leg(leg.channel_id)
        if known is not None and known.answered:
            return
        if caller is None or not leg.bridge or leg.bridge != caller.bridge:
            coordinator.act("Hangup", switch_actions.hang_up(leg.channel_id))
            return
        if known is not None:
            coordinator.calls.remove_leg(known)
        self._talk(coordinator, leg, caller)

    def _talk(self, coordinator: "Coordinator", found: translate.ChannelFound, caller: translate.ChannelFound) -> None:
        contact_id, agent_id = found.contact_id, found.agent_id
        past = self._past.contacts.get(contact_id) or PastContact()
        call = self._adopt(coordinator, caller, Place.TALKING)
        leg = coordinator.calls.add_leg(Leg(found.channel_id, None, contact_id, agent_id))
        leg.channel, leg.seen, leg.answered = found.channel, True, True
        call.leg, call.agent_id = leg, agent_id
        since = past.talking_since or caller.since or coordinator.now()
        queue = past.queue or caller.queue or None
        waiting = coordinator.engine.contact(contact_id)
        if waiting is not None:  # answered while nobody listened: when, nobody knows
            queue = waiting.queue
            coordinator.tell(LeaveQueue(contact_id=contact_id, cause=LeftQueue.SWITCH_LOST))
        coordinator.tell(RestoreTalk(contact_id=contact_id, agent_id=agent_id, queue=queue, since=since))
        log.info("talk_resumed", contact_id=contact_id, agent_id=agent_id)

    def _wait(self, coordinator: "Coordinator", caller: translate.ChannelFound) -> None:
        if coordinator.engine.contact(caller.contact_id) is not None:
            return
        past = self._past.contacts.get(caller.contact_id)
        call = self._adopt(coordinator, caller, Place.WAITING)
        if past is not None and past.queue is not None:
            call.routing = JoinQueue(
                contact_id=caller.contact_id,
                queue=past.queue,
                joined_at=past.joined_at,
                requirement=past.requirement,
                priority=past.priority,
                attributes=past.attributes,
                why="resumed",
                returned=True,
            )
        coordinator.join(call, caller.queue, caller.since, None)
        log.info("waiting_caller_resumed", contact_id=caller.contact_id)

    def _adopt(self, coordinator: "Coordinator", caller: translate.ChannelFound, place: Place) -> Call:
        known = coordinator.calls.get(caller.contact_id)
        if known is not None:
            known.place = place
            return known
        call = Call(caller.contact_id, caller.channel_id, caller.channel, place)
        call.entry_point = caller.entry_point
        call.caller_number, call.caller_name = caller.caller_number, caller.caller_name
        call.offered = caller.contact_id in self._past.contacts
        coordinator.caller_arrived(call)
        return call
