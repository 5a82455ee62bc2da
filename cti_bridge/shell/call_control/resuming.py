"""Calls that agents were on when the daemon started: found in the switch's channels, completed from the journal.

The switch says who is where: in one bridge, on hold (``acd-hold``), kept (``acd-keep``), being dialled (``acd-dial``).
Whose the customer is, since when each agent talks, and who parked a customer, the journal knows.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import structlog

from acd.events import LeaveQueue, RestoreTalk, StartDialling
from cti_bridge.shell import translate
from cti_bridge.shell.call_control.hearing import PLACES, where_of
from cti_bridge.shell.call_control.topology import CUSTOMER, Kind, Party, Topology, Where, engaged
from cti_bridge.shell.remembering import PastContact, PastTalk
from facts.ids import AgentId, ContactId
from facts.journal import ContactOffered, ContactQueued
from facts.requirement_text import requirement_text
from facts.states import Activity, LeftQueue

if TYPE_CHECKING:
    from cti_bridge.shell.coordinator import Coordinator

log = structlog.get_logger(__name__)

Found = translate.ChannelFound


def resume_call(coordinator: "Coordinator", contact_id: ContactId, found: Sequence[Found], past: PastContact) -> bool:
    """Bring a call back under control; False: of these channels none is on a call with an agent."""
    topology = _topology(coordinator, contact_id, found, past)
    if topology is None:
        return False
    control = coordinator.control
    recall_contact(coordinator, contact_id, past)
    if coordinator.waits(contact_id):  # answered while nobody listened: when, nobody knows
        coordinator.tell(LeaveQueue(contact_id=contact_id, cause=LeftQueue.SWITCH_LOST))
    if topology.outbound and not _customer_is_there(topology):
        agent_id = AgentId(topology.holder)
        coordinator.tell(
            StartDialling(contact_id=contact_id, agent_id=agent_id, queue=past.queue, customer_id=past.customer_id)
        )
    else:
        _restore_talks(coordinator, topology, past)
    control.resume(topology, past.recording, past.parked_at)
    log.info("call_resumed", contact_id=contact_id, agents=sorted(engaged(topology)))
    return True


def recall_contact(coordinator: "Coordinator", contact_id: ContactId, past: PastContact, *, over: bool = False) -> None:
    """Desks know again what the journal says of a contact; ``over``: it is only wrapped up any more."""
    facts = _facts(contact_id, past)
    coordinator.control.desks.remember(
        contact_id, *facts, answered=past.answered, outcome=past.outcome, ended=over, parked_by=past.parked_by
    )


def _customer_is_there(topology: Topology) -> bool:
    customer = topology.customer
    return customer is not None and customer.where is not Where.RINGING


def _restore_talks(coordinator: "Coordinator", topology: Topology, past: PastContact) -> None:
    now = coordinator.now()
    for agent_id, activity in engaged(topology).items():
        talk = past.talks.get(agent_id) or PastTalk(now)
        held = activity is Activity.HOLD
        coordinator.tell(
            RestoreTalk(
                contact_id=topology.contact_id,
                agent_id=agent_id,
                queue=past.queue,
                since=min(talk.since, now),
                held_since=max(talk.since, min(talk.held_since or now, now)) if held else None,
                hold_us=talk.hold_us,
                direction=past.direction,
                customer_id=past.customer_id,
            )
        )


def _topology(
    coordinator: "Coordinator", contact_id: ContactId, found: Sequence[Found], past: PastContact
) -> Topology | None:
    """Who is on the call, and where; None when no agent is, and no customer waits for one on hold."""
    mine = [f for f in found if f.contact_id == contact_id and not f.channel_id.startswith("spy-")]
    agents = {f.channel_id: _agent_of(coordinator, f) for f in mine}
    customer = _customer_of(contact_id, mine, agents)
    at = coordinator.now()
    topology = Topology(contact_id=contact_id, outbound=past.direction == "outbound")
    if customer is not None:
        topology = topology.with_party(_party(CUSTOMER, Kind.CUSTOMER, customer, at))
    for channel in mine:
        if channel is customer:
            continue
        agent_id = agents[channel.channel_id]
        key, kind = (agent_id, Kind.AGENT) if agent_id else (f"number:{channel.channel_id}", Kind.NUMBER)
        party = _party(key, kind, channel, at)
        if _takes_part(party, channel, topology, dials=topology.outbound):
            topology = topology.with_party(party)
    return _with_holder(topology, past)


def _agent_of(coordinator: "Coordinator", channel: Found) -> AgentId | None:
    """Whose channel it is: of our own legs the variable says so, of others the phone."""
    if channel.channel_id.startswith("leg-") and channel.agent_id:
        return channel.agent_id
    return coordinator.control.agent_of_phone(channel.channel.rpartition("-")[0])


def _customer_of(contact_id: ContactId, mine: Sequence[Found], agents: dict[str, AgentId | None]) -> Found | None:
    """The contact's own channel, or the one that was dialled for it."""
    own = next((f for f in mine if f.channel_id == contact_id), None)
    dialled = (f for f in mine if agents[f.channel_id] is None and not f.channel_id.startswith("leg-"))
    return own or next(dialled, None)


