"""One caller's walk through a flow, as a frozen value: the interpreter makes the next one from it."""

import enum
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from facts.ids import ContactId
from facts.time import Instant
from ivr.errors import UnknownFlow
from ivr.expressions import as_text
from ivr.flow import Flow, Node, Value
from ivr.variable_types import fitting


class Phase(enum.Enum):
    """What a run waits for."""

    PLAYING = "a prompt plays to its end; then the node goes on"
    LISTENING = "the caller may answer, while the prompt plays and after it"
    CONFIRMING = "the caller is asked whether they were understood"
    TOLD = "the shell is asked for the state of hours and queues"
    LOOKING_UP = "another system is asked"
    QUEUED = "the caller waits for an agent"
    BOOKING = "the distributor is asked to call back"
    TALKING = "the caller talks with an agent"
    TRANSFERRING = "the caller is being transferred, or talks outside"
    RECORDING = "the caller leaves a message"
    LEAVING = "an apology plays; then the call ends"
    ENDED = "the flow is over; nothing that comes changes anything"


class Keys(msgspec.Struct, frozen=True):
    """Keys that were pressed. Never shown by ``repr``."""

    pressed: str = ""

    def __repr__(self) -> str:
        return f"Keys({len(self.pressed)})"

    def __len__(self) -> int:
        return len(self.pressed)


NO_KEYS = Keys()


class Secret(msgspec.Struct, frozen=True):
    """The value of a private variable. Never shown by ``repr``."""

    value: Value

    def __repr__(self) -> str:
        return "Secret()"


class Heard(msgspec.Struct, frozen=True):
    """What was understood with little confidence and is being confirmed. Never shown by ``repr``."""

    meaning: str
    confidence: float

    def __repr__(self) -> str:
        return "Heard()"


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Where a subflow returns to: the flow, its node, and its variables meanwhile."""

    flow: str
    node: str
    variables: dict[str, Value | Secret]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one caller in a flow.

    ``flows`` are all flows as they were when the call began: a call finishes on the version that it began with.
    ``deadline``: send a Tick then. ``errors`` counts the whole call, ``no_inputs`` and ``no_matches`` the present
    visit of the present node. ``typed`` are keys pressed ahead. ``path`` is the way so far as (flow, node, edge).
    """

    contact_id: ContactId
    flows: Mapping[str, Flow]
    flow: str
    node: str = ""
    phase: Phase = Phase.PLAYING
    language: str = "en"
    call: dict[str, Value] = {}
    variables: dict[str, Value | Secret] = {}
    frames: tuple[Frame, ...] = ()
    choices: dict[str, str] = {}
    data: dict[str, str] = {}
    skills: dict[str, int] = {}
    priority: int | None = None
    keys: Keys = NO_KEYS
    typed: Keys = NO_KEYS
    heard: Heard | None = None
    no_inputs: int = 0
    no_matches: int = 0
    errors: int = 0
    speech_failures: int = 0
    keys_only: bool = False
    requests: int = 0
    playing: int | None = None
    waiting_for: int | None = None
    deadline: Instant | None = None
    ignored_key: str = ""
    ignored_until: Instant = 0
    hearing: bool = False
    recording_paused: bool = False
    visits: int = 0
    outcome: str = ""

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self.phase is Phase.ENDED

    def __repr__(self) -> str:
        return f"Run({self.contact_id!r}, {self.flow}/{self.node}, {self.phase.name})"

    def now_in(self) -> Flow:
        """The flow in which the caller is."""
        return self.flows[self.flow]

    def at(self) -> Node:
        """The node at which the caller is."""
        return self.now_in().node(self.node)

    def flows_inside_out(self) -> Iterator[Flow]:
        """The flow in which the caller is, then the one that called it, and so on."""
        yield self.now_in()
        for frame in reversed(self.frames):
            yield self.flows[frame.flow]

    def scope(self) -> dict[str, Value]:
        """What names in conditions and texts mean here, private values included."""
        own = {name: value.value if isinstance(value, Secret) else value for name, value in self.variables.items()}
        return {**self.call, **own, "language": self.language}

    def attributes(self) -> dict[str, str]:
        """Everything that was chosen and learned, for the agent's screen; nothing that is private."""
        learned: dict[str, str] = {}
        for frame in self.frames:
            learned |= _learned(self.flows[frame.flow], frame.variables)
        learned |= _learned(self.now_in(), self.variables)
        return {"language": self.language, **self.choices, **learned, **self.data}


def _learned(flow: Flow, variables: Mapping[str, Value | Secret]) -> dict[str, str]:
    declared = flow.file.variables
    return {
        declared[name].label or name: as_text(value)
        for name, value in variables.items()
        if name in declared and value is not None and not isinstance(value, Secret)
    }


def begin_variables(flow: Flow, given: Mapping[str, Any] | None = None) -> dict[str, Value | Secret]:
    """A flow's variables at its start: defaults, then what was given."""
    values: dict[str, Value | Secret] = {}
    for name, variable in flow.file.variables.items():
        value = fitting(variable, (given or {}).get(name, variable.default))
        values[name] = Secret(value) if variable.private else value
    return values


def find_flow(flows: Mapping[str, Flow], name: str) -> Flow:
    """The flow of this name, or :class:`UnknownFlow` with the names that there are."""
    try:
        return flows[name]
    except KeyError:
        raise UnknownFlow(f"there is no flow {name!r}; there are {', '.join(sorted(flows)) or 'none'}") from None
