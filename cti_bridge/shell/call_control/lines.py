"""Calls under control: each with its machine, the acts that wait for their turn, and what is known of the contact."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall

from cti_bridge.shell.call_control.machine import Machine
from cti_bridge.shell.call_control.plans import ToKind, Wish
from cti_bridge.shell.call_control.topology import Party, Recording, Topology
from cti_bridge.shell.clock import Clock
from facts.ids import AgentId, ContactId, CustomerId, QueueName
from facts.journal import ContactQueued, Direction, PhoneTrouble
from facts.states import Party as By
from facts.time import Duration, Instant

if TYPE_CHECKING:
    from cti_bridge.shell.call_control.desk_contact import DeskContact

SETTLES_WITHIN_S = 1.0
"""A talk that has just been answered, or just ends, is one in which acts are possible, or over, by then."""

RecordedBy = Literal["queue", "agent"]


class Outcome(msgspec.Struct, frozen=True):
    """What came of the contact, as far as it has been said."""

    disposition: str | None = None
    resolved: bool | None = None
    notes: str = ""

    def __repr__(self) -> str:
        return "Outcome()"


class Dossier:
    """What the facts said of a contact that is live, or is still on somebody's desk.

    ``queued``: its last stay in a queue, to which it goes back when no agent has it any more. ``waited``: how long when
    it was offered to each agent; ``answered``: since when each has talked. ``parked_by``: who parked it last.
    ``desks``: whose desks it is on. ``erased_at``: when personal data of it was erased last; what was noted before may
    not come back.
    """

    __slots__ = (
        "answered",
        "caller_name",
        "caller_number",
        "channel",
        "contact_id",
        "customer_id",
        "desks",
        "direction",
        "ended",
        "entry_point",
        "erased_at",
        "menu",
        "outcome",
        "parked_by",
        "queued",
        "trouble",
        "waited",
    )

    def __init__(self, contact_id: ContactId) -> None:
        self.contact_id = contact_id
        self.channel = "call"
        self.direction: Direction = "inbound"
        self.caller_number = ""
        self.caller_name = ""
        self.entry_point = ""
        self.customer_id: CustomerId | None = None
        self.queued: ContactQueued | None = None
        self.menu: dict[str, str] = {}
        self.waited: dict[AgentId, Duration] = {}
        self.answered: dict[AgentId, Instant] = {}
        self.outcome = Outcome()
        self.parked_by: AgentId | None = None
        self.trouble = ""
        self.desks: set[AgentId] = set()
        self.ended = False
        self.erased_at: Instant | None = None

    @property
    def queue(self) -> QueueName | None:
        """The last queue."""
        return self.queued.queue if self.queued is not None else None


class HandedOver(msgspec.Struct, frozen=True, kw_only=True):
    """An agent passed the customer on; told as a fact when the customer has gone."""

    agent_id: AgentId
    to_kind: ToKind
    to: str
    consulted: bool = False


class Absence:
    """An agent's phone was lost out of a talk. ``until``: it is waited for so long; None: it is just being lost.

    ``held`` and ``muted``: how the talk was, and is to be again. ``rung``: the phone that came back has been called.
    """

    __slots__ = ("agent_id", "device", "held", "muted", "rung", "since", "timer", "trouble", "until")

    def __init__(
        self, agent_id: AgentId, device: str, trouble: PhoneTrouble, since: Instant, *, held: bool, muted: bool
    ) -> None:
        self.agent_id = agent_id
        self.device = device
        self.trouble: PhoneTrouble = trouble
        self.since = since
        self.held = held
        self.muted = muted
        self.rung = False
        self.until: Instant | None = None
        self.timer: IDelayedCall | None = None


class Wanted:
    """An act that waits for its turn; the wish is made when it comes, as things are then."""

    __slots__ = ("_timer", "act", "by", "done", "make")

    def __init__(self, by: AgentId, act: str, make: Callable[[Topology], Wish]) -> None:
        self.by = by
        self.act = act
        self.make = make
        self.done: Deferred[DeskContact] = Deferred()
        self._timer: IDelayedCall | None = None

    def can_wait(self, clock: Clock, again: Callable[[], None]) -> bool:
        """Whether a call that is just changing may still settle before the act is refused; ``again``: it did not."""
        if self._timer is None:
            self._timer = clock.callLater(SETTLES_WITHIN_S, again)
        return self._timer.active()


class Line:
    """One call under control.

    ``turn`` counts steps of acts, so that a late answer is told from that of the present step. ``queue``: of a call of
    an agent's own, what it was made for. ``handed``: a transfer whose fact is still to be told; ``queue_wanted``: the
    queue that it goes to; ``returning``: the customer comes into a queue from an agent. ``blamed``: who ended whose
    part. ``customer_first``: the customer left before the agents. ``end_told``: so was the end of the contact.
    ``keeps_place``: who is sent to ``queue_wanted`` has waited already. ``absence``: the phone that is lost, while it
    is waited for. ``returns_at``: when a parked customer goes back to the queue.
    ``recording``: as it was told; ``next_file``: what the next one is to be written into.
    """

    __slots__ = (
        "absence",
        "agent_id",
        "blamed",
        "customer_first",
        "dial_began",
        "end_told",
        "ended_by",
        "file",
        "files",
        "handed",
        "keeps_place",
        "machine",
        "next_file",
        "now",
        "orders_failed",
        "park_timer",
        "parked_at",
        "parked_by",
        "queue",
        "queue_wanted",
        "recorded_at",
        "recorded_by",
        "recording",
        "recording_asked",
        "recording_stops",
        "returning",
        "returns_at",
        "timer",
        "turn",
        "wanted",
    )

    def __init__(self, call: Topology) -> None:
        self.machine = Machine(call=call)
        self.wanted: deque[Wanted] = deque()
        self.now: Wanted | None = None
        self.timer: IDelayedCall | None = None
        self.turn = 0
        self.queue: QueueName | None = None
        self.handed: HandedOver | None = None
        self.queue_wanted: QueueName | None = None
        self.blamed: dict[str, By] = {}
        self.agent_id: AgentId | None = None
        self.customer_first = self.returning = self.end_told = self.keeps_place = False
        self.ended_by: By | None = None
        self.dial_began: Instant | None = None
        self.orders_failed = 0
        self.parked_at: Instant | None = None
        self.parked_by: AgentId | None = None
        self.park_timer: IDelayedCall | None = None
        self.returns_at: Instant | None = None
        self.absence: Absence | None = None
        self.recording: Recording = "off"
        self.recording_asked = self.recording_stops = False
        self.recorded_at: Instant = 0
        self.recorded_by: RecordedBy = "queue"
        self.file = self.next_file = ""
        self.files = 0

    @property
    def call(self) -> Topology:
        """The call as it is."""
        return self.machine.call

    @property
    def contact_id(self) -> ContactId:
        """Whose call it is."""
        return self.machine.call.contact_id


class Lines:
    """All of them, by contact and by channel."""

    def __init__(self) -> None:
        self._lines: dict[ContactId, Line] = {}
        self._by_channel: dict[str, Line] = {}

    def __iter__(self) -> Iterator[Line]:
        return iter(list(self._lines.values()))

    def __len__(self) -> int:
        return len(self._lines)

    def get(self, contact_id: ContactId) -> Line | None:
        """The line of a contact."""
        return self._lines.get(contact_id)

    def of_channel(self, channel_id: str) -> Line | None:
        """The line whose party is on this channel."""
        return self._by_channel.get(channel_id)

    def add(self, call: Topology) -> Line:
        """A call comes under control."""
        line = self._lines[call.contact_id] = Line(call)
        for party in call.parties:
            self.know(line, party)
        return line

    def know(self, line: Line, party: Party) -> None:
        """This channel is of this line."""
        self._by_channel[party.channel_id] = line

    def remove(self, line: Line) -> None:
        """A call is over."""
        self._lines.pop(line.contact_id, None)
        for channel_id in [channel_id for channel_id, other in self._by_channel.items() if other is line]:
            del self._by_channel[channel_id]
