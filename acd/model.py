"""The distributor's memory: contacts, agents, the work between them, queues. Changed only by the engine's modules.

These records are mutable and compared by identity (those made often are structs, which are made fast, the others plain
classes, which change fast); what others see of them are the frozen views of ``acd.views``.
Nearly all of a busy centre's memory is contacts and agents, so what most of them lack is None, not an empty container.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from acd.contact_state import Place
from acd.deadlines import Line, Timer
from acd.policy import AgentPolicy, GroupName, QueuePolicy
from acd.relaxation import eased
from facts.ids import AgentId, ContactId, CustomerId, OfferId, QueueName, ReasonCode, SkillName
from facts.journal import Direction
from facts.requirements import NOTHING_REQUIRED, Requirement, satisfies
from facts.states import Activity, Declared
from facts.time import Duration, Instant

Class: TypeAlias = int
"""Contacts of one class keep their order of joining for ever; the lower class goes first where order is static."""

LAST: Final = 1 << 256
"""Greater than any order."""

Levels: TypeAlias = tuple[int, int]


class Stand(msgspec.Struct, eq=False):
    """A waiting contact's place in a lane of a pool, with what is asked of agents there, between its neighbours.

    A lane is a ring: it begins and ends at a stand of its own, which is nobody's and comes last in order.
    """

    order: int
    first: int
    second: int
    contact: "Contact"
    before: "Stand"
    after: "Stand"
    pool: "Pool"


END: Final = Stand(LAST, 0, 0, None, None, None, None)  # type: ignore[arg-type]  # stands nowhere
"""Where a pool leads in which nobody waits."""


class Without(NamedTuple):
    """Those of a reserve group (``""``: of none) who are not taken out of a queue."""

    queue: QueueName
    group: GroupName


class PutInto(NamedTuple):
    """Those who are put into a queue."""

    queue: QueueName


Group: TypeAlias = GroupName | Without | PutInto
"""Whom a pool is for: ``""``: who is in no reserve group; ``@ID``: that agent; a reserve group; by exceptions."""

EVERYBODY: Final[tuple[Group, ...]] = ("",)
"""Who may take contacts of a queue that no reserve group helps, and of which no agent is an exception."""


class Pool:
    """Free agents who have a pair of skills, and waiting contacts that need that pair.

    ``key``: group, first and second skill, each ``""`` when there is none. ``free``: longest idle first, with
    the agent's levels of the two skills. ``lanes``: waiting contacts by class, oldest first; lanes
    without contacts are not there, but for the last. ``lead``: who comes before all others; the order of that stands
    in the list of all pools' heads, under ``number``. ``alone``: this pool as the only one of a contact.
    """

    __slots__ = ("alone", "free", "key", "lanes", "lead", "number")

    def __init__(self, key: tuple[Group, str, str], number: int) -> None:
        self.key = key
        self.number = number
        self.alone: tuple[Pool, ...] = (self,)
        self.lead: Stand = END
        self.free: dict[Agent, Levels] = {}
        self.lanes: dict[Class, Stand] = {}


Reading: TypeAlias = tuple[Requirement | None, str, tuple[Pool, ...], int, int, bool]
"""A requirement made ready for matching: itself (None: just these levels of the skills of its one pool, so it need not
be kept); its text; the pools of those who may qualify; the least levels of the pools' two skills; and whether being of
a pool with these levels is all that it asks."""


class Queue:
    """A queue at work.

    ``requires``: something, or not of everybody. ``wraps_up``: a talk is followed by after-contact work. ``simple``:
    none of the rules that need more than an offer. ``watched``: some rule follows from who waits, so that it is looked
    at whenever that has changed. ``waiting``: not yet answered, whether a phone rings for them or not; ``counts``: how
    many of each class; ``alarmed``: that the starvation cap acts. ``helped_by``: reserve groups that are open now.
    ``closed_by_hand``: an emergency closing, by ``closed_by``. ``ranks``: the ordered list's places. ``groups``: who
    may take its contacts when no reserve group helps.
    """

    __slots__ = (
        "alarmed",
        "closed_by",
        "closed_by_hand",
        "counts",
        "edge",
        "estimate",
        "groups",
        "helped_by",
        "last_chosen",
        "own_staff",
        "policy",
        "ranks",
        "reading",
        "requires",
        "review",
        "simple",
        "staff",
        "waiting",
        "watched",
        "wraps_up",
    )

    def __init__(self, policy: QueuePolicy, reading: Reading, groups: tuple[Group, ...]) -> None:
        self.waiting: dict[ContactId, Contact] = {}
        self.counts: dict[Class, int] = {}
        self.alarmed = False
        self.last_chosen = -1
        self.helped_by: tuple[GroupName, ...] = ()
        self.closed_by_hand = False
        self.closed_by = ""
        self.estimate = Estimate()
        self.staff: Staff | None = None
        self.own_staff: Staff | None = None
        self.review: Timer | None = None
        self.edge: Timer | None = None
        self.follow(policy, reading, groups)

    def follow(self, policy: QueuePolicy, reading: Reading, groups: tuple[Group, ...]) -> None:
        """Work by this policy from now on."""
        self.policy = policy
        self.reading = reading
        self.groups = groups
        self.requires = policy.requires != NOTHING_REQUIRED or groups is not EVERYBODY
        self.wraps_up = policy.wrap_up_us > 0 or policy.wrap_up == "manual"
        self.ranks = {agent_id: rank for rank, agent_id in enumerate(policy.agents)}
        self.watched = bool(policy.reserve) or any(
            (limit.what == "waiting" and limit.holds in {"while_waiting", "both"})
            or (limit.what in {"none_logged_in", "none_ready"} and limit.holds != "at_entry")
            for limit in policy.limits
        )
        self.simple = not (
            policy.relaxation
            or policy.limits
            or policy.reserve
            or policy.announcements
            or policy.starvation_cap_us
            or policy.last_agent
            or policy.open is not None
            or self.closed_by_hand
        )

    def groups_with(self, helping: Iterable[GroupName]) -> tuple[Group, ...]:
        """Who may take contacts of the queue when these reserve groups help as well."""
        first, name = self.groups[0], self.policy.name
        more = dict.fromkeys(helping)
        return (*self.groups, *(more if first == "" else (Without(name, group) for group in more)))


class Estimate(msgspec.Struct, eq=False):
    """What the expected wait is estimated from: decaying sums, so that the last hundred or so contacts count most.

    ``handled``, ``handling_us``: contacts and the time that agents spent on them. ``waited_us``, ``abandoned``: time
    waited by all who left the line, and how many of them gave up. ``load``: how much work the queue is of late.
    """

    handled: float = 0.0
    handling_us: float = 0.0
    waited_us: float = 0.0
    abandoned: float = 0.0
    load: float = 0.0


class Staff(msgspec.Struct, frozen=True):
    """Who works for a queue; ``version``: of the agents' declared states for which it holds.

    ``ready``: READY, at work or not; ``teams``: how many who will take more contacts serve just which queues.
    """

    version: int
    logged_in: int
    ready: int
    teams: tuple[tuple[tuple[Queue, ...], int], ...]


class Callback(msgspec.Struct, eq=False):
    """A contact whose customer has hung up and will be rung, not before ``due``."""

    number: str
    due: Instant
    expires_at: Instant
    attempts: int = 0


class Work(msgspec.Struct, eq=False):
    """One slot of an agent at work on one contact: from the reservation to the end of the wrap-up."""

    agent: "Agent"
    contact: "Contact"
    activity: Activity
    since: Instant
    started_at: Instant
    connected_at: Instant = 0
    hold_us: Duration = 0
    timer: Timer | None = None


class Contact(msgspec.Struct, eq=False):
    """A contact in the distributor's hands.

    ``order``: class, join time and join number in one integer, so that who is first is a comparison of integers.
    ``first``, ``second``: the least levels of the pools' two skills. ``exact``: nothing more is required.
    ``plain``: nor does anything else forbid anybody; otherwise :meth:`admits` decides. ``requirement``: None as in a
    reading; ``own``: what the contact brought.

    ``step``: relaxation steps taken, which ``opened`` reserve groups. ``alone_for``: the preferred agent for whom it
    waits. ``timers``: all that ends when it is answered or leaves. ``visited``: queues that it overflowed from.
    ``told_us``: the expected wait that the customer was told last. ``rings_in``: the line of ringing phones.
    ``person``: who stands for the customer, where records were merged.
    """

    # What every event touches stands side by side, so that little of the memory is read.
    order: int
    priority: int
    pools: tuple[Pool, ...]
    first: int
    second: int
    exact: bool
    requirement: Requirement | None
    attributes: dict[str, str] | None
    class_: Class
    plain: bool
    contact_id: ContactId
    queue: Queue | None
    joined_at: Instant
    customer_id: CustomerId | None = None
    entered: int = 1
    place: Place = Place.WAITING
    stands: Sequence[Stand] = ()
    offer_id: OfferId | None = None
    works: tuple[Work, ...] = ()
    attempt: int = 0
    rings_in: Line = None  # type: ignore[assignment]  # until a phone rings for the first time
    callback: Callback | None = None
    not_again: "dict[Agent, Timer] | None" = None
    timers: tuple[Timer, ...] = ()
    preferred_agent: AgentId | None = None
    own: Requirement | None = None
    own_priority: int | None = None
    step: int = 0
    opened: tuple[GroupName, ...] = ()
    alone_for: "Agent | None" = None
    visited: tuple[QueueName, ...] = ()
    capped: bool = False
    told_us: Duration | None = None
    direction: Direction = "inbound"
    person: CustomerId | None = None

    def admits(self, agent: "Agent") -> bool:
        """Whether this agent, who is of one of the pools, may be offered the contact now."""
        if self.not_again is not None and agent in self.not_again:
            return False
        if self.exact or self.requirement is None or satisfies(agent.skills, self.requirement):
            return True
        if self.queue is None or not agent.policy.is_put_into(self.queue.policy.name):
            return False
        own = NOTHING_REQUIRED if self.own is None else self.own
        return satisfies(agent.skills, eased(own, self.queue.policy.relaxation[: self.step]))


def _no_heads(_heads: list[int]) -> tuple[int, ...]:
    """Of an agent who is of no pools."""
    return (LAST,)


class Agent:
    """An agent.

    ``idle_order``: counts up each time that an agent becomes free, so that the lowest has been idle the longest.
    ``free_in`` and ``looks_in``: the pools that the agent is of, each as ``free`` and the agent's levels, and as the
    pool and the two levels, one after the other in a flat list: of a busy centre's memory these are read most.
    ``heads_of``: takes the heads of the pools in ``looks_in``, in that order, out of the list of all heads.
    ``busy_us``, ``free_us``: time at work on contacts, and time free to be offered some, since log-in.
    """

    __slots__ = (
        "agent_id",
        "busy_us",
        "declared",
        "free",
        "free_from",
        "free_in",
        "free_us",
        "heads_of",
        "idle_order",
        "idle_since",
        "logged_in_at",
        "looks_in",
        "misses",
        "number",
        "pause",
        "pending",
        "pending_reason",
        "phone",
        "phone_reachable",
        "policy",
        "reason",
        "retired",
        "returned",
        "since",
        "skills",
        "slots",
        "taken",
        "works",
    )

    def __init__(self, policy: AgentPolicy, number: int) -> None:
        self.agent_id: AgentId = policy.agent_id
        self.declared: Declared = Declared.LOGGED_OUT
        self.reason: ReasonCode | None = None
        self.pending: Declared | None = None
        self.pending_reason: ReasonCode | None = None
        self.phone = ""
        self.phone_reachable = True
        self.logged_in_at: Instant = 0
        self.since: Instant = 0
        self.works: tuple[Work, ...] = ()
        self.pause: Timer | None = None
        self.free = False
        self.returned = False
        self.idle_order = 0
        self.idle_since: Instant = 0
        self.free_from: Instant = 0
        self.free_us: Duration = 0
        self.busy_us: Duration = 0
        self.misses = 0
        self.taken = 0
        self.follow(policy, number)

    def follow(self, policy: AgentPolicy, number: int) -> None:
        """Work by this policy from now on; the pools have to be entered anew."""
        self.policy = policy
        self.number = number
        if self.declared is Declared.LOGGED_OUT:
            self.phone = ""
        self.skills: dict[SkillName, int] = policy.skills
        self.slots = policy.slots
        self.retired = False
        self.free_in: list[Any] = []
        self.looks_in: list[Any] = []
        self.heads_of: Callable[[list[int]], tuple[int, ...]] = _no_heads
