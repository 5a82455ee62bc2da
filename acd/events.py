"""What is told to the distributor. Imperative names; facts, which come out of it, are in the past tense."""

from typing import Literal, TypeAlias

import msgspec

from acd.policy import Policy
from facts.ids import AgentId, ContactId, CustomerId, OfferId, QueueName, ReasonCode, SkillName
from facts.journal import Direction
from facts.requirements import Requirement
from facts.states import LeftQueue, OfferOutcome, Party
from facts.time import Duration, Instant


class JoinQueue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A contact wants an agent of a queue. ``joined_at``: its original join time when it is not now.

    ``person``: who stands for the customer, where records were merged; None: the customer.
    """

    contact_id: ContactId
    queue: QueueName
    joined_at: Instant | None = None
    requirement: Requirement | None = None
    priority: int | None = None
    customer_id: CustomerId | None = None
    person: CustomerId | None = None
    preferred_agent: AgentId | None = None
    attributes: dict[str, str] = {}
    why: str = "menu"
    returned: bool = False


class LeaveQueue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A waiting or offered contact goes. ``cause`` None: the caller hung up (abandoned).

    Who asked for a callback has hung up without leaving: for them only a ``cause`` ends it.
    """

    contact_id: ContactId
    cause: LeftQueue | None = None
    to: str = ""


class AnswerOffer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent took the offer: from here the contact is theirs."""

    offer_id: OfferId
    agent_id: AgentId


class RefuseOffer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent's phone did not take the offer: NO_ANSWER, REJECTED, BUSY or UNREACHABLE."""

    offer_id: OfferId
    agent_id: AgentId
    outcome: OfferOutcome


class EndTalk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """This agent's part of the contact is over; wrap-up begins. ``contact_ended``: the customer is gone too.

    ``wrap_up`` False: there is nothing to be done afterwards, as for who was only asked something.
    """

    contact_id: ContactId
    agent_id: AgentId
    ended_by: Party
    contact_ended: bool = True
    wrap_up: bool = True


class HoldTalk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The customer was put on hold by the agent."""

    contact_id: ContactId
    agent_id: AgentId


class RetrieveTalk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The customer is back from hold."""

    contact_id: ContactId
    agent_id: AgentId


class RestoreTalk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """After a restart: this contact is with this agent since ``since``.

    ``held_since``: the customer is on hold since then; ``hold_us``: was on hold so long before.
    """

    contact_id: ContactId
    agent_id: AgentId
    queue: QueueName | None
    since: Instant
    held_since: Instant | None = None
    hold_us: Duration = 0
    direction: Direction = "inbound"
    customer_id: CustomerId | None = None


