"""Channels and what events say of them."""

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import msgspec

from facts.time import SECOND, Instant

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.bridges import Bridge
    from cti_bridge.virtual_pbx.dialplan import Location
    from cti_bridge.virtual_pbx.endpoints import Endpoint
    from cti_bridge.virtual_pbx.scheduler import Thread

Header = tuple[str, str]

DOWN, RING, RINGING, UP = 0, 4, 5, 6
"""Channel states by Asterisk's numbers: dialled and silent, calling in, its phone rings, answered."""

STATE_NAMES = {DOWN: "Down", RING: "Ring", RINGING: "Ringing", UP: "Up"}

NORMAL_CLEARING, USER_BUSY, NO_ANSWER, CALL_REJECTED, ANSWERED_ELSEWHERE = 16, 17, 19, 21, 26
CAUSE_NAMES = {
    0: "Unknown",
    1: "Unallocated (unassigned) number",
    NORMAL_CLEARING: "Normal Clearing",
    USER_BUSY: "User busy",
    18: "No user responding",
    NO_ANSWER: "User alerting, no answer",
    20: "Subscriber absent",
    CALL_REJECTED: "Call Rejected",
    ANSWERED_ELSEWHERE: "Answered elsewhere",
    34: "Circuit/channel congestion",
    38: "Network out of order",
}
"""Texts of the Q.850 causes that occur here."""

UNKNOWN = "<unknown>"

_ESCAPES = str.maketrans({c: f"\\{e}" for c, e in zip("\a\b\f\n\r\t\v\\'\"?", "abfnrtv\\'\"?", strict=True)})


class Party(msgspec.Struct, frozen=True):
    """A number and the name that goes with it; empty when not known."""

    number: str = ""
    name: str = ""


class Heard(Protocol):
    """What somebody at the far end of a channel notices."""

    def ringing(self, channel: "Channel") -> None:
        """The phone is being called: answer, refuse or let it ring."""

    def prompted(self, channel: "Channel") -> None:
        """A prompt plays or a pause begins during which keys count."""

    def music(self, channel: "Channel") -> None:
        """Music on hold began."""

    def talking(self, channel: "Channel") -> None:
        """Somebody else can be heard."""

    def asked_to_answer(self, channel: "Channel") -> None:
        """The phone is told to answer by itself."""

    def alone(self, channel: "Channel") -> None:
        """The talk is over, the line is not."""

    def ended(self, channel: "Channel") -> None:
        """The line is dead."""


class Channel:
    """One leg of a call. Mutable; owned by the switch."""

    def __init__(
        self,
        *,
        name: str,
        uniqueid: str,
        linkedid: str,
        endpoint: "Endpoint",
        caller: Party,
        location: "Location",
        created: Instant,
        far_end: Heard,
    ) -> None:
        self.name = name
        self.uniqueid = uniqueid
        self.linkedid = linkedid
        self.endpoint = endpoint
        self.caller = caller
        self.connected = Party()
        self.location = location
        self.created = created
        self.far_end = far_end
        self.state = DOWN
        self.language = endpoint.language
        self.account = ""
        self.dialled_number: str = ""
        self.variables: dict[str, str] = {}
        self.inherited: set[str] = set()
        self.digits: deque[str] = deque()
        self.application = ""
        self.application_data = ""
        self.bridge: Bridge | None = None
        self.wanted_in: Bridge | None = None
        self.goto: Location | None = None
        self.after_bridge: Location | None = None
        """Where the dialplan goes on after the next talk (``CHANNEL(after_bridge_goto)``); a talk uses it up."""

        self.hanging_up = False
        self.without_dialplan = False
        self.cause: int = 0
        self.tech_cause: int | None = None
        self.on_hold = False
        self.music = False
        self.recording = False
        self.muted: set[str] = set()
        self.keys_heard = ""
        """Keys that were sent to the far end."""

        self.sip_headers: dict[str, str] = {}
        """Headers that were added to the call, by lower-case name."""

        self.gone = False
        self.thread: Thread | None = None
        self.watchers: list[Thread] = []

    def changed(self) -> None:
        """Wake whoever waits for something about this channel."""
        if self.thread is not None:
            self.thread.wake()
        for watcher in tuple(self.watchers):
            watcher.wake()

    def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable; a name with leading underscores is inherited by channels that Dial makes."""
        plain = name.lstrip("_") if name.startswith("_") else name
        if plain != name:
            self.inherited.add(plain)
        self.variables[plain] = value


def shown(text: str) -> str:
    """A number as an event shows it."""
    return text or UNKNOWN


def shown_name(text: str) -> str:
    r"""A name as an event shows it: quotes and the like escaped as in C (``\"``)."""
    return text.translate(_ESCAPES) or UNKNOWN


def snapshot(channel: Channel, shown_variables: tuple[str, ...], prefix: str = "") -> Iterator[Header]:
    """The headers that describe a channel in events; ``prefix`` for the second one of an event (``Dest``)."""
    where = channel.location
    yield f"{prefix}Channel", channel.name
    yield f"{prefix}ChannelState", str(channel.state)
    yield f"{prefix}ChannelStateDesc", STATE_NAMES[channel.state]
    yield f"{prefix}CallerIDNum", shown(channel.caller.number)
    yield f"{prefix}CallerIDName", shown_name(channel.caller.name)
    yield f"{prefix}ConnectedLineNum", shown(channel.connected.number)
    yield f"{prefix}ConnectedLineName", shown_name(channel.connected.name)
    yield f"{prefix}Language", channel.language
    yield f"{prefix}AccountCode", channel.account
    yield f"{prefix}Context", where.context
    yield f"{prefix}Exten", where.extension
    yield f"{prefix}Priority", str(where.priority)
    yield f"{prefix}Uniqueid", channel.uniqueid
    yield f"{prefix}Linkedid", channel.linkedid
    for name in shown_variables:
        yield f"{prefix}ChanVariable", f"{name}={channel.variables.get(name, '')}"


def clock_text(microseconds: int) -> str:
    """A duration as ``HH:MM:SS``."""
    seconds = microseconds // SECOND
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
