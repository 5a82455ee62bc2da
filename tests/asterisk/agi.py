"""A FastAGI server for tests of the dialplan: it shares no code with the product."""

import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class AgiSession:
    """One connection: the request's environment, then commands and their answers."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rw", encoding="utf-8", newline="\n")
        self.environment: dict[str, str] = {}
        for line in iter(self._file.readline, "\n"):
            if not line:
                break
            name, _, value = line.rstrip("\n").partition(": ")
            self.environment[name] = value

    @property
    def request(self) -> str:
        """The URL's last part with its parameters."""
        return self.environment.get("agi_request", "").rpartition("/")[2]

    def command(self, text: str) -> str:
        """Send a command; its answer, with `HANGUP` lines left out."""
        self._file.write(text + "\n")
        self._file.flush()
        for line in iter(self._file.readline, ""):
            if line != "HANGUP\n":
                return line.rstrip("\n")
        return ""


Script = Callable[[AgiSession], None]


class AgiServer:
    """Serves every connection with `script`, each on a thread of its own."""

    def __init__(self, host: str, port: int, script: Script) -> None:
        self.requests: list[str] = []
        self.faults: list[str] = []
        self._script = script
        self._socket = socket.create_server((host, port), reuse_port=False)
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and wait for the sessions to end; raises what went wrong in them."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(10)
        if self.faults:
            raise AssertionError(f"AGI scripts failed: {self.faults}")

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                session = AgiSession(connection)
                self.requests.append(session.request)
                self._script(session)
            except (OSError, AssertionError) as error:
                self.faults.append(repr(error))
