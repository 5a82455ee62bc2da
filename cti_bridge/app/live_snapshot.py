"""The live state of a node for other programs: queues, agents and today's figures, no customer's data."""

import msgspec

from acd.engine import Engine
from cti_bridge.shell.clock import Clock
from facts.ids import NodeName
from facts.states import Declared
from reporting.kpi.board import Board
from reporting.kpi.figures import Number

FIGURES = (
    "offered", "answered", "abandoned", "left_otherwise", "in_progress", "service_level", "asa_s", "aht_s",
    "abandon_rate", "occupancy",
)  # fmt: skip


class QueueNow(msgspec.Struct, frozen=True, kw_only=True):
    """A queue. ``open``: whether it takes contacts; times are seconds; figures are today's, null without data."""

    queue: str
    open: bool
    waiting: int
    longest_wait_s: float
    agents_logged_in: int
    agents_ready: int
    today: dict[str, Number | None]


class AgentNow(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who is signed in. ``since``: microseconds since 1970, UTC."""

    agent: str
    team: str
    declared: str
    activity: str
    reason: str | None
    since: int | None


class LiveState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one node; ``at``: microseconds since 1970, UTC."""

    node: str
    at: int
    queues: list[QueueNow]
    agents: list[AgentNow]
    today: dict[str, Number | None]


class LiveSnapshot:
    """Makes it, on the reactor's thread."""

    def __init__(self, node: NodeName, clock: Clock, engine: Engine, board: Board) -> None:
        self._node = node
        self._clock = clock
        self._engine = engine
        self._board = board

    def encoded(self) -> bytes:
        """The present state as JSON."""
        return msgspec.json.encode(self.state())

    def state(self) -> LiveState:
        """The present state."""
        now = self._clock.now()
        board = self._board.state(now, FIGURES)
        figures = {state.queue: state.figures for state in board.queues}
        return LiveState(
            node=self._node,
            at=now,
            queues=[
                QueueNow(
                    queue=view.name,
                    open=view.open,
                    waiting=view.waiting,
                    longest_wait_s=0.0
                    if view.oldest_joined_at is None
                    else round(max(0, now - view.oldest_joined_at) / 1e6, 3),
                    agents_logged_in=view.logged_in,
                    agents_ready=view.ready,
                    today={name: figure.value for name, figure in figures.get(view.name, {}).items()},
                )
                for view in self._engine.queues()
            ],
            agents=[
                AgentNow(
                    agent=view.agent_id,
                    team=view.team,
                    declared=view.declared.value,
                    activity=view.activity.value,
                    reason=view.reason,
                    since=view.since or None,
                )
                for view in self._engine.agents()
                if view.declared is not Declared.LOGGED_OUT
            ],
            today={name: figure.value for name, figure in board.total.items()},
        )
