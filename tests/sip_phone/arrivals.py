"""A UDP socket that tells when the kernel got each datagram: a reader that comes late reads no later times."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable

SO_TIMESTAMPNS = 35
"""See socket(7); Python has no name for it. The kernel's time stamps are of the clock of the day."""

_TIMESPEC = struct.Struct("@ll")
_LONGEST = 65536


class TimedSocket:
    """Bound to ``host``; ``receive`` gets each datagram, its monotonic time of arrival, and from where it came.

    ``port`` 0: a free one. Lives on the loop that made it.
    """

    def __init__(self, host: str, receive: Callable[[bytes, float, tuple[str, int]], None], port: int = 0) -> None:
        self._receive = receive
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.bind((host, port))
        self.port = int(self._socket.getsockname()[1])
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    @property
    def closed(self) -> bool:
        """Whether nothing is sent or received any more."""
        return self._socket.fileno() < 0

    def send(self, data: bytes, address: tuple[str, int]) -> None:
        """Send a datagram; what cannot be sent is lost, as on any network."""
        try:
            self._socket.sendto(data, address)
        except OSError:
            return

    def close(self) -> None:
        """Stop sending and receiving."""
        if not self.closed:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _read(self) -> None:
        while not self.closed:
            try:
                data, more, _, address = self._socket.recvmsg(_LONGEST, socket.CMSG_SPACE(_TIMESPEC.size))
            except ConnectionError:  # the far end's port is closed: nothing was received
                continue
            except OSError:
                return
            self._receive(data, _arrival(more), (str(address[0]), int(address[1])))


def _arrival(more: list[tuple[int, int, bytes]]) -> float:
    for level, kind, value in more:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = _TIMESPEC.unpack(value[: _TIMESPEC.size])
            ago: float = time.time() - (seconds + nanoseconds / 1e9)
            return time.monotonic() - max(0.0, ago)
    raise RuntimeError("the kernel put no time stamp on a datagram, although it was asked to")
