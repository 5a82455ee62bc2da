"""Frames that are made ready once for all their readers, and the server's offer to take them as they are.

A server that offers it puts an object with `ReadyFrames`'s methods into the connection's ASGI extensions. Without one,
frames go through ``send`` as text; the clients see no difference.
"""

from typing import Final, NamedTuple, Protocol

from websockets.frames import Frame, Opcode

EXTENSION: Final = "cordboard.ready_frames"


class Message(NamedTuple):
    """A text for clients: as JSON, and as a WebSocket frame of a server."""

    text: bytes
    frame: bytes


class ReadyFrames(Protocol):
    """What such a server does."""

    def write_frame(self, frame: bytes) -> bool:
        """Send a frame at once; False: the client does not take it now, and nothing of it was sent."""


def message_of(text: bytes) -> Message:
    """Make the frame of a text."""
    return Message(text, Frame(Opcode.TEXT, text).serialize(mask=False))
