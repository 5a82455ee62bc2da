"""A desk knows a dead line by its silence."""

import asyncio
import json

import pytest
from websockets.asyncio.client import connect

from agent_console.live import channel
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