def _party(key: str, kind: Kind, channel: Found, at: int) -> Party:
    seen = PLACES.get(channel.context) if channel.up and not channel.bridge else None
    where = where_of(seen) if seen is not None else Where.UP
    if channel.bridge:
        where = Where.TALK
    elif not channel.up:
        where = Where.RINGING
    elif kind is Kind.CUSTOMER and seen is None:
        where = Where.AWAY
    return Party(
        key=key,
        kind=kind,
        channel_id=channel.channel_id,
        channel=channel.channel,
        number=channel.caller_number if kind is Kind.NUMBER else "",
        where=where,
        room=channel.bridge,
        since=at,
        answered_at=None if where is Where.RINGING else at,
    )


def _takes_part(party: Party, channel: Found, topology: Topology, *, dials: bool) -> bool:
    """Whether a leg is on the call: in a talk, kept for a customer on hold, or dialling one. A ringing one is not."""
    customer = topology.customer
    if party.where is Where.TALK:
        return True
    if dials and channel.context == "acd-dial":
        return channel.up
    return party.where is Where.KEPT and customer is not None and customer.where is Where.HELD


def _with_holder(topology: Topology, past: PastContact) -> Topology | None:
    """To whom the customer belongs, and who was asked; None when the call needs nobody."""
    customer = topology.customer
    agents = [party.key for party in topology.living(Kind.AGENT)]
    held = customer is not None and customer.where is Where.HELD
    if not agents:
        parked = past.parked_by if held and past.parked_by is not None else ""
        return msgspec.structs.replace(topology, parked_by=parked) if held else None
    if customer is None and not topology.outbound:
        return None
    in_order = sorted(agents, key=lambda key: past.talks[AgentId(key)].since if AgentId(key) in past.talks else 1 << 62)
    holder = topology.holder or in_order[0]
    topology = msgspec.structs.replace(topology, holder=holder)
    for party in list(topology.others(holder)):
        topology = topology.change(party.key, asked_by=holder)
    return topology


def _facts(contact_id: ContactId, past: PastContact) -> tuple[ContactOffered | ContactQueued, ...]:
    """What the desks have to know of a contact that began before."""
    offered = ContactOffered(
        contact_id=contact_id,
        entry_point=past.entry_point,
        caller_number=past.caller_number,
        caller_name=past.caller_name,
        direction=past.direction,
        customer_id=past.customer_id,
    )
    if past.queue is None or past.joined_at is None:
        return (offered,)
    queued = ContactQueued(
        contact_id=contact_id,
        customer_id=past.customer_id,
        queue=past.queue,
        joined_at=past.joined_at,
        priority=past.priority or 0,
        requirement=requirement_text(past.requirement),
        attributes=past.attributes,
    )
    return offered, queued
