"""Settings of queues: who may take a contact, how it is offered, and what happens meanwhile."""

from typing import Annotated, Literal

from pydantic import Field

from config.fields import Count, Fraction, Line, Name, PositiveSeconds, RequirementText, Seconds, Section

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
    service_level: ServiceLevel = ServiceLevel()
    """The promise to callers."""
    opening_hours: Name | None = None
    """The calendar of its opening hours; without one it never closes."""
