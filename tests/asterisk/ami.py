"""A blocking AMI client for tests: it shares no code with the product, and keeps every byte it got."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self


class Message:
    """The headers of one AMI message in order; `text["Name"]` is the first of that name, or empty."""

    def __init__(self, headers: list[tuple[str, str]]) -> None:
        self.headers = headers

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def __repr__(self) -> str:
        return f"Message({self.headers!r})"

    def variables(self) -> dict[str, str]:
        """What the `ChanVariable` headers carry."""
        pairs = (value.partition("=") for key, value in self.headers if key == "ChanVariable")
        return {name: value for name, _, value in pairs}

    def matches(self, **wanted: str) -> bool:
        """Whether every named header has that value; `__` in a name stands for a hyphen."""
        return all(self[name.replace("__", "-")] == value for name, value in wanted.items())


class AmiClient:
    """One logged-in connection. Not for several threads."""

    def __init__(self, host: str, port: int, user: str, secret: str) -> None:
        self.raw = bytearray()
        self.events: list[Message] = []
        self._read = 0
        self._parsed = 0
        self._number = 0
        self._socket = socket.create_connection((host, port), timeout=5)
        self._deadline_receive(5)
        self.action("Login", Username=user, Secret=secret)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close without a Logoff; see `logoff`."""
        self._socket.close()

    def logoff(self) -> bytes:
        """Log off and return every byte of the connection, the banner first."""
        self._send("Logoff", {})
        return self.read_rest()

    def read_rest(self) -> bytes:
        """Read until Asterisk closes the connection; every byte of it, the banner first."""
        self._socket.settimeout(5)
        while data := self._socket.recv(65536):
            self.raw += data
        self.close()
        return bytes(self.raw)

    def send(self, name: str, /, **headers: str) -> str:
        """Send an action without waiting for its answer; the ActionID."""
        return self._send(name, headers)

    def action(self, name: str, /, **headers: str) -> Message:
        """Send an action and wait for its response. `Variable` may hold several, joined by newlines."""
        action_id = self._send(name, headers)
        found = self._wait(lambda message: message["Response"] != "" and message["ActionID"] == action_id, 10)
        if found["Response"] != "Success":
            raise AssertionError(f"{name} was answered {found!r}")
        return found

    def wait_for(self, timeout: float = 10, /, **wanted: str) -> Message:
        """The next event, not returned before, whose headers have the wanted values."""
        return self._wait(lambda message: message.matches(**wanted), timeout)

    def wait_until(self, test: Callable[[Message], bool], timeout: float = 10) -> Message:
        """The next event, not returned before, that passes `test`."""
        return self._wait(test, timeout)

    def drain(self, quiet: float = 0.3) -> None:
        """Read until nothing has come for `quiet` seconds."""
        while self._receive(quiet):
            pass

    def list(self, name: str, complete: str, /, **headers: str) -> list[Message]:
        """The events of a list action, up to and without the one named `complete`."""
        action_id = self._send(name, headers)
        found: list[Message] = []
        while True:
            message = self._wait(lambda message: message["ActionID"] == action_id, 10)
            if message["Event"] == complete:
                return found
            if message["Event"]:
                found.append(message)

    def _send(self, name: str, headers: Mapping[str, str]) -> str:
        self._number += 1
        action_id = f"t{self._number}"
        lines = [f"Action: {name}", f"ActionID: {action_id}"]
        for key, value in headers.items():
            lines += [f"{key}: {one}" for one in value.split("\n")]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return action_id

    def _wait(self, test: Callable[[Message], bool], timeout: float) -> Message:
        deadline = time.monotonic() + timeout
        position = self._read
        while True:
            for index in range(position, len(self.events)):
                if test(self.events[index]):
                    # what stands before it may still be asked for; what was returned may not
                    return self.events.pop(index)
            position = len(self.events)
            left = deadline - time.monotonic()
            if left <= 0:
                names = [message["UserEvent"] or message["Event"] for message in self.events[-30:]]
                raise AssertionError(f"AMI: nothing that was waited for within {timeout} s; last events: {names}")
            self._receive(left)

    def _deadline_receive(self, timeout: float) -> None:
        """Read the banner."""
        deadline = time.monotonic() + timeout
        while b"\r\n" not in self.raw:
            if not self._receive(deadline - time.monotonic()):
                raise AssertionError("AMI: no banner")
        self._parsed = self.raw.index(b"\r\n") + 2

    def _receive(self, timeout: float) -> bool:
        self._socket.settimeout(max(timeout, 0.001))
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return False
        if not data:
            raise AssertionError("AMI: Asterisk closed the connection")
        self.raw += data
        self.events += self._messages()
        return True

    def _messages(self) -> Iterator[Message]:
        while self._parsed and (end := self.raw.find(b"\r\n\r\n", self._parsed)) >= 0:
            text = self.raw[self._parsed : end].decode(errors="replace")
            self._parsed = end + 4
            pairs = (line.partition(":") for line in text.split("\r\n"))
            yield Message([(name, value.removeprefix(" ")) for name, _, value in pairs])
