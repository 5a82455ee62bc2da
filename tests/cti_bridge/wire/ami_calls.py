"""A switch at work, as its manager interface tells it: whole calls, many at once, the same for one seed.

The events and the order of their headers are those of Asterisk 22: each event of a channel carries the snapshot
of that channel, a dial event those of both, a bridge event that of the bridge first.  Names of callers are as
callers make them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

Headers = list[tuple[str, str]]

CALLER_NAMES = (
    "Berta Lindqvist",
    "Åsa Öberg",
    "Γιώργος Νικολάου",
    "王小明",
    'D\'Arcy, Fitz; "Bill"',
    "Reception: 2nd floor",
    "",
    "<unknown>",
    "  spaced  ",
    "pipe|and\\backslash",
)
PLAN = (
    ("Set", "__ACD_CALL=${UNIQUEID}"),
    ("GotoIf", "1?open,1:shut,1"),
    ("AGI", "agi://127.0.0.1:4573/menu?language=en"),
    ("Playback", "prompts/welcome&prompts/hours"),
    ("NoOp", "step: three, weight: 4"),
    ("Wait", "0.2"),
)
VARIABLES = ("AGISTATUS", "DIALSTATUS", "RTPAUDIOQOSLOSS", "ACD_QUEUE", "PLAYBACKSTATUS", "BRIDGEPEER", "READSTATUS")
STATES = {"0": "Down", "4": "Ring", "5": "Ringing", "6": "Up"}


@dataclass
class Channel:
    """One leg of a call: what its snapshot says."""

    name: str
    number: str
    caller: str
    uniqueid: str
    linkedid: str
    context: str
    state: str = "0"
    connected: tuple[str, str] = ("<unknown>", "<unknown>")
    priority: int = 1

    def snapshot(self, prefix: str = "") -> Headers:
        values = (
            ("Channel", self.name),
            ("ChannelState", self.state),
            ("ChannelStateDesc", STATES[self.state]),
            ("CallerIDNum", self.number),
            ("CallerIDName", self.caller),
            ("ConnectedLineNum", self.connected[0]),
            ("ConnectedLineName", self.connected[1]),
            ("Language", "en"),
            ("AccountCode", ""),
            ("Context", self.context),
            ("Exten", "8200"),
            ("Priority", str(self.priority)),
            ("Uniqueid", self.uniqueid),
            ("Linkedid", self.linkedid),
        )
        return [(prefix + key, value) for key, value in values]


class Switch:
    """Makes events.  `channel_variables` of them follow each snapshot as repeated `ChanVariable` headers."""

    def __init__(self, seed: int, channel_variables: int = 0) -> None:
        self._random = random.Random(seed)
        self._clock = 1_790_000_000.0
        self._count = 0
        self._variables = channel_variables

    def stream(self, events: int, at_once: int = 16) -> Iterator[Headers]:
        """The first `events` events of calls that run side by side."""
        running: list[Iterator[Headers]] = []
        made = 0
        while made < events:
            while len(running) < at_once:
                running.append(iter(self.call()))
            place = self._random.randrange(len(running))
            event = next(running[place], None)
            if event is None:
                del running[place]
                continue
            yield event
            made += 1

    def whole_calls(self, calls: int) -> Iterator[Headers]:
        """All events of some calls, one call after the other."""
        for _ in range(calls):
            yield from self.call()

    def call(self) -> Iterator[Headers]:
        """One caller: menu, music, an agent's phone that answers or does not, talk, the end."""
        chance = self._random
        caller = self._channel(f"PJSIP/carrier-{chance.randrange(1 << 32):08x}", "from-carrier")
        caller.state = "4"
        yield self._event("Newchannel", caller)
        yield from self._menu(caller)
        yield self._event("MusicOnHoldStart", caller, extra=[("Class", "waiting")])
        agent = self._channel(
            f"PJSIP/{chance.randrange(1000, 2000)}-{chance.randrange(1 << 32):08x}", "acd-leg", caller
        )
        yield self._event("Newchannel", agent)
        yield self._event("DialBegin", caller, agent, extra=[("DialString", agent.name[6:10])])
        agent.state = "5"
        yield self._event("Newstate", agent)
        answered = chance.random() < 0.8
        yield self._event("DialEnd", caller, agent, extra=[("DialStatus", "ANSWER" if answered else "NOANSWER")])
        if answered:
            yield from self._talk(caller, agent)
        for leg in (agent, caller):
            yield self._variable(leg)
            yield self._event("Hangup", leg, extra=[("Cause", "16"), ("Cause-txt", "Normal Clearing")])

    def _menu(self, caller: Channel) -> Iterator[Headers]:
        yield from self._dialplan(caller, 3)
        caller.state = "6"
        yield self._event("Newstate", caller)
        for _ in range(self._random.randint(1, 3)):
            key = [("Digit", self._random.choice("0123456789*#")), ("Direction", "Received")]
            yield self._event("DTMFBegin", caller, extra=key)
            yield self._event("DTMFEnd", caller, extra=[key[0], ("DurationMs", "110"), key[1]])
        yield from self._dialplan(caller, 3)
        yield self._event("UserEvent", extra=[("UserEvent", "AcdWaiting"), ("Uniqueid", caller.uniqueid)])

    def _dialplan(self, caller: Channel, steps: int) -> Iterator[Headers]:
        for _ in range(steps):
            application, data = self._random.choice(PLAN)
            caller.priority += 1
            step = [("Extension", "8200"), ("Application", application), ("AppData", data)]
            yield self._event("Newexten", caller, extra=step)
            yield self._variable(caller)

    def _talk(self, caller: Channel, agent: Channel) -> Iterator[Headers]:
        chance = self._random
        agent.state = "6"
        agent.connected = (caller.number, caller.caller)
        yield self._event("Newstate", agent)
        yield self._event("MusicOnHoldStop", caller)
        bridge = f"{chance.randrange(1 << 32):08x}-0c3d-4000-8000-{chance.randrange(1 << 48):012x}"
        yield self._event("BridgeEnter", caller, bridge=(bridge, 1))
        yield self._event("BridgeEnter", agent, bridge=(bridge, 2))
        for _ in range(chance.randint(2, 4)):
            yield self._variable(chance.choice((caller, agent)))
        if chance.random() < 0.3:
            yield self._event("Hold", agent, extra=[("MusicClass", "waiting")])
            yield self._event("Unhold", agent)
        yield self._event("BridgeLeave", caller, bridge=(bridge, 1))
        yield self._event("BridgeLeave", agent, bridge=(bridge, 0))

    def _channel(self, name: str, context: str, other: Channel | None = None) -> Channel:
        self._count += 1
        uniqueid = f"pbx1-{int(self._clock)}.{self._count}"
        number = f"3025550{self._random.randrange(1000):03d}"
        caller = self._random.choice(CALLER_NAMES)
        return Channel(name, number, caller, uniqueid, other.linkedid if other else uniqueid, context)

    def _variable(self, channel: Channel) -> Headers:
        value = self._random.choice(("", "SUCCESS", "ANSWER", "queue: sales, level: 2", "lost=0;jitter=0.0001"))
        return self._event("VarSet", channel, extra=[("Variable", self._random.choice(VARIABLES)), ("Value", value)])

    def _event(
        self,
        name: str,
        channel: Channel | None = None,
        dialled: Channel | None = None,
        *,
        bridge: tuple[str, int] | None = None,
        extra: Headers | None = None,
    ) -> Headers:
        self._clock += self._random.random() * 0.01
        headers = [("Event", name), ("Privilege", "call,all"), ("Timestamp", f"{self._clock:.6f}")]
        if bridge is not None:
            headers += _bridge(*bridge)
        if channel is not None:
            headers += channel.snapshot()
            headers += [("ChanVariable", f"ACD_V{i}={channel.uniqueid}") for i in range(self._variables)]
        if dialled is not None:
            headers += dialled.snapshot("Dest")
        return headers + (extra or [])


def _bridge(uniqueid: str, channels: int) -> Headers:
    return [
        ("BridgeUniqueid", uniqueid),
        ("BridgeType", "basic"),
        ("BridgeTechnology", "simple_bridge"),
        ("BridgeCreator", "<unknown>"),
        ("BridgeName", "<unknown>"),
        ("BridgeNumChannels", str(channels)),
        ("BridgeVideoSourceMode", "none"),
    ]


def encode(headers: Headers) -> bytes:
    """The event as the switch sends it: written here anew, so that tests do not lean on the code they test."""
    return ("".join(f"{key}: {value}\r\n" for key, value in headers) + "\r\n").encode()
