"""What the settings say of calls, as call control needs it."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from cti_bridge.shell.call_control.dial_rules import DialRules
from facts.ids import AgentId, QueueName
from facts.time import SECOND, Duration

RecordingRule: TypeAlias = Literal["never", "on_demand", "always"]
OUTSIDE: Final = "PJSIP/{number}@trunk"
"""How a number is dialled, as in the dialplan."""


class QueueRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a queue's settings say of its calls."""

    title: str = ""
    recording: RecordingRule = "on_demand"
    script: str = ""
    shown_number: str = ""


class AgentRules(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an agent besides the policy."""

    name: str = ""
    auto_answer: bool = False


def _no_flows() -> frozenset[str]:
    return frozenset()


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of calls. ``flows``: the menus that there are now. ``dispositions``: whether each means resolved."""

    dialling: DialRules = DialRules()
    queues: Mapping[QueueName, QueueRules] = {}
    agents: Mapping[AgentId, AgentRules] = {}
    entry_points: Mapping[str, str] = {}
    dispositions: Mapping[str, bool | None] | None = None
    flows: Callable[[], frozenset[str]] = _no_flows
    dial_ring_us: Duration = 30 * SECOND
    consult_ring_us: Duration = 20 * SECOND
    transfer_ring_us: Duration = 20 * SECOND
    park_us: Duration = 180 * SECOND
    phone_back_us: Duration = 30 * SECOND
    monitoring_shown: bool = False

    def queue(self, name: QueueName | None) -> QueueRules:
        """Of a queue; without one, as of one without settings."""
        return _ANY_QUEUE if name is None else self.queues.get(name, _ANY_QUEUE)

    def shown_outside(self, queue: QueueName | None, entry_point: str) -> str:
        """The number that somebody outside sees when they are called for this queue."""
        numbers = (self.queue(queue).shown_number, entry_point, *self.entry_points)
        return next((number for number in numbers if number.removeprefix("+").isdigit()), "")

    def agent(self, agent_id: AgentId) -> AgentRules:
        """Of an agent."""
        return self.agents.get(agent_id, _ANY_AGENT)


_ANY_QUEUE: Final = QueueRules()
_ANY_AGENT: Final = AgentRules()
