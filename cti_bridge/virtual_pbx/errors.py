"""What ends or interrupts the dialplan of a channel. Not failures: the switch catches each of them."""

from cti_bridge.virtual_pbx.dialplan import Location


class Interruption(Exception):  # noqa: N818 - not an error
    """Base: whatever runs on the channel stops."""


class HungUp(Interruption):
    """The channel is to end."""


class Redirected(Interruption):
    """The channel goes on elsewhere."""

    def __init__(self, location: Location) -> None:
        super().__init__(location)
        self.location = location


class Taken(Interruption):
    """The channel is wanted in a bridge."""
