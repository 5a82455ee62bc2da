"""Servers that send one update to every client: ``python -m tests.benchmarks.live_servers NAME``, commands on stdin.

``bare`` is the least that is possible on Twisted over asyncio: ready-made WebSocket frames written into sockets that
are tried at once, with no queue, no limit and no protocol. ``cordboard`` is our own application, hub, channel and web
server, whole. Both print their port; for a line ``N`` they send N updates of 300 bytes to all, one a turn of the loop.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import sys
from collections.abc import Callable
from typing import Any

from cti_bridge.app.reactor import install

SIZE = 300
"""Bytes of an update as the client gets it."""


def frame_of(payload: bytes) -> bytes:
    """A WebSocket text frame of the server's."""
    return struct.pack("!BBH", 0x81, 126, len(payload)) + payload


def padded(payload: Callable[[str], bytes]) -> bytes:
    """A payload of SIZE bytes; ``payload`` makes one around a filling."""
    return payload("x" * (SIZE - len(payload(""))))


def every_turn(reactor: Any, number: int, send: Callable[[], None]) -> None:
    """Send so often, with one turn of the loop after each."""
    if number:
        send()
        reactor.callLater(0, every_turn, reactor, number - 1, send)


def bare(reactor: Any) -> Callable[[], None]:
    """Frames into sockets."""
    from twisted.internet import protocol  # noqa: PLC0415

    clients: dict[Any, None] = {}
    frame = frame_of(padded(lambda filling: b'{"delta":{"topic":"totals","set":{"today":"%s"}}}' % filling.encode()))

    class Client(protocol.Protocol):
        def connectionMade(self) -> None:  # noqa: N802
            self.transport.setTcpNoDelay(True)  # type: ignore[union-attr]  # connected

        def dataReceived(self, data: bytes) -> None:  # noqa: N802
            if self in clients:
                return
            key = data.lower().partition(b"sec-websocket-key:")[2]
            key = data[-len(key) :].partition(b"\r\n")[0].strip()
            digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
            self.transport.write(  # type: ignore[union-attr]  # connected
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
            )
            clients[self] = None

        def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
            clients.pop(self, None)

    factory = protocol.Factory.forProtocol(Client)
    print(reactor.listenTCP(0, factory, backlog=4096, interface="127.0.0.1").getHost().port, flush=True)

    def send() -> None:
        for client in clients:
            transport: Any = client.transport
            if transport.dataBuffer or transport._tempDataBuffer:
                transport.write(frame)
                continue
            try:
                sent = transport.socket.send(frame)
            except BlockingIOError:
                sent = 0
            if sent < len(frame):
                transport.write(frame[sent:])

    return send


def cordboard(reactor: Any) -> Callable[[], None]:
    """Our own: sign-in by token, streams, numbering, bounded queues, uvicorn."""
    from pydantic import BaseModel  # noqa: PLC0415

    from agent_console.http.access import SCOPES_OF  # noqa: PLC0415
    from agent_console.http.app import create_app  # noqa: PLC0415
    from agent_console.live import channel  # noqa: PLC0415
    from agent_console.live.hub import Hub, delta_frame, encode  # noqa: PLC0415
    from agent_console.ports import Identity, Ports  # noqa: PLC0415
    from config.services import Web  # noqa: PLC0415
    from cti_bridge.app.console import server as console_server  # noqa: PLC0415

    vars(channel).update(GREET_S=3600.0, LOOK_AGAIN_S=3600.0)  # only updates are counted
    vars(console_server).update(PING_S=3600.0)
    now = 1_800_000_000_000_000

    class Row(BaseModel):
        value: str

    class Everybody:
        """Lets everybody in."""

        async def of_token(self, _secret: str) -> Identity:
            return Identity(
                user="bench", title="", role="administrator", teams=frozenset(), agent=None, language=None,
                scopes=SCOPES_OF["administrator"],
            )  # fmt: skip

    class Floor:
        """A floor of which only the totals are asked for."""

        def now(self) -> int:
            return now

    class Source:
        """One document."""

        def items(self, _stream: str) -> dict[str, BaseModel]:
            return {"today": Row(value="")}

    hub = Hub(Source(), lambda: now)
    app = create_app(Ports(floor=Floor(), accounts=Everybody()), hub)  # type: ignore[arg-type]  # as much as is asked for
    server = console_server.WebServer(app, Web.model_construct(host="127.0.0.1", port=0, tls=None, trusted_proxies=()))
    server.start()
    print(server.address[1], flush=True)

    def payload(filling: str, turn: int = 1) -> bytes:
        document = encode(Row(value=f"{turn:06}{filling}"))
        return delta_frame("totals", 100_000 + turn, now, {"today": document}, ())

    filling = "x" * (SIZE - len(payload("")))
    turns = iter(range(1, 900_000))

    def send() -> None:
        stream = hub._streams["totals"]
        stream.number = max(stream.number, 100_000)  # so that all numbers are of one length
        hub.tell("totals", {"today": Row(value=f"{next(turns):06}{filling}")})

    return send


SERVERS = {"bare": bare, "cordboard": cordboard}


def main() -> None:
    reactor = install()
    send = SERVERS[sys.argv[1]](reactor)
    from twisted.internet import stdio  # noqa: PLC0415
    from twisted.protocols.basic import LineOnlyReceiver  # noqa: PLC0415

    class Commands(LineOnlyReceiver):
        delimiter = b"\n"

        def lineReceived(self, line: bytes) -> None:  # noqa: N802
            every_turn(reactor, int(line), send)

        def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
            reactor.stop()

    stdio.StandardIO(Commands(), reactor=reactor)
    reactor.run()


if __name__ == "__main__":
    main()
