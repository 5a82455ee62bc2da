"""What the fold of the facts makes: one record for each thing that figures count.

Records are filled in as facts arrive (they alone here are mutable) and know by which dimensions they may be sliced.
``at`` is the instant by which a record falls into an interval: where the contact was offered to the queue.
"""

from typing import ClassVar, Literal, TypeAlias

import msgspec

from facts.ids import AgentId, ContactId, QueueName
from facts.time import Duration, Instant

DIMENSIONS = (
    "queue",
    "agent",
    "team",
    "skill",
    "entry_point",
    "node",
    "disposition",
    "customer_tier",
    "region",
    "channel",
    "direction",
)
"""What contacts and agents can be sliced by; intervals of time come on top (`reporting.kpi.intervals`)."""

Dimension: TypeAlias = str
Outcome: TypeAlias = Literal["", "answered", "abandoned", "left"]

UNCLASSIFIED = "unclassified"
"""The way a contact left of which no fact tells how: its daemon died, or its history has a hole."""

_CONTACT_DIMENSIONS = frozenset(DIMENSIONS)


class Arrival(msgspec.Struct, kw_only=True):
    """A customer reached the centre: what the menu made of it. One for each contact."""

    DIMENSIONS: ClassVar[frozenset[Dimension]] = _CONTACT_DIMENSIONS - {"queue", "agent", "team", "skill"}

    contact_id: ContactId
    at: Instant
    entry_point: str = ""
    region: str = ""
    channel: str = "call"
    direction: str = "inbound"
    customer_id: str | None = None
    customer_tier: str = ""
    flow: str = ""
    node: str = ""
    in_menu: bool = False
    menu_outcome: str = ""
    contained: bool = False
    disposition: str = ""
    ended_at: Instant | None = None


class Visit(msgspec.Struct, kw_only=True):
    """A contact's stay in one queue, from joining it to the answer or to leaving it.

    ``waited_us`` is counted from the original join time; None: not known. ``longest_us`` is the longest wait that was
    ever measured, also when the contact came back to its place later (``measured_before``). ``told``: when the first
    estimate was told and how long it said. ``agent_id`` is who answered first. ``score``: a survey's answer, up to
    `reporting.kpi.cells.FULL_SCORE`. ``repeated``: judged by `reporting.kpi.resolution`, where that was asked for.
    """

    DIMENSIONS: ClassVar[frozenset[Dimension]] = _CONTACT_DIMENSIONS

    contact_id: ContactId
    at: Instant
    queue: QueueName
    entered: int = 1
    joined_at: Instant = 0
    writer: str = ""
    priority: int = 0
    requirement: str = ""
    skills: tuple[str, ...] = ()
    customer_id: str | None = None
    customer_tier: str = ""
    region: str = ""
    entry_point: str = ""
    flow: str = ""
    node: str = ""
    channel: str = "call"
    direction: str = "inbound"
    agent_id: AgentId | None = None
    team: str | None = None
    outcome: Outcome = ""
    left_as: str = ""
    waited_us: Duration | None = None
    longest_us: Duration = 0
    measured_before: bool = False
    closed_at: Instant | None = None
    orphaned: bool = False
    told: tuple[Instant, Duration] | None = None
    callback_us: Duration | None = None
    callback_outcome: str = ""
    disposition: str = ""
    resolved: bool | None = None
    score: int | None = None
    survey_resolved: bool | None = None
    repeated: bool | None = None
    ended_at: Instant | None = None
    legs: list["Leg"] = []


class Leg(msgspec.Struct, kw_only=True):
    """One agent's part of a contact. ``at`` is its visit's, so that both fall into the same interval.

    ``handles_contact``: the first part of this stay that ended; ``handles_for_agent``: this agent's first that ended.
    ``lost``: its end was not seen, so its length is not known. ``hold_us`` None is not known; without
    ``wrap_up_known`` neither is the after-contact work, unless ``wrap_up_us`` tells it.
    """

    DIMENSIONS: ClassVar[frozenset[Dimension]] = _CONTACT_DIMENSIONS

    contact_id: ContactId
    at: Instant
    began_at: Instant
    writer: str = ""
    agent_id: AgentId | None
    team: str | None = None
    queue: QueueName | None = None
    skills: tuple[str, ...] = ()
    customer_tier: str = ""
    region: str = ""
    entry_point: str = ""
    node: str = ""
    channel: str = "call"
    direction: str = "inbound"
    disposition: str = ""
    ended_at: Instant | None = None
    ended_by: str = ""
    talk_us: Duration = 0
    hold_us: Duration | None = 0
    wrap_up_us: Duration | None = None
    wrap_up_known: bool = True
    transferred_to: str = ""
    consulted: bool = False
    lost: bool = False
    handles_contact: bool = False
    handles_for_agent: bool = False

    @property
    def handling_us(self) -> Duration:
        """Talk, hold and after-contact work, as far as they are known."""
        return self.talk_us + (self.hold_us or 0) + (self.wrap_up_us or 0)


class Offer(msgspec.Struct, kw_only=True):
    """One contact presented to one agent. ``outcome`` is empty while it rings."""

    DIMENSIONS: ClassVar[frozenset[Dimension]] = _CONTACT_DIMENSIONS

    contact_id: ContactId | None
    at: Instant
    agent_id: AgentId | None
    team: str | None = None
    queue: QueueName | None = None
    skills: tuple[str, ...] = ()
    customer_tier: str = ""
    region: str = ""
    entry_point: str = ""
    node: str = ""
    channel: str = "call"
    direction: str = "inbound"
    disposition: str = ""
    outcome: str = ""
    rang_us: Duration = 0


class Span(msgspec.Struct, kw_only=True):
    """A stretch of an agent's log-in in one state, from ``at`` to ``end``.

    ``state`` is READY, RESERVED, TALKING, HOLD, WRAP_UP or ``NOT_READY:reason``.
    """

    DIMENSIONS: ClassVar[frozenset[Dimension]] = frozenset({"agent", "team", "skill"})

    at: Instant
    end: Instant
    agent_id: AgentId
    team: str | None = None
    skills: tuple[str, ...] = ()
    state: str


class Scheduled(msgspec.Struct, kw_only=True):
    """A part of an agent's schedule, and how much of it was kept (`reporting.kpi.schedules`)."""

    DIMENSIONS: ClassVar[frozenset[Dimension]] = frozenset({"agent", "team", "skill"})

    at: Instant
    agent_id: AgentId
    team: str | None = None
    skills: tuple[str, ...] = ()
    scheduled_us: Duration
    adherent_us: Duration


Record: TypeAlias = Arrival | Visit | Leg | Offer | Span | Scheduled
