"""The network between a browser and the daemon, as a cable that a test pulls out and puts back."""

import contextlib
import socket
import threading


class Cable:
    """Listens on a port of its own and passes everything on to ``port``, for as long as it is in."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._out = False
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

    def put_back(self) -> None:
        """New connections pass again."""
        with self._lock:
            self._out = False

    def close(self) -> None:
        """The end of the test."""
        self.pull()
        _close(self._listening)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = None if self._out else socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            far = None
        if far is None:
            _close(near)
            return
        with self._lock:
            self._ends |= {near, far}
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with self._lock:
            self._ends -= {source, target}
        _close(source)
        _close(target)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
