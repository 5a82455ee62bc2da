"""The routing policy: agents, queues and the rules between them, as frozen data.

Wiring builds it from the settings; calendars are expanded into open intervals before they get here.
"""

from typing import Literal, TypeAlias

import msgspec

from facts.ids import AgentId, QueueName, SkillName
from facts.requirements import NOTHING_REQUIRED, Requirement
from facts.time import SECOND, Duration

AgentOrder: TypeAlias = Literal[
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


class QueuePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One queue's rules.

    ``priority``: higher is served first. ``ring_us``: how long a phone rings before the offer goes on to the next.
    ``misses_before_not_ready``: so many unanswered offers in a row make an agent NOT_READY; 0: never.
    ``retry_us``: an agent who did not take a contact is not asked for the same contact again before so long.
    """

    name: QueueName
    requires: Requirement = NOTHING_REQUIRED
    priority: int = 0
    agent_order: AgentOrder = "longest_idle"
    ring_us: Duration = 20 * SECOND
    wrap_up_us: Duration = 0
    misses_before_not_ready: int = 1
    retry_us: Duration = 5 * SECOND


class AgentPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One agent as the distributor knows them. ``phone`` is the switch's endpoint, e.g. ``PJSIP/1001``."""

    agent_id: AgentId
    skills: dict[SkillName, int] = {}
    phone: str = ""
    team: str = ""
    slots: int = 1


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the distributor decides by.

    ``refusal_pause_us``: an agent whose phone was busy, unreachable or rejected an offer gets none for so long.
    """

    queues: tuple[QueuePolicy, ...] = ()
    agents: tuple[AgentPolicy, ...] = ()
    refusal_pause_us: Duration = 5 * SECOND
