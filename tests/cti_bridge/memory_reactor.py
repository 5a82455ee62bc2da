"""A reactor without sockets and threads: time moves by hand, connections are in memory.

Delivery is as TCP's: whoever writes goes on first, the other side reads later, in order.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet import error
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import ITCPTransport
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer

_PORTS = itertools.count(20_000)


@implementer(ITCPTransport)
class Wire:
    """One end of a connection."""

    def __init__(self, reactor: "MemoryReactor", here: IPv4Address, there: IPv4Address) -> None:
        self._reactor = reactor
        self._here, self._there = here, there
        self.protocol: Any = None
        self.peer: Any = None
        self._held: list[bytes] = []
        self.disconnecting = self.connected = False

    def write(self, data: bytes) -> None:
        if self.connected and not self.disconnecting:
            self._reactor.later(lambda: self.peer.receive(data))

    def writeSequence(self, data: Iterable[bytes]) -> None:  # noqa: N802 - Twisted's name
        self.write(b"".join(data))

    def receive(self, data: bytes) -> None:
        if not self.connected:
            return
        if self._reactor.frozen & {self._here.port, self._there.port}:
            self._held.append(data)
        else:
            self.protocol.dataReceived(data)

    def thaw(self) -> None:
        held, self._held = self._held, []
        for data in held:
            self.receive(data)

    def loseConnection(self) -> None:  # noqa: N802 - Twisted's name
        self.disconnecting = True
        self._reactor.later(lambda: self._end(error.ConnectionDone()))

    def abortConnection(self) -> None:  # noqa: N802 - Twisted's name
        self.disconnecting = True
        self._reactor.later(lambda: self._end(error.ConnectionLost()))

    def _end(self, reason: Exception) -> None:
        for wire in (self, self.peer):
            if wire.connected:
                wire.connected = False
                wire.protocol.connectionLost(Failure(reason))

    def getHost(self) -> IPv4Address:  # noqa: N802 - Twisted's name
        return self._here

    def getPeer(self) -> IPv4Address:  # noqa: N802 - Twisted's name
        return self._there

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: N802 - Twisted's name
        pass

    def getTcpNoDelay(self) -> bool:  # noqa: N802 - Twisted's name
        return True

    def setTcpKeepAlive(self, enabled: bool) -> None:  # noqa: N802 - Twisted's name
        pass

    def getTcpKeepAlive(self) -> bool:  # noqa: N802 - Twisted's name
        return True

    def loseWriteConnection(self) -> None:  # noqa: N802 - Twisted's name
        pass

    def registerProducer(self, producer: object, streaming: bool) -> None:  # noqa: N802 - Twisted's name
        pass

    def unregisterProducer(self) -> None:  # noqa: N802 - Twisted's name
        pass

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        pass

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        pass


class Port:
    """A listening port."""

    def __init__(self, reactor: "MemoryReactor", number: int) -> None:
        self._reactor = reactor
        self._number = number

    def getHost(self) -> IPv4Address:  # noqa: N802 - Twisted's name
        return IPv4Address("TCP", "127.0.0.1", self._number)

    def stopListening(self) -> Deferred[None]:  # noqa: N802 - Twisted's name
        self._reactor.listening.pop(self._number, None)
        return succeed(None)


class MemoryReactor(Clock):
    """Only what daemon and virtual switch need of a reactor."""

    def __init__(self) -> None:
        super().__init__()
        self.listening: dict[int, Any] = {}
        self.wires: list[Wire] = []
        self.frozen: set[int] = set()
        self._due: deque[Callable[[], object]] = deque()

    # -- time --------------------------------------------------------------------------------------------------------

    def later(self, what: Callable[[], object]) -> None:
        """As soon as everybody is done with what they do."""
        self._due.append(what)

    def settle(self) -> None:
        """Let everything that is on its way arrive; no time passes."""
        while self._due:
            self._due.popleft()()

    def pass_s(self, seconds: float) -> None:
        """Let time pass, from one thing that is due to the next."""
        until = self.seconds() + seconds
        self.settle()
        while True:
            due = min((call.getTime() for call in self.getDelayedCalls()), default=until)
            self.advance(max(0.0, min(due, until) - self.seconds()))
            self.settle()
            if due > until or (due == until and self.seconds() >= until):
                return

    # -- connections -------------------------------------------------------------------------------------------------

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Port:  # noqa: N802 - Twisted's name
        number = port or next(_PORTS)
        self.listening[number] = factory
        return Port(self, number)

    def connectTCP(  # noqa: N802 - Twisted's name
        self, host: str, port: int, factory: Any, **more: object
    ) -> Any:
        del host, more
        factory.doStart()
        factory.startedConnecting(None)
        self.later(lambda: self._connect(port, factory))

    def _connect(self, port: int, factory: Any) -> None:
        server = self.listening.get(port)
        if server is None:
            factory.clientConnectionFailed(None, Failure(error.ConnectionRefusedError()))
            return
        near, far = IPv4Address("TCP", "127.0.0.1", next(_PORTS)), IPv4Address("TCP", "127.0.0.1", port)
        client, answering = Wire(self, near, far), Wire(self, far, near)
        client.peer, answering.peer = answering, client
        answering.protocol, client.protocol = server.buildProtocol(near), factory.buildProtocol(far)
        if answering.protocol is None:
            factory.clientConnectionFailed(None, Failure(error.ConnectionRefusedError()))
            return
        self.wires += [client, answering]
        client.connected = answering.connected = True
        answering.protocol.makeConnection(answering)
        client.protocol.makeConnection(client)

    def cut(self, port: int) -> None:
        """Every connection to a port is gone at once."""
        for wire in self.wires:
            if wire.connected and port in (wire.getHost().port, wire.getPeer().port):
                wire.abortConnection()
        self.settle()

    def freeze(self, port: int) -> None:
        """Whoever listens there, or is connected, neither reads nor is heard until it thaws."""
        self.frozen.add(port)

    def thaw(self, port: int) -> None:
        """It goes on with what has come meanwhile."""
        self.frozen.discard(port)
        for wire in self.wires:
            self.later(wire.thaw)
        self.settle()

    # -- threads, of which there are none ----------------------------------------------------------------------------

    def callFromThread(self, function: Callable[..., object], *arguments: object) -> None:  # noqa: N802 - Twisted's name
        function(*arguments)

    def getThreadPool(self) -> "MemoryReactor":  # noqa: N802 - Twisted's name
        return self

    def callInThreadWithCallback(  # noqa: N802 - Twisted's name
        self, told: Callable[[bool, object], object], function: Callable[..., object], *arguments: object
    ) -> None:
        told(True, function(*arguments))