class RestoreWrapUp(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """After a restart: this agent is at work after this contact since ``since``, as long as its queue allows.

    ``extended``: until ``until`` instead; None: until they end it themselves.
    """

    contact_id: ContactId
    agent_id: AgentId
    queue: QueueName | None
    since: Instant
    customer_id: CustomerId | None = None
    extended: bool = False
    until: Instant | None = None


class LogIn(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent signs in; they become NOT_READY (``login``)."""

    agent_id: AgentId
    phone: str = ""


class LogOut(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent signs out. During a contact: pending, unless ``force`` by a supervisor or the system."""

    agent_id: AgentId
    by: Party = Party.AGENT
    force: bool = False


class DeclareReady(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent wants contacts; during a contact or wrap-up the change is pending."""

    agent_id: AgentId
    by: Party = Party.AGENT


class DeclareNotReady(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent wants no contacts, and says why."""

    agent_id: AgentId
    reason: ReasonCode
    by: Party = Party.AGENT


class EndWrapUp(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent has done the after-contact work."""

    agent_id: AgentId
    contact_id: ContactId | None = None
    by: Party = Party.AGENT


class ExtendWrapUp(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent needs so much longer for the after-contact work; None: until they end it themselves."""

    agent_id: AgentId
    by_us: Duration | None
    contact_id: ContactId | None = None


class LosePhone(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent's phone cannot be reached any more."""

    agent_id: AgentId


class FindPhone(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent's phone can be reached again."""

    agent_id: AgentId


class ReplacePolicy(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Queues, agents and rules change while running; nobody loses their place."""

    policy: Policy
    by: str = ""


class ReplaceSkills(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One agent's full set of skills changes."""

    agent_id: AgentId
    skills: dict[SkillName, int]
    by: Party = Party.SUPERVISOR


class StartTalk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent talks with a contact that did not come through an offer: a call of their own, a consultation.

    Allowed while NOT_READY. A phone that rings for an offer cannot take it now: that offer ends as busy.
    """

    contact_id: ContactId
    agent_id: AgentId
    queue: QueueName | None = None
    direction: Direction = "outbound"
    customer_id: CustomerId | None = None


class StartDialling(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The agent calls somebody: at work from now on, in a talk once StartTalk says so.

    Allowed while NOT_READY; what rings for them ends as busy. EndTalk gives it up.
    """

    contact_id: ContactId
    agent_id: AgentId
    queue: QueueName | None = None
    customer_id: CustomerId | None = None


class ChangePriority(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A waiting contact's priority, from now on and in every queue that it comes to; its join time stays."""

    contact_id: ContactId
    priority: int
    by: str = ""


class MoveContact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A waiting contact goes to another queue, with its join time; what rings for it stops."""

    contact_id: ContactId
    queue: QueueName
    by: str = ""


class RequestCallback(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The customer hangs up and keeps the place in the queue; to be rung at ``number``, not before ``not_before``."""

    contact_id: ContactId
    number: str
    not_before: Instant | None = None


class JoinAsCallback(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A customer without a line takes a place in a queue, to be rung: asked for in a menu, or before a restart.

    ``join``: as for one who waits on the line. Limits of a queue are about lines, and do not count here.
    ``requested_at``: when it was asked for, if that is in the journal already. ``attempts``, ``last_attempt_at``: how
    often the customer was dialled in vain, and when last. ``dialled_by``: the agent who hears them being dialled now.
    """

    join: JoinQueue
    number: str
    not_before: Instant | None = None
    requested_at: Instant | None = None
    attempts: int = 0
    last_attempt_at: Instant | None = None
    dialled_by: AgentId | None = None


class CallbackAnswered(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The customer who was dialled back is there."""

    contact_id: ContactId
    agent_id: AgentId


class CallbackFailed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The customer who was dialled back is not there; ``outcome``: no_answer, busy or failed."""

    contact_id: ContactId
    agent_id: AgentId
    outcome: Literal["no_answer", "busy", "failed"] = "no_answer"


class CloseQueue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Emergency closing: the queue takes nobody any more, whatever its hours; who waits goes where the policy says.

    ``restored``: it was closed before a restart, which is in the journal already.
    """

    queue: QueueName
    by: str = ""
    restored: bool = False


class OpenQueue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The emergency is over: the queue's hours hold again."""

    queue: QueueName
    by: str = ""


class TellPosition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The flow of a waiting contact wants its announcement now; ``position``, ``expected_wait``: what it will speak."""

    contact_id: ContactId
    position: bool = True
    expected_wait: bool = False


class Tick(msgspec.Struct, frozen=True, gc=False):
    """Time has come to ``now``: whatever was due until then happens, in the order in which it was due."""


Event: TypeAlias = (
    JoinQueue
    | LeaveQueue
    | AnswerOffer
    | RefuseOffer
    | EndTalk
    | HoldTalk
    | RetrieveTalk
    | RestoreTalk
    | RestoreWrapUp
    | LogIn
    | LogOut
    | DeclareReady
    | DeclareNotReady
    | EndWrapUp
    | ExtendWrapUp
    | LosePhone
    | FindPhone
    | ReplacePolicy
    | ReplaceSkills
    | StartTalk
    | StartDialling
    | ChangePriority
    | MoveContact
    | RequestCallback
    | JoinAsCallback
    | CallbackAnswered
    | CallbackFailed
    | CloseQueue
    | OpenQueue
    | TellPosition
    | Tick
)
