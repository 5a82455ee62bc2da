"""Bridges: two or more channels that hear each other."""

from typing import TYPE_CHECKING

from cti_bridge.virtual_pbx.channels import NORMAL_CLEARING, Channel, Header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cti_bridge.virtual_pbx.switch import Switch


class Bridge:
    """Made empty; ends when only one is left in it."""

    def __init__(self, switch: "Switch", uniqueid: str) -> None:
        self._switch = switch
        self.uniqueid = uniqueid
        self.channels: list[Channel] = []
        self.created = switch.now
        self._joined_by_two = False
        self._technology = "simple_bridge"
        switch.bridges[uniqueid] = self
        switch.emit("BridgeCreate", "call", self.headers())

    def headers(self) -> "Iterator[Header]":
        """What events say of the bridge."""
        yield "BridgeUniqueid", self.uniqueid
        yield "BridgeType", "basic"
        yield "BridgeTechnology", self._technology
        yield "BridgeCreator", "<unknown>"
        yield "BridgeName", "<unknown>"
        yield "BridgeNumChannels", str(len(self.channels))
        yield "BridgeVideoSourceMode", "none"

    def enter(self, channel: Channel) -> None:
        """A channel joins; from two on they talk."""
        self._switch.stop_music(channel)
        self.channels.append(channel)
        channel.bridge, channel.cause = self, 0
        oldest = min(self.channels, key=lambda member: member.created)
        for member in self.channels:
            member.linkedid = oldest.linkedid
        self._switch.emit("BridgeEnter", "call", [*self.headers(), *self._switch.snapshot(channel)])
        self._choose_technology()
        channel.changed()
        if len(self.channels) >= 2:
            self._joined_by_two = True
        if len(self.channels) == 2:
            self._exchange_names()
            self._switch.soon(self._tell_talking)

    def _choose_technology(self) -> None:
        """How the audio is joined, once whoever came or went has been told of."""
        self._technology = "softmix" if len(self.channels) > 2 else "simple_bridge"

    def _tell_talking(self) -> None:
        if len(self.channels) >= 2:
            for member in tuple(self.channels):
                member.far_end.talking(member)

    def _exchange_names(self) -> None:
        """Two channels that were joined learn who the other is, if they do not know it."""
        first, second = self.channels
        for channel, other in ((second, first), (first, second)):
            if channel.connected != other.caller:
                channel.connected = other.caller
                self._switch.emit_channel("NewConnectedLine", channel)

    def leave(self, channel: Channel) -> None:
        """A channel goes; the last one goes with it."""
        if channel not in self.channels:
            return
        self._remove(channel)
        if len(self.channels) == 1 and self._joined_by_two:
            self._remove(self.channels[0], channel.cause)
        elif len(self.channels) == 2:
            self._exchange_names()
        self.close()

    def close(self) -> None:
        """End the bridge if nobody is in it."""
        if not self.channels and self._switch.bridges.pop(self.uniqueid, None) is not None:
            self._switch.emit("BridgeDestroy", "call", self.headers())

    def _remove(self, channel: Channel, cause: int = 0) -> None:
        self.channels.remove(channel)
        self._switch.emit("BridgeLeave", "call", [*self.headers(), *self._switch.snapshot(channel)])
        self._choose_technology()
        channel.bridge, channel.on_hold = None, False
        channel.cause = channel.cause or cause or NORMAL_CLEARING
        if channel.music and not channel.hanging_up:
            self._switch.stop_music(channel)
        channel.changed()
