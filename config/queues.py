"""Settings of queues: who may take a contact, how it is offered, and what happens meanwhile."""

from typing import Annotated, Literal

from pydantic import Field

from config.fields import (
    Count,
    Fraction,
    Line,
    Listed,
    Name,
    PositiveSeconds,
    RequirementText,
    Seconds,
    Section,
    Text,
)
from config.waiting import Announcements, Callbacks, Exit, Limit, RelaxationStep, ReserveRule

AgentOrder = Literal[
    "longest_idle",
    "most_skilled",
    "least_skilled",
    "least_occupied",
    "round_robin",
    "fewest_contacts",
    "ordered",
    "weighted_random",
    "ring_several",
]
ContactOrder = Literal["first_come", "greatest_need", "ageing", "queue_weight", "target_ratio"]
ServiceLevelFormula = Literal["SL1", "SL2", "SL3", "SL4", "SL5", "SL6", "SL7", "SL8"]


class ServiceLevel(Section):
    """What callers were promised, and how it is counted."""

    threshold_s: PositiveSeconds = 20.0
    """Answered within so many seconds counts as in time; exactly so many still does."""
    target: Fraction = 0.8
    """The share that has to be in time."""
    formula: ServiceLevelFormula = "SL3"
    """Which calls count: see `cordboard report catalogue`."""
    short_abandon_s: Seconds = 0.0
    """Who hangs up within so many seconds did not really want to speak to anybody; formulas SL5 and SL6 use it."""
    abandon_rate: Fraction = 0.05
    """At most this share may give up; the board marks more where no alarm sets another limit."""


class QueueAlarms(Section):
    """Thresholds of one queue that raise an alarm; absent: those of `alarms`."""

    service_level_below: Fraction | None = None
    """The share of contacts in time, of the present interval; absent, too: the queue's own target."""
    longest_wait_s: Seconds | None = None
    """Somebody has waited so long."""
    abandon_rate_above: Fraction | None = None
    """The share of contacts abandoned, of the present interval."""
    occupancy_above: Fraction | None = None
    """Agents who may take its contacts are busy for more than this share of their time; absent: not judged."""


class Routing(Section):
    """Rules over all queues."""

    contact_order: ContactOrder = "first_come"
    """Which waiting contact a freed agent gets."""
    refusal_pause_s: Seconds = 5.0
    """An agent whose phone was busy, unreachable or rejected an offer gets none for so long."""
    own_calls_wrap_up_s: Seconds = 0.0
    """Time for work after a call that an agent dialled in no queue's name."""
    own_calls_wrap_up: Literal["automatic", "manual"] = "automatic"
    """Whether that ends by its time or only when the agent says so."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Where the lots of weighted_random begin."""


class Queue(Section):
    """Contacts that wait for the same kind of help."""

    title: Line = ""
    """What people call it."""
    requires: RequirementText = ""
    """Skills with minimum levels; empty: anybody may take its contacts."""
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    """Higher goes first."""
    agent_order: AgentOrder = "longest_idle"
    """Which of the fitting agents gets a contact."""
    ring_s: PositiveSeconds = 20.0
    """How long an agent's phone rings before the next one is tried."""
    retry_s: Seconds = 5.0
    """An agent who did not take a contact is not asked for the same one again before so long."""
    misses_before_not_ready: Count = 1
    """After so many unanswered offers in a row an agent becomes not ready; 0: never."""
    wrap_up_s: Seconds = 0.0
    """Time for work after a contact."""
    wrap_up: Literal["automatic", "manual"] = "automatic"
    """Whether wrap-up ends by its time or only when the agent says so."""
    agent_tie: Literal["longest_idle", "least_occupied"] = "longest_idle"
    """How most_skilled and least_skilled decide between equals."""
    agents: Listed[Name] = ()
    """The order of `ordered`."""
    weights: dict[Name, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    """The weights of `weighted_random`; 1 when not given."""
    ring_count: Annotated[int, Field(ge=1, le=20)] = 3
    """How many phones `ring_several` rings."""
    preferred_wait_s: Seconds = 0.0
    """How long a contact waits for its preferred agent alone."""
    last_agent: bool = False
    """Whether the agent who talked with the customer last is preferred."""
    band: Annotated[int, Field(ge=-100, le=100)] = 0
    """With ageing: a band that ageing never crosses; higher goes first."""
    ageing_per_minute: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 0.0
    """With ageing: points of priority for every minute waited."""
    weight: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = 1.0
    """With queue_weight: a minute here counts so much."""
    target_s: PositiveSeconds = 20.0
    """With target_ratio: the wait that is aimed at."""
    starvation_cap_s: Seconds = 0.0
    """Who has waited so long goes before everybody, and an alarm is raised; 0: never."""
    relaxation: Listed[RelaxationStep] = ()
    """The requirement becomes easier while a contact waits."""
    reserve: Listed[ReserveRule] = ()
    """Reserve groups that help in need."""
    limits: Listed[Limit] = ()
    """Who may not wait (any longer), and where they go."""
    when_closed: Exit = Exit()
    """Where contacts go outside the opening hours."""
    closing: Literal["serve", "send_away"] = "serve"
    """Whether those who wait at closing time are still served."""
    announcements: Announcements | None = None
    """What waiting customers are told; absent: nothing."""
    callbacks: Callbacks = Callbacks()
    """Customers who keep their place and are called back."""
    service_level: ServiceLevel = ServiceLevel()
    """The promise to callers; a queue that falls below its target raises an alarm."""
    alarms: QueueAlarms = QueueAlarms()
    """Thresholds of this queue."""
    opening_hours: Name | None = None
    """The calendar of its opening hours; without one it never closes."""
    teams: Listed[Name] = ()
    """The teams whose supervisors see it; none named: every supervisor does."""
    script: Text = ""
    """What agents are shown while they talk with its customers."""
    recording: Literal["never", "on_demand", "always"] = "on_demand"
    """Whether talks are recorded: not at all, when the agent begins it, or from the answer on."""
    recordings_kept_days: Annotated[int, Field(ge=0, le=36_500)] = 90
    """Recordings are deleted after so many days; 0: only by hand."""
