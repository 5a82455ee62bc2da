"""The facts of the journal: what happened, each once, in order; boards, figures and metrics are folds of them.

A :class:`Fact` says what happened to whom. An :class:`Entry` is a fact as the journal holds it: numbered, dated and
signed by a node. Facts are named in the past tense and are never changed; a later version of a kind may add fields
with defaults. Fields ending in ``_us`` are microseconds. Fields named in ``PERSONAL`` are a person's data: the store
keeps them apart, so that they can be erased, and neither logs nor metrics ever see them.
"""

from typing import Any, ClassVar, Literal, TypeAlias

import msgspec

from facts.ids import AgentId, ContactId, CustomerId, NodeName, OfferId, QueueName, ReasonCode, SkillName
from facts.states import Activity, Declared, LeftQueue, OfferOutcome, Party
from facts.time import Duration, Instant

Channel: TypeAlias = Literal["call", "callback", "chat", "email"]
Direction: TypeAlias = Literal["inbound", "outbound"]
PhoneTrouble: TypeAlias = Literal["page_left", "cut_off", "no_sound", "silent_microphone"]
"""What can be wrong with a phone in the browser during a call: its page is gone, its connection was away too long, no
sound gets through, or the microphone gives none."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=True, omit_defaults=True, gc=False):
    """What happened, to whom. Subclasses say the rest; the tag ``kind`` is the class's name."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset()

    contact_id: ContactId | None = None
    agent_id: AgentId | None = None
    customer_id: CustomerId | None = None
    queue: QueueName | None = None
    channel: Channel = "call"
    direction: Direction = "inbound"

    @property
    def kind(self) -> str:
        """The fact's name, as journal and reports print it."""
        return type(self).__name__


# -- contacts: arrival and menu -------------------------------------------------------------------------------------


class ContactOffered(Fact, frozen=True, kw_only=True):
    """A customer reached the centre: the first fact of a contact."""

    PERSONAL = frozenset({"caller_number", "caller_name"})

    entry_point: str = ""
    caller_number: str = ""
    caller_name: str = ""
    caller_region: str = ""


class MenuNodeEntered(Fact, frozen=True, kw_only=True):
    """The caller's way through a flow came to a node, ``via`` that edge of the node before."""

    flow: str
    flow_version: str = ""
    node: str
    via: str = ""


class MenuInputGiven(Fact, frozen=True, kw_only=True):
    """The caller chose or said something at a node. ``choice`` is the edge taken; ``""`` for a private node."""

    flow: str
    node: str
    choice: str
    mode: Literal["dtmf", "speech", "none"] = "dtmf"
    outcome: Literal["match", "no_match", "no_input"] = "match"
    confidence: float | None = None


class MenuEnded(Fact, frozen=True, kw_only=True):
    """The flow is over for this caller; ``contained``: the menu alone served them."""

    flow: str
    node: str = ""
    outcome: Literal["queued", "transferred", "voicemail", "hung_up", "caller_left", "failed"]
    contained: bool = False


class MenuRested(Fact, frozen=True, kw_only=True):
    """The flow sent the caller away (to wait, to a number) and will go on later, also after a restart of the node.

    ``versions``: of every flow that the caller may still walk through. ``state``: all else that it takes to go on, as
    JSON, without the values of private variables; empty once it was erased.
    """

    PERSONAL = frozenset({"state"})

    flow: str
    node: str
    versions: dict[str, str] = {}
    state: str = ""


# -- contacts: queue and offers -------------------------------------------------------------------------------------


class ContactQueued(Fact, frozen=True, kw_only=True):
    """A contact joined a queue; the service-level clock starts at ``joined_at``, which may lie before the entry's time.

    ``joined_at`` is the original join time: it survives overflow, transfer within the queue, callbacks and restarts.
    ``entered``: 1 for the first queue of the contact, 2 for the next and so on. ``returned``: the contact had been in
    this queue before and came back to its place (restart, callback); it is not offered a second time.
    """

    joined_at: Instant
    priority: int = 0
    requirement: str = ""
    position: int = 0
    entered: int = 1
    returned: bool = False
    why: str = "menu"
    expected_wait_us: Duration | None = None
    attributes: dict[str, str] = {}


class RequirementRelaxed(Fact, frozen=True, kw_only=True):
    """A waiting contact's requirement changed by a stated step, ``after_us`` from its join time."""

    step: int
    after_us: Duration
    requirement: str
    why: str = ""


class ContactPriorityChanged(Fact, frozen=True, kw_only=True):
    """A waiting contact was given another priority by hand; ``position``: where it stands now."""

    priority: int
    position: int = 0
    by: str = ""


