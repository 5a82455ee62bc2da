"""What a scenario says: who calls, who works, by which rules, for how long."""

import typing
from collections.abc import Mapping

import msgspec

from acd.policy import AgentOrder
from facts.requirements import Requirement
from simulation.distributions.durations import Law

AGENT_ORDERS: tuple[str, ...] = typing.get_args(AgentOrder)
CONTACT_ORDERS: tuple[str, ...] = ("first_come",)


class RoutingRules(msgspec.Struct, frozen=True, kw_only=True):
    """How agents and contacts are chosen."""

    agent: AgentOrder = "longest_idle"
    contact: str = "first_come"


class CallType(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of one kind. ``patience`` None: they never give up. ``priority``: higher is served first."""

    name: str
    per_hour: float
    requires: Requirement
    priority: int = 0
    patience: Law | None = None


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Agents who are alike. ``handling`` by call type: how long they need."""

    name: str
    agents: int
    skills: Mapping[str, int]
    handling: Mapping[str, Law]
    wrap_up_s: float = 0.0


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A whole scenario. ``calls`` arrive in all; the first ``warm_up_calls`` of them are not counted."""

    calls: int
    warm_up_calls: int
    call_types: tuple[CallType, ...]
    pools: tuple[Pool, ...]
    policy: RoutingRules = RoutingRules()
    seed: int = 1
    service_level_s: float = 20.0
    max_in_system: int | None = None
