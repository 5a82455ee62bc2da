"""A desk knows a dead line by its silence."""

import asyncio
import json
import time

import pytest
from websockets.asyncio.client import connect

from agent_console.live import channel
from cti_bridge.app.console import server
from tests.agent_console.site import Site


def test_the_channel_speaks_although_nothing_happens(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "GREET_S", 0.05)
    browser = site.signed_in("nora")
    headers = {"Origin": site.base, "Cookie": browser.cookie_header}

    async def hear() -> list[dict[str, object]]:
        async with connect(f"ws://127.0.0.1:{site.port}/api/v1/live", additional_headers=headers) as line:
            return [json.loads(await asyncio.wait_for(line.recv(), 5)) for _ in range(3)]

    frames = site.run(hear())
    assert [list(frame) for frame in frames] == [["hello"]] * 3
    assert frames[0]["hello"]["user"] == "nora"  # type: ignore[index]


def test_who_asks_for_a_greeting_is_greeted_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "GREET_S", 3600.0)
    browser = site.signed_in("nora")
    headers = {"Origin": site.base, "Cookie": browser.cookie_header}

    async def hear() -> list[dict[str, object]]:
        async with connect(f"ws://127.0.0.1:{site.port}/api/v1/live", additional_headers=headers) as line:
            first = json.loads(await asyncio.wait_for(line.recv(), 5))
            await line.send('{"greet": true}')
            return [first, json.loads(await asyncio.wait_for(line.recv(), 5))]

    assert [list(frame) for frame in site.run(hear())] == [["hello"], ["hello"]]


def test_the_times_of_both_sides_make_ten_seconds_at_most() -> None:
    assert server.PING_S + server.PONG_S < 10
    assert channel.GREET_S < 8 / 2  # two greetings fit into what a page takes for silence


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon's times are a twentieth."""
    monkeypatch.setattr(server, "PING_S", server.PING_S / 20)
    monkeypatch.setattr(server, "PONG_S", server.PONG_S / 20)


def test_a_client_that_gives_no_sign_of_life_is_let_go(impatient: None, site: Site) -> None:
    del impatient
    browser = site.signed_in("nora")
    request = (
        f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nOrigin: {site.base}\r\n"
        f"Cookie: {browser.cookie_header}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )

    async def stay_silent() -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(request.encode())
        assert b" 101 " in await asyncio.wait_for(reader.readline(), 5)
        begun = time.monotonic()
        while await asyncio.wait_for(reader.read(4096), 5):
            pass
        writer.close()
        return time.monotonic() - begun

    let_go_s = site.run(stay_silent())
    assert server.PING_S + server.PONG_S - 0.1 <= let_go_s < 4, "by its own times it would be nine seconds"