class OfferMade(Fact, frozen=True, kw_only=True):
    """A contact was presented to an agent. ``why`` holds who was considered and what ruled the others out."""

    offer_id: OfferId
    attempt: int = 1
    ring_us: Duration
    waited_us: Duration
    why: dict[str, Any] = {}


class OfferEnded(Fact, frozen=True, kw_only=True):
    """An offer to one agent ended. ``rang_us``: from the reservation to the end."""

    offer_id: OfferId
    outcome: OfferOutcome
    rang_us: Duration


class ContactConnected(Fact, frozen=True, kw_only=True):
    """An agent answered and talks with the customer; the service-level clock stops.

    ``waited_us`` is counted from the original join time to the answer, ringing included; None: not known (imports).
    ``team``: the agent's, where no log-in tells it (imports).
    """

    offer_id: OfferId | None = None
    waited_us: Duration | None
    rang_us: Duration = 0
    team: str = ""


class ContactHeld(Fact, frozen=True, kw_only=True):
    """The agent put the customer on hold."""


class ContactRetrieved(Fact, frozen=True, kw_only=True):
    """The customer is back from hold."""


class ContactTransferred(Fact, frozen=True, kw_only=True):
    """``agent_id`` passed the contact on; this agent's talk ends here."""

    to_kind: Literal["agent", "queue", "number", "flow"]
    to: str
    consulted: bool = False


class ContactParked(Fact, frozen=True, kw_only=True):
    """The agent left the customer on hold, for anybody to pick up; this agent's talk ends here."""


class ContactPickedUp(Fact, frozen=True, kw_only=True):
    """The agent took over a customer whom ``parked_by`` had parked."""

    parked_by: AgentId | None = None
    parked_us: Duration = 0


class CustomerDialled(Fact, frozen=True, kw_only=True):
    """An agent's own call reached the customer, or did not. ``rang_us``: from the dialling to that."""

    outcome: Literal["answered", "busy", "no_answer", "failed", "given_up"]
    rang_us: Duration = 0


class PhoneTroubled(Fact, frozen=True, kw_only=True):
    """The agent's phone in the browser had trouble while a customer was theirs."""

    trouble: PhoneTrouble


class PhoneRecovered(Fact, frozen=True, kw_only=True):
    """That trouble is over, after ``after_us``; one that ended with the talk has no such fact."""

    trouble: PhoneTrouble
    after_us: Duration = 0


class RecordingStarted(Fact, frozen=True, kw_only=True):
    """The talk is being recorded into ``file``, a name in the switch's folder of recordings; ``by``: rule or person."""

    file: str
    by: Literal["queue", "agent"] = "queue"


class RecordingPaused(Fact, frozen=True, kw_only=True):
    """Silence goes into the recording from here. ``by`` the menu: the customer gives a private answer."""

    file: str
    by: Literal["agent", "menu"] = "agent"


class RecordingResumed(Fact, frozen=True, kw_only=True):
    """Sound goes into the recording again."""

    file: str
    by: Literal["agent", "menu"] = "agent"


class RecordingStopped(Fact, frozen=True, kw_only=True):
    """The recording is complete; ``length_us``: pauses, which are silence in it, included."""

    file: str
    length_us: Duration = 0


class TalkEnded(Fact, frozen=True, kw_only=True):
    """One agent's part of a contact is over; ``talk_us`` excludes ``hold_us``.

    Imports may not know all: ``hold_us`` None is not known, and without ``wrap_up_known`` no `WrapUpEnded` does not
    mean that there was no after-contact work. ``wrap_up_follows``: after-contact work begins now; None is not told.
    """

    ended_by: Party
    talk_us: Duration
    hold_us: Duration | None = 0
    wrap_up_known: bool = True
    wrap_up_follows: bool | None = None


class ContactLeftQueue(Fact, frozen=True, kw_only=True):
    """A contact left the queue neither answered nor abandoned. ``to``: where it went."""

    outcome: LeftQueue
    waited_us: Duration | None
    to: str = ""


class ContactAbandoned(Fact, frozen=True, kw_only=True):
    """The customer gave up before an agent was there. In the menu ``queue`` is None and ``waited_us`` 0."""

    stage: Literal["menu", "queue", "ringing"]
    waited_us: Duration | None = 0


class ContactEnded(Fact, frozen=True, kw_only=True):
    """The last fact of a contact."""

    ended_by: Party = Party.CALLER


class ExpectedWaitTold(Fact, frozen=True, kw_only=True):
    """A waiting customer was told their position or expected wait; reports compare it with what came."""

    position: int
    expected_wait_us: Duration | None


class CallbackRequested(Fact, frozen=True, kw_only=True):
    """The customer hung up and kept the place in the queue."""

    PERSONAL = frozenset({"number"})

    number: str = ""
    not_before: Instant | None = None


