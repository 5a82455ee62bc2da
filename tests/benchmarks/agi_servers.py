"""One FastAGI server in a process of its own: `python -m tests.benchmarks.agi_servers NAME`.

Each session awaits ten commands, one after the other, and ends.  The server prints its port and runs until it is
ended.  The bare ones are the least that a careful person would write on Twisted; all run on the same reactor.
"""

from __future__ import annotations

import gc
import ipaddress
import sys
from collections.abc import Callable
from typing import Any

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol

from cti_bridge.shell.agi_server import AgiServer, AgiSession

COMMANDS = 10
TOKEN = "bench"


class Bare(Protocol):
    """Environment into a dict, one reply a line, no checks."""

    transport: Any

    def __init__(self) -> None:
        self._unread = b""
        self._environment: dict[str, str] | None = None
        self._waiting: Deferred[tuple[int, str]] | None = None

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self.transport.setTcpNoDelay(True)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        unread = self._unread + data
        if self._environment is None:
            block, found, rest = unread.partition(b"\n\n")
            self._unread = rest if found else unread
            if found:
                lines = block.decode("utf-8", "surrogateescape").split("\n")
                self._environment = {key: value for key, _, value in (line.partition(": ") for line in lines)}
                Deferred.fromCoroutine(self._session())
            return
        line, found, rest = unread.partition(b"\n")
        self._unread = rest if found else unread
        if found and self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting.callback((int(line[:3]), line[4:].decode()))

    def command(self, line: bytes) -> Deferred[tuple[int, str]]:
        waiting: Deferred[tuple[int, str]] = Deferred()
        self._waiting = waiting
        self.transport.write(line)
        return waiting

    async def _session(self) -> None:
        for number in range(COMMANDS):
            await self.command(b'SET VARIABLE "X%d" "1"\n' % number)
        self.transport.loseConnection()


class BareAtOnce(Bare):
    """The same; a command is tried on the socket before the reactor is asked to wait for it."""

    def command(self, line: bytes) -> Deferred[tuple[int, str]]:
        waiting: Deferred[tuple[int, str]] = Deferred()
        self._waiting = waiting
        transport = self.transport
        sent = 0
        if not (transport.dataBuffer or transport._tempDataBuffer):
            try:
                sent = transport.socket.send(line)
            except BlockingIOError:
                sent = 0
        if sent < len(line):
            transport.write(line[sent:])
        return waiting


def cordboard(reactor: Any) -> Factory[Any]:
    async def script(session: AgiSession) -> None:
        for number in range(COMMANDS):
            await session.command("SET VARIABLE", f"X{number}", "1")

    allowed = (ipaddress.ip_network("127.0.0.0/8"),)
    return AgiServer({"route": script}, token=TOKEN, allowed=allowed, clock=reactor)


def bare(protocol: type[Protocol]) -> Callable[[Any], Factory[Any]]:
    def build(_reactor: Any) -> Factory[Any]:
        factory: Factory[Any] = Factory.forProtocol(protocol)
        factory.noisy = False
        return factory

    return build


SERVERS: dict[str, Callable[[Any], Factory[Any]]] = {
    "bare": bare(Bare),
    "bare, socket tried at once": bare(BareAtOnce),
    "cordboard": cordboard,
}


def main() -> None:
    reactor: Any = AsyncioSelectorReactor()
    port = reactor.listenTCP(0, SERVERS[sys.argv[1]](reactor), backlog=1024, interface="127.0.0.1")
    gc.collect()
    gc.freeze()  # as the daemon does at its start
    print(port.getHost().port, flush=True)
    reactor.run()


if __name__ == "__main__":
    main()
