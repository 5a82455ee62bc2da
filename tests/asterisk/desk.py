"""The least that a distributor does over AMI, written out by hand: for tests of the dialplan and recordings."""

import itertools
from dataclasses import dataclass

from tests.asterisk.ami import AmiClient, Message

_legs = itertools.count(1)


@dataclass(frozen=True)
class Leg:
    """An agent's leg: the channel id that was chosen for it."""

    agent: str
    channel: str
    call: str


class Desk:
    """Acts on calls; every wait has a time-out and fails with what came instead."""

    def __init__(self, ami: AmiClient) -> None:
        self.ami = ami

    def waiting(self, timeout: float = 10) -> Message:
        """The next caller who begins to wait: `Channel`, `Call`, `Queue`, `Since`."""
        return self.ami.wait_for(timeout, UserEvent="AcdWaiting")

    def offer(
        self, caller: Message, agent: str, *, ring_s: float = 20, whisper: str = "", context: str = "acd-leg"
    ) -> Leg:
        """Ring an agent for a caller; returns at once."""
        leg = Leg(agent, f"leg-{agent}-{next(_legs)}", caller["Call"])
        variables = {"ACD_CALL": leg.call, "ACD_AGENT": agent}
        if context == "acd-leg":
            variables |= {"ACD_PEER": caller["Channel"], "ACD_WHISPER": whisper}
        self._originate(leg.channel, f"PJSIP/{agent}", context, variables, ring_s)
        return leg

    def spy(self, leg: Leg, supervisor: str, mode: str) -> Leg:
        """Ring a supervisor who will hear the leg."""
        spying = Leg(supervisor, f"spy-{supervisor}-{next(_legs)}", leg.call)
        variables = {"ACD_CALL": leg.call, "ACD_SPYEE": leg.channel, "ACD_SPYMODE": mode}
        self._originate(spying.channel, f"PJSIP/{supervisor}", "acd-spy", variables, 20)
        return spying

    def dial(self, agent: str, number: str, *, ring_s: int = 20) -> Leg:
        """Click to dial."""
        leg = Leg(agent, f"dial-{agent}-{next(_legs)}", f"out-{next(_legs)}")
        variables = {"ACD_CALL": leg.call, "ACD_AGENT": agent, "ACD_NUMBER": number, "ACD_RING": str(ring_s)}
        self._originate(leg.channel, f"PJSIP/{agent}", "acd-dial", variables, 20)
        return leg

    def joined(self) -> None:
        """Wait until two channels have entered one bridge."""
        first = self.ami.wait_for(Event="BridgeEnter")
        self.ami.wait_for(Event="BridgeEnter", BridgeUniqueid=first["BridgeUniqueid"])

    def take_apart(self, caller: str, leg: Leg | str) -> None:
        """The caller to music, the leg to silence; returns when both have arrived."""
        channel = leg.channel if isinstance(leg, Leg) else leg
        self.ami.action(
            "Redirect",
            Channel=caller,
            Context="acd-hold",
            Exten="s",
            Priority="1",
            ExtraChannel=channel,
            ExtraContext="acd-keep",
            ExtraExten="stay",
            ExtraPriority="1",
        )
        self.ami.wait_for(UserEvent="AcdHeld")
        self.ami.wait_for(UserEvent="AcdKept")

    def join(self, first: str, second: str) -> None:
        """Let two channels talk, wherever they are."""
        self.ami.action("Bridge", Channel1=first, Channel2=second, Tone="no")
        self.joined()

    def redirect(self, channel: str, context: str, exten: str = "s") -> None:
        """Send a channel elsewhere in the dialplan."""
        self.ami.action("Redirect", Channel=channel, Context=context, Exten=exten, Priority="1")

    def set(self, channel: str, name: str, value: str) -> None:
        """Set a variable of a channel."""
        self.ami.action("Setvar", Channel=channel, Variable=name, Value=value)

    def hang_up(self, channel: str, cause: int = 16) -> None:
        """End a channel; an error (it is gone) is not the end of the world."""
        self.ami.send("Hangup", Channel=channel, Cause=str(cause))

    def _originate(self, channel_id: str, device: str, context: str, variables: dict[str, str], ring_s: float) -> None:
        self.ami.send(
            "Originate",
            Channel=device,
            ChannelId=channel_id,
            Context=context,
            Exten="s",
            Priority="1",
            Timeout=str(round(ring_s * 1000)),
            CallerID="Queue <100>",
            Variable="\n".join(f"{name}={value}" for name, value in variables.items()),
            Async="true",
        )
