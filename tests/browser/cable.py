"""The network between a browser and the daemon, as a cable that a test pulls out and puts back."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator

LOOKS_AGAIN_S = 0.05


class Cable:
    """Listens on a port of its own and passes everything on to ``port``, for as long as it is in."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._out = False
        self._flows = threading.Event()
        self._flows.set()
        self.let_go: list[str] = []
        """Of connections that the daemon ended while nothing flowed: the first line that was said over each."""
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def pull(self) -> None:
        """Nothing passes any more, neither way, and nobody is told so beyond the broken connections."""
        with self._lock:
            self._out = True
            ends, self._ends = self._ends, set()
        for end in ends:
            _close(end)

    def freeze(self) -> None:
        """From now on everything is swallowed, and neither side is told: no data passes, no end, no beginning."""
        self._flows.clear()

    def thaw(self) -> None:
        """It flows again: what was sent meanwhile arrives, as TCP sends it again and again."""
        self._flows.set()

    def put_back(self) -> None:
        """New connections pass again."""
        with self._lock:
            self._out = False

    def close(self) -> None:
        """The end of the test."""
        self.thaw()
        self.pull()
        _close(self._listening)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self._flows.wait()
        try:
            far = None if self._out else socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            far = None
        if far is None:
            _close(near)
            return
        with self._lock:
            self._ends |= {near, far}
        said: list[str] = []
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(source, target, said, source is far), daemon=True).start()

    def _from(self, source: socket.socket, said: list[str], from_daemon: bool) -> Iterator[bytes]:
        """What comes from one side, as soon as it flows; an end is heard while nothing does."""
        held = bytearray()
        ended = False
        while held or not ended:
            if held and self._flows.is_set():
                yield bytes(held)
                held.clear()
            if ended:
                self._flows.wait()
            elif select.select([source], [], [], LOOKS_AGAIN_S)[0]:
                data = source.recv(65536)
                held += data
                ended = not data
                if ended and from_daemon and not self._flows.is_set():
                    self.let_go.extend(said)

    def _carry(self, source: socket.socket, target: socket.socket, said: list[str], from_daemon: bool) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed by the other thread
            for data in self._from(source, said, from_daemon):
                if not from_daemon and not said:
                    said.append(data.split(b"\r\n", 1)[0].decode("ascii", "replace"))
                target.sendall(data)
        self._flows.wait()
        with self._lock:
            self._ends -= {source, target}
        _close(source)
        _close(target)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
