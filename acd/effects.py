"""What the distributor wants done: facts for the journal, and commands for the shell. In the order given."""

from typing import Literal, TypeAlias

import msgspec

from facts.ids import AgentId, ContactId, OfferId, QueueName
from facts.journal import Fact
from facts.states import OfferOutcome
from facts.time import Duration


class RingAgent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Present the contact to this agent for at most ``ring_us``; the engine itself ends the offer when it is over."""

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId
    queue: QueueName
    ring_us: Duration


class StopRinging(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The offer to this agent is over: stop the phone if it still rings."""

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId
    why: OfferOutcome


class ConnectContact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent answered: join them (where the dialplan does not do it by itself)."""

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId


class SendContact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The contact leaves the distributor: to a flow, to a number, or to a closing announcement (``exit``)."""

    contact_id: ContactId
    to_kind: Literal["flow", "number", "exit", "voicemail"]
    to: str
    why: str


class AnnouncePosition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Tell the waiting customer the position (0: do not) and, when it may be said, the expected wait."""

    contact_id: ContactId
    position: int
    expected_wait_us: Duration | None


class DialCustomer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Callback: the agent has accepted, now dial the customer."""

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId


Command: TypeAlias = RingAgent | StopRinging | ConnectContact | SendContact | AnnouncePosition | DialCustomer
Effect: TypeAlias = Fact | Command
