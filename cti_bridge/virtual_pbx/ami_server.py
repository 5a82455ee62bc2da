"""AMI over TCP: bytes in, actions out of them, events back."""

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from cti_bridge.virtual_pbx.ami_session import AmiSession
from cti_bridge.virtual_pbx.switch import Switch
from cti_bridge.wire.ami import AmiParser
from cti_bridge.wire.errors import ProtocolError

MOST_UNREAD_BYTES = 16 * 1024 * 1024
"""A client that does not read is cut off, as ``writetimeout`` does on Asterisk."""


class AmiConnection(Protocol):
    """One client."""

    transport: Any  # a TCP transport, which is a consumer as well
    _paused = False

    def __init__(self, server: "AmiServer") -> None:
        self._server = server
        self._parser = AmiParser()
        self._session: AmiSession | None = None
        self._unread = 0

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Greet."""
        self._server.connections.append(self)
        self.transport.setTcpNoDelay(True)  # as Asterisk does it: events must not wait for each other's receipt
        self.transport.registerProducer(self, streaming=True)
        self._server.told(self._open)

    def _open(self) -> None:
        server = self._server
        self._session = AmiSession(server.switch, server.switch.settings.accounts, send=self._send, close=self._close)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Actions come."""
        self._server.told(lambda: self._receive(data))

    def _receive(self, data: bytes) -> None:
        if self._session is None:
            return
        try:
            for message in self._parser.feed(data):
                self._session.receive(message)
        except ProtocolError:
            self._session.close()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        """Forget the client."""
        del reason
        self._server.connections.remove(self)
        if self._session is not None:
            self._session.end()
            self._session = None

    def _send(self, data: bytes) -> None:
        if self._paused:
            self._unread += len(data)
            if self._unread > MOST_UNREAD_BYTES:
                self.transport.abortConnection()
                return
        self.transport.write(data)

    def _close(self) -> None:
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    def close(self) -> None:
        """End the connection from here."""
        self.transport.abortConnection()

    # -- a client that reads slowly ----------------------------------------------------------------------------------

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The client does not read at present."""
        self._paused = True

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """It reads again."""
        self._paused, self._unread = False, 0

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """It is gone."""


class AmiServer(Factory):
    """All clients of one switch. ``told`` runs something that tells the switch of the outside."""

    noisy = False

    def __init__(self, switch: Switch, told: Callable[[Callable[[], object]], None]) -> None:
        self.switch = switch
        self.told = told
        self.connections: list[AmiConnection] = []

    def buildProtocol(self, addr: IAddress | None) -> Any:  # noqa: N802 - Twisted's name
        """A client connects."""
        del addr
        return AmiConnection(self)