class CallbackAttempted(Fact, frozen=True, kw_only=True):
    """The customer was dialled back."""

    attempt: int
    outcome: Literal["connected", "no_answer", "busy", "failed", "agent_missing"]


class CallbackEnded(Fact, frozen=True, kw_only=True):
    """The callback is over."""

    outcome: Literal["connected", "exhausted", "cancelled", "expired"]
    attempts: int


# -- agents ---------------------------------------------------------------------------------------------------------


class AgentLoggedIn(Fact, frozen=True, kw_only=True):
    """An agent signed in; they are NOT_READY with reason ``login`` until they say otherwise."""

    phone: str = ""
    team: str = ""
    skills: dict[SkillName, int] = {}


class AgentLoggedOut(Fact, frozen=True, kw_only=True):
    """An agent's session ended."""

    by: Party = Party.AGENT
    reason: str = ""


class AgentStateChanged(Fact, frozen=True, kw_only=True):
    """From now on the agent is in this state; ``pending`` is what will be declared when the contact is over."""

    declared: Declared
    activity: Activity
    reason: ReasonCode | None = None
    pending: Declared | None = None
    pending_reason: ReasonCode | None = None
    by: Party = Party.AGENT


class TimePiece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch of an agent's time as it counted: the state as reports name it, team and skills of then."""

    at: Instant
    end: Instant
    state: str
    team: str | None = None
    skills: tuple[str, ...] = ()


class AgentTimeCorrected(Fact, frozen=True, kw_only=True):
    """Time of an agent without a contact was in another state than it seemed: ``replaced`` counts as ``state`` now.

    ``state`` is as reports name it: READY, or ``NOT_READY:reason``. Every second stays in exactly one state.
    """

    PERSONAL = frozenset({"why"})

    from_at: Instant
    to_at: Instant
    state: str
    replaced: tuple[TimePiece, ...] = ()
    by: str
    why: str = ""


class WrapUpExtended(Fact, frozen=True, kw_only=True):
    """After-contact work for ``contact_id`` goes on until then; None: until the agent ends it."""

    until: Instant | None = None


class WrapUpEnded(Fact, frozen=True, kw_only=True):
    """After-contact work for ``contact_id`` is over; ``how`` is ``talk``: the agent talks with the customer again."""

    took_us: Duration
    how: Literal["timer", "agent", "supervisor", "logged_out", "talk"] = "timer"


class DispositionSet(Fact, frozen=True, kw_only=True):
    """What the contact was about and whether it was resolved; the last one set counts."""

    PERSONAL = frozenset({"notes"})

    disposition: str
    resolved: bool | None = None
    notes: str = ""


class DispositionCorrected(Fact, frozen=True, kw_only=True):
    """What a contact was about is told anew, perhaps days later; from here on this counts, and the story has both.

    ``queued_at``, ``entry_point``, ``queue`` and ``agent_id`` are those of the stay in a queue that is corrected, so
    that it can be counted anew by whoever has forgotten the contact; ``was…``: what counted before.
    """

    PERSONAL = frozenset({"notes", "why"})

    queued_at: Instant = 0
    entry_point: str = ""
    disposition: str
    resolved: bool | None = None
    notes: str = ""
    was: str = ""
    was_resolved: bool | None = None
    by: str
    why: str = ""


class SurveyAnswered(Fact, frozen=True, kw_only=True):
    """The customer answered a survey about the contact: a score on ``worst`` to ``best``, whether it was resolved."""

    question: str = ""
    score: int | None = None
    worst: int = 1
    best: int = 5
    resolved: bool | None = None


class VoicemailLeft(Fact, frozen=True, kw_only=True):
    """The customer left a message; ``file``: where the switch keeps it."""

    mailbox: str
    file: str
    length_us: Duration


class SkillsChanged(Fact, frozen=True, kw_only=True):
    """An agent's full set of skills from now on."""

    skills: dict[SkillName, int]
    by: Party = Party.SUPERVISOR


# -- the centre itself ----------------------------------------------------------------------------------------------


class PolicyChanged(Fact, frozen=True, kw_only=True):
    """The full routing policy from now on, so that yesterday can be replayed."""

    policy: dict[str, Any]
    by: str = ""


class QueueOpened(Fact, frozen=True, kw_only=True):
    """A queue takes contacts again. ``why``: its hours, or who ended an emergency closing."""

    why: Literal["hours", "by_hand"] = "hours"
    by: str = ""


class QueueClosed(Fact, frozen=True, kw_only=True):
    """A queue takes no contacts any more. ``why``: its hours, or an emergency closing, and by whom."""

    why: Literal["hours", "by_hand"] = "hours"
    by: str = ""


