"""The distributor's memory: contacts, agents, the work between them, queues. Changed only by the engine's modules.

These records are mutable and compared by identity; what others see of them are the frozen views of ``acd.views``.
"""

from collections import OrderedDict
from typing import TypeAlias

import msgspec

from acd.contact_state import Place
from acd.deadlines import Timer
from acd.policy import AgentPolicy, QueuePolicy
from facts.ids import AgentId, ContactId, CustomerId, OfferId, ReasonCode, SkillName
from facts.requirements import Requirement, satisfies
from facts.states import Activity, Declared
from facts.time import Duration, Instant

Class: TypeAlias = int
"""Contacts of one class keep their order of joining for ever; the lower class goes first where order is static."""

Levels: TypeAlias = tuple[int, int]
Entry: TypeAlias = "tuple[int, int, Contact]"
Lane: TypeAlias = "OrderedDict[int, Entry]"
"""Waiting contacts of one class in one pool, oldest first, with the two levels that each needs."""


class Pool(msgspec.Struct, eq=False):
    """Free agents who have a pair of skills, and waiting contacts that need that pair.

    ``key``: reserve group, first and second skill, each ``""`` when there is none. ``free``: longest idle first, with
    the agent's levels of the two skills. ``lanes``: by class; a class without contacts is not there.
    """

    key: tuple[str, str, str]
    free: "dict[Agent, Levels]" = {}
    lanes: dict[Class, Lane] = {}


Way: TypeAlias = tuple[Pool, int, int]
"""One way for an agent to qualify: to be of the pool, with at least these levels."""


class Need(msgspec.Struct, eq=False):
    """A requirement, made ready for matching.

    ``terms``: alternatives, each skills with their least levels; ``exact``: meeting a pool's pair and levels is all
    there is to it, no further test is needed.
    """

    requirement: Requirement
    text: str
    terms: tuple[tuple[tuple[str, int], ...], ...]
    exact: bool


class Queue(msgspec.Struct, eq=False):
    """A queue at work.

    ``waiting``: not yet answered, whether a phone rings for them or not; ``counts``: how many of each class.
    """

    policy: QueuePolicy
    need: Need
    ways: tuple[Way, ...] = ()
    exact: bool = True
    waiting: "dict[ContactId, Contact]" = {}
    counts: dict[Class, int] = {}
    newest: int = 0
    last_chosen: int = -1


class Work(msgspec.Struct, eq=False):
    """One slot of an agent at work on one contact: from the reservation to the end of the wrap-up."""

    agent: "Agent"
    contact: "Contact"
    activity: Activity
    since: Instant
    started_at: Instant
    offer_id: OfferId | None = None
    connected_at: Instant = 0
    hold_us: Duration = 0
    timer: Timer | None = None


class Contact(msgspec.Struct, eq=False):
    """A contact in the distributor's hands.

    ``order``: join time and join number in one integer, so that oldest first is a comparison of integers.
    ``exact``: meeting one of ``ways`` is all that the requirement asks. ``plain``: and nothing else forbids anybody;
    otherwise :meth:`admits` decides.
    """

    contact_id: ContactId
    queue: Queue | None
    joined_at: Instant
    order: int
    priority: int
    class_: Class
    need: Need
    ways: tuple[Way, ...]
    exact: bool
    plain: bool
    customer_id: CustomerId | None
    preferred_agent: AgentId | None
    attributes: dict[str, str]
    entered: int
    place: Place = Place.WAITING
    attempt: int = 0
    offer_id: OfferId | None = None
    works: list[Work] = []
    ring_timer: Timer | None = None
    not_again: "dict[Agent, Timer]" = {}
    step: int = 0

    def admits(self, agent: "Agent") -> bool:
        """Whether this agent, who is of one of the pools, may be offered the contact now."""
        if agent in self.not_again:
            return False
        return self.exact or satisfies(agent.skills, self.need.requirement)


class Agent(msgspec.Struct, eq=False):
    """An agent.

    ``idle_order``: counts up each time that an agent becomes free, so that the lowest has been idle the longest.
    ``free_in`` and ``looks_in``: the pools' two sides that the agent is part of, unfolded for speed.
    """

    policy: AgentPolicy
    agent_id: AgentId
    skills: dict[SkillName, int]
    number: int
    declared: Declared = Declared.LOGGED_OUT
    reason: ReasonCode | None = None
    pending: Declared | None = None
    pending_reason: ReasonCode | None = None
    phone: str = ""
    phone_reachable: bool = True
    since: Instant = 0
    logged_in_at: Instant = 0
    works: list[Work] = []
    free: bool = False
    returned: bool = False
    idle_order: int = 0
    idle_since: Instant = 0
    misses: int = 0
    taken: int = 0
    pause: Timer | None = None
    free_in: tuple[tuple[dict["Agent", Levels], Levels], ...] = ()
    looks_in: tuple[tuple[dict[Class, Lane], int, int], ...] = ()
