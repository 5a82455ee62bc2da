"""Small answers and live frames go out at once, on lines that are kept open too: none waits for a receipt."""

import asyncio
import socket

from websockets.asyncio.client import connect

from tests.agent_console.live.test_channel import headers_of
from tests.agent_console.site import Site


def delays(site: Site) -> list[bool]:
    """Of each accepted connection, whether the kernel may hold small answers back."""
    server = site.console._server
    assert server is not None
    transports = [line.transport for line in server._server.server_state.connections]
    sockets = [transport.get_extra_info("socket") for transport in transports]
    return [not one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for one in sockets]


def test_answers_over_http_are_not_held_back(site: Site) -> None:
    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        assert delays(site) == [False]
        writer.close()

    site.run(asyncio.wait_for(ask(), 10))


def test_live_frames_are_not_held_back(site: Site) -> None:
    headers = headers_of(site.signed_in("root"))

    async def listen() -> None:
        async with connect(f"ws://127.0.0.1:{site.port}/api/v1/live", additional_headers=headers) as channel:
            await channel.recv()
            assert delays(site) == [False]

    site.run(asyncio.wait_for(listen(), 10))
