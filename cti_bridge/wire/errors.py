"""What can go wrong between two ends of a wire protocol, split by whose fault it is.

`LocalProtocolError`: this program tried to send what the protocol cannot carry; nothing was sent, the
connection is as it was.  `RemoteProtocolError`: the peer sent what the protocol does not allow; the parser is
of no more use and the connection is to be closed, once, with one log line.
"""

from __future__ import annotations

_SHOWN = 60


class ProtocolError(Exception):
    """Something that the protocol does not allow was about to be sent, or was received."""


class LocalProtocolError(ProtocolError):
    """This side's mistake: the message names the value and the rule; nothing went out."""


class RemoteProtocolError(ProtocolError):
    """The peer's mistake: the parser that raised it refuses all further bytes."""


def excerpt(peer_bytes: bytes | bytearray) -> str:
    """The beginning of what a peer sent, short and escaped, fit for an error message and a log line."""
    shown = ascii(bytes(peer_bytes[:_SHOWN]))[1:]
    return shown if len(peer_bytes) <= _SHOWN else f"{shown}..."