class EntryPointSwitched(Fact, frozen=True, kw_only=True):
    """The emergency switch of a dialled number (``*``: of all that have an emergency flow) was thrown, or put back."""

    entry_point: str
    emergency: bool
    by: str = ""


class AlarmRaised(Fact, frozen=True, kw_only=True):
    """A threshold was passed or a protection acted (``starvation_cap``, ``service_level``, ``longest_wait`` …)."""

    alarm: str
    value: float | None = None
    threshold: float | None = None
    text: str = ""


class AlarmCleared(Fact, frozen=True, kw_only=True):
    """The condition of an alarm is over."""

    alarm: str


class AgentSituation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agent who is signed in; what is pending counts as declared."""

    phone: str = ""
    declared: Declared = Declared.NOT_READY
    reason: ReasonCode | None = None


class SituationNoted(Fact, frozen=True, kw_only=True):
    """Who is signed in, whose callbacks are open, which queues are closed by hand (and by whom).

    ``contacts``: those that wait or are with agents, so that a restart knows of one that goes on for days.
    ``emergencies``: the entry points whose emergency switch is thrown, and by whom.

    Written several times a day, so that a restart need not read further back to know them all.
    """

    agents: dict[AgentId, AgentSituation] = {}
    callbacks: list[ContactId] = []
    contacts: list[ContactId] = []
    closed: dict[QueueName, str] = {}
    emergencies: dict[str, str] = {}


class NodeStarted(Fact, frozen=True, kw_only=True):
    """A daemon began to write. What it does not take over by later facts had ended at the last entry before."""

    version: str
    fresh: bool = True


class NodeStopped(Fact, frozen=True, kw_only=True):
    """A daemon stopped in good order."""

    reason: str = ""


class SwitchConnected(Fact, frozen=True, kw_only=True):
    """The telephone switch is connected and its state was taken over."""

    system: str = ""


class SwitchLost(Fact, frozen=True, kw_only=True):
    """The connection to the telephone switch is gone."""

    reason: str = ""


# -- the journal itself ---------------------------------------------------------------------------------------------


class PersonalDataErased(Fact, frozen=True, kw_only=True):
    """A person's data is gone from the journal: the personal fields of these facts, first to last number per node."""

    facts: dict[NodeName, list[tuple[int, int]]]
    by: str = ""


class FactsRemoved(Fact, frozen=True, kw_only=True):
    """The journal keeps nothing of ``of_node`` up to number ``last_seq``, whose hash was ``last_hash`` (hex).

    All that was removed happened before ``before``.
    """

    of_node: NodeName
    last_seq: int
    last_hash: str
    before: Instant
    by: str = ""


AnyFact: TypeAlias = (
    ContactOffered
    | MenuNodeEntered
    | MenuInputGiven
    | MenuEnded
    | MenuRested
    | ContactQueued
    | RequirementRelaxed
    | ContactPriorityChanged
    | OfferMade
    | OfferEnded
    | ContactConnected
    | ContactHeld
    | ContactRetrieved
    | ContactTransferred
    | ContactParked
    | ContactPickedUp
    | CustomerDialled
    | PhoneTroubled
    | PhoneRecovered
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingStopped
    | TalkEnded
    | ContactLeftQueue
    | ContactAbandoned
    | ContactEnded
    | ExpectedWaitTold
    | CallbackRequested
    | CallbackAttempted
    | CallbackEnded
    | AgentLoggedIn
    | AgentLoggedOut
    | AgentStateChanged
    | AgentTimeCorrected
    | WrapUpExtended
    | WrapUpEnded
    | DispositionSet
    | DispositionCorrected
    | SurveyAnswered
    | VoicemailLeft
    | SkillsChanged
    | PolicyChanged
    | QueueOpened
    | QueueClosed
    | AlarmRaised
    | AlarmCleared
    | SituationNoted
    | EntryPointSwitched
    | NodeStarted
    | NodeStopped
    | SwitchConnected
    | SwitchLost
    | PersonalDataErased
    | FactsRemoved
)
"""Every kind of fact; msgspec decodes a journal line by its ``kind`` into one of these."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as the journal holds it. Order is ``(node, seq)``.

    ``at`` is the node's clock (UTC at start plus the monotonic clock); ``switch_at`` is the telephone switch's own
    time stamp of the event that caused the fact: a duration between two telephony facts uses both ``switch_at``.
    ``version`` is the version of the fact's kind.
    """

    node: NodeName
    seq: int
    at: Instant
    switch_at: Instant | None = None
    tenant: str = "main"
    version: int = 1
    fact: AnyFact
