"""FastAGI over TCP, as Asterisk connects to it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.interfaces import IAddress, IConnector, ITCPTransport
from twisted.internet.protocol import ClientFactory, Protocol, connectionDone
from twisted.python.failure import Failure

from cti_bridge.virtual_pbx.switch import AgiPeer

DEFAULT_PORT = 4573
CONNECT_TIMEOUT_S = 5.0
Told = Callable[[Callable[[], object]], None]


class AgiConnection(Protocol):
    """One call's connection to the daemon."""

    transport: ITCPTransport

    def __init__(self, peer: AgiPeer, told: Told, connections: "set[AgiConnection]") -> None:
        self._peer = peer
        self._told = told
        self._connections = connections

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """The daemon is there."""
        self._connections.add(self)
        self.transport.setTcpNoDelay(True)
        self._told(lambda: self._peer.opened(self))

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Commands come."""
        self._told(lambda: self._peer.received(data))

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        """The daemon has closed."""
        del reason
        self._connections.discard(self)
        self._told(self._peer.closed)

    def send(self, data: bytes) -> None:
        """Environment and replies."""
        self.transport.write(data)

    def close(self) -> None:
        """End the connection from here."""
        self.transport.loseConnection()


class _Connecting(ClientFactory):
    noisy = False

    def __init__(self, make: Callable[[], AgiConnection], failed: Callable[[], None]) -> None:
        self._make = make
        self._failed = failed

    def buildProtocol(self, addr: IAddress | None) -> Any:  # noqa: N802 - Twisted's name
        del addr
        return self._make()

    def clientConnectionFailed(self, connector: IConnector, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        del connector, reason
        self._failed()


class AgiClient:
    """Makes connections for the switch; knows those that are open."""

    def __init__(self, tcp: Any, told: Told) -> None:
        self._tcp = tcp
        self._told = told
        self.connections: set[AgiConnection] = set()

    def connect(self, url: str, peer: AgiPeer) -> None:
        """Connect to the server that the URL names; the peer is told how it went."""
        split = urlsplit(url)
        factory = _Connecting(
            lambda: AgiConnection(peer, self._told, self.connections), lambda: self._told(peer.closed)
        )
        host, port = split.hostname or "127.0.0.1", split.port or DEFAULT_PORT
        self._tcp.connectTCP(host, port, factory, timeout=CONNECT_TIMEOUT_S)
