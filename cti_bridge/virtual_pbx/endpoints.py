"""Endpoints: what a channel is dialled to, and the device state that follows from its channels."""

from typing import TYPE_CHECKING

from cti_bridge.virtual_pbx.channels import RINGING, UP, Channel, Heard, Party

if TYPE_CHECKING:
    from collections.abc import Callable


class Endpoint:
    """A phone or a trunk, as ``PJSIP/NAME``."""

    def __init__(
        self, name: str, *, context: str, caller: Party | None = None, language: str = "en", reachable: bool = True
    ) -> None:
        self.name = name
        self.context = context
        self.caller = caller or Party()
        self.language = language
        self.reachable = reachable
        self.channels: list[Channel] = []
        self.announced = self.device_state()
        self.contact = f"sip:{name}@127.0.0.1"
        self.pick_up: Callable[[str], Heard] | None = None
        """Who is called when this endpoint is dialled, given the number dialled on it."""

    @property
    def device(self) -> str:
        """The device's name in device states."""
        return f"PJSIP/{self.name}"

    def device_state(self) -> str:
        """The device state by Asterisk's rule for several channels at once."""
        if not self.reachable:
            return "UNAVAILABLE"
        busy = [channel for channel in self.channels if channel.state == UP]
        if any(channel.state == RINGING for channel in self.channels):
            return "RINGINUSE" if busy else "RINGING"
        if busy:
            return "ONHOLD" if all(channel.on_hold for channel in busy) else "INUSE"
        return "NOT_INUSE"
