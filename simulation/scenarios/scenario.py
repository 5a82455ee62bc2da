"""What a scenario says: who calls, who works, by which rules, for how long."""

import typing
from collections.abc import Mapping

import msgspec

from acd.policy import AgentOrder, ContactOrder, RelaxationStep
from facts.requirements import Requirement
from simulation.distributions.durations import Law

AGENT_ORDERS: tuple[str, ...] = typing.get_args(AgentOrder)
CONTACT_ORDERS: tuple[str, ...] = typing.get_args(ContactOrder)


class RoutingRules(msgspec.Struct, frozen=True, kw_only=True):
    """How agents and contacts are chosen; the names are the distributor's."""

    agent: AgentOrder = "longest_idle"
    contact: ContactOrder = "first_come"


class CallType(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of one kind. ``patience`` None: they never give up. ``priority``: higher is served first.

    The rest is for the orders that use it, as in the settings: ``ageing`` has bands and points a minute,
    ``queue_weight`` a weight, ``target_ratio`` a target.
    """

    name: str
    per_hour: float
    requires: Requirement
    priority: int = 0
    patience: Law | None = None
    band: int = 0
    ageing_per_minute: float = 0.0
    weight: float = 1.0
    target_s: float = 20.0
    starvation_cap_s: float = 0.0
    relaxation: tuple[RelaxationStep, ...] = ()


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Agents who are alike. ``handling`` by call type: how long they need.

    ``weight`` is each agent's share with ``weighted_random``; ``ordered`` takes pools in the order of the file.
    ``reserve``: the groups in which they help out; who is in one takes only calls to which it was opened.
    ``without_queues``: call types that they do not take, whatever their skills; ``extra_queues``: those that they take,
    whatever is required, and reserve or not.
    """

    name: str
    agents: int
    skills: Mapping[str, int]
    handling: Mapping[str, Law]
    wrap_up_s: float = 0.0
    weight: int = 1
    reserve: tuple[str, ...] = ()
    without_queues: tuple[str, ...] = ()
    extra_queues: tuple[str, ...] = ()


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
