"""A second opinion: asterisk-ami, which shares no code with the daemon's client, at the live AMI.

Only this module knows that library. asterisk-ami and pyst2 share the package ``asterisk``: each is imported by its
submodule. The library's own futures warn on current Pythons, so answers are matched here.
"""

import itertools
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from asterisk.ami import AMIClient, Event, Response, SimpleAction  # type: ignore[import-untyped]  # it has no types

from config.telephony import Ami

GREETING: Final = b"Asterisk Call Manager/"
MAX_GREETING: Final = 200


class AmiUnreachable(Exception):  # noqa: N818 - says what is unreachable
    """Nothing, or something else, answers at the address."""


class LoginRefused(Exception):  # noqa: N818 - AMI's own word is denied
    """Asterisk does not accept the account; the text is its reason."""


class Reply(msgspec.Struct, frozen=True):
    """The answer to an action. ``headers`` as AMI sends them."""

    ok: bool
    headers: dict[str, str]

    @property
    def message(self) -> str:
        """Asterisk's own words."""
        return self.headers.get("Message", "")


class Heard(msgspec.Struct, frozen=True):
    """An event; ``variables`` are its ``ChanVariable`` lines."""

    name: str
    headers: dict[str, str]
    variables: dict[str, str]


class _Client(AMIClient):  # type: ignore[misc]  # the library has no types
    """asterisk-ami, encrypted where wanted, its answers and events put into a queue."""

    def __init__(self, ami: Ami, timeout_s: float) -> None:
        super().__init__(address=ami.host, port=ami.port, timeout=timeout_s)
        self._ami = ami
        self.packs: queue.Queue[Any] = queue.Queue()

    def connect(self) -> None:
        """As the library does, on a socket that knows IPv6 and TLS."""
        self._socket = open_connection(self._ami, self._timeout)
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self.listen, daemon=True)
        self._thread.start()

    def fire_recv_pack(self, pack: str) -> None:
        """What the library read, as the library reads it."""
        if Response.match(pack):
            self.packs.put(Response.read(pack))
        elif Event.match(pack):
            self.packs.put(Event.read(pack))

    def close(self) -> None:
        """Say good-bye, so that the library's thread ends."""
        try:
            self.send(SimpleAction("Logoff"))
            self._thread.join(self._timeout)
        except OSError:
            pass
        self.disconnect()


class LiveAmi:
    """A logged-in connection. Questions are asked one after the other; events heard meanwhile are kept."""

    def __init__(self, client: _Client, timeout_s: float) -> None:
        self._client = client
        self._timeout_s = timeout_s
        self._numbers = itertools.count(1)
        self.events: list[Heard] = []

    def ask(self, action: str, *headers: tuple[str, str], variables: Iterable[tuple[str, str]] = ()) -> Reply:
        """The answer to an action; raises TimeoutError."""
        number = f"doctor-{next(self._numbers)}"
        sent = SimpleAction(action, ActionID=number, **dict(headers))
        sent.variables = dict(variables)
        self._client.send(sent)
        deadline = time.monotonic() + self._timeout_s
        while True:
            pack = self._next(deadline - time.monotonic())
            if pack is None:
                raise TimeoutError(f"no answer to {action} within {self._timeout_s:g} s")
            if isinstance(pack, Response) and pack.keys.get("ActionID") == number:
                return Reply(pack.status.lower() == "success", dict(pack.keys))

    def listen(self, until: Callable[[list[Heard]], bool], seconds: float) -> list[Heard]:
        """Events until this holds of those heard so far, or so long."""
        deadline = time.monotonic() + seconds
        while not until(self.events) and deadline > time.monotonic():
            self._next(deadline - time.monotonic())
        return self.events

    def listed(self, action: str, *headers: tuple[str, str], item: str) -> list[Heard] | None:
        """The ``item`` events of a list action; None when it is refused."""
        before = len(self.events)
        if not self.ask(action, *headers).ok:
            return None
        self.listen(lambda heard: any(e.headers.get("EventList") == "Complete" for e in heard[before:]), 5)
        return [event for event in self.events[before:] if event.name == item]

    def _next(self, seconds: float) -> Any:
        try:
            pack = self._client.packs.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return None
        if isinstance(pack, Event):
            texts = {key: value for key, value in pack.keys.items() if isinstance(value, str)}
            self.events.append(Heard(pack.name, texts, dict(pack.keys.get("ChanVariable", {}))))
        return pack


def open_connection(ami: Ami, timeout_s: float) -> socket.socket:
    """A connection to the AMI port, encrypted where the settings say so."""
    connection = socket.create_connection((ami.host, ami.port), timeout_s)
    if not ami.tls.enabled:
        return connection
    context = ssl.create_default_context(cafile=None if ami.tls.ca_file is None else str(ami.tls.ca_file))
    return context.wrap_socket(connection, server_hostname=ami.tls.server_name or ami.host)


def greeting(ami: Ami, timeout_s: float = 5) -> str:
    """What the AMI port says first; raises :class:`AmiUnreachable`."""
    try:
        with open_connection(ami, timeout_s) as connection:
            said = connection.recv(MAX_GREETING)
    except TimeoutError as error:
        raise AmiUnreachable(f"{ami.host}:{ami.port} does not answer within {timeout_s:g} s") from error
    except OSError as error:
        raise AmiUnreachable(f"{ami.host}:{ami.port} cannot be reached: {error.strerror or error}") from error
    if not said.startswith(GREETING):
        raise AmiUnreachable(f"{ami.host}:{ami.port} is not Asterisk's manager: it says {said[:40]!r}")
    return said.decode("ascii", "replace").strip()


@contextmanager
def logged_in(ami: Ami, timeout_s: float = 5) -> Iterator[LiveAmi]:
    """A connection as the daemon's account; raises :class:`LoginRefused` or OSError."""
    client = _Client(ami, timeout_s)
    client.connect()
    try:
        live = LiveAmi(client, timeout_s)
        secret = ami.secret.get_secret_value() if ami.secret else ""
        reply = live.ask("Login", ("Username", ami.user), ("Secret", secret))
        if not reply.ok:
            raise LoginRefused(reply.message)
        yield live
    finally:
        client.close()
