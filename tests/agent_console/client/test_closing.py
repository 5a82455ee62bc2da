"""A live view that is closed in the very moment in which a frame comes."""

import asyncio
from typing import Any, cast

import pytest

from agent_console.client.live import LiveView

FRAME = '{"hello": {"now": "2026-01-01T00:00:00.000000Z", "user": "ann"}}'


class Line:
    """A connection on which the test says when a frame comes."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[str] = asyncio.Queue()

    async def send(self, frame: str) -> None:
        del frame

    async def recv(self) -> str:
        return await self.frames.get()


@pytest.mark.parametrize("moments", range(6))
def test_closing_wins_over_a_frame_of_the_same_moment(moments: int) -> None:
    async def scenario() -> None:
        view = LiveView(cast("Any", None), ["desk"])
        line = Line()
        reading = asyncio.create_task(view._read(cast("Any", line)))
        await asyncio.sleep(0.01)
        line.frames.put_nowait(FRAME)
        for _ in range(moments):
            await asyncio.sleep(0)
        reading.cancel()
        done, _ = await asyncio.wait({reading}, timeout=0.5)
        reading.cancel()
        assert done, "it reads on"
        assert reading.cancelled()

    asyncio.run(scenario())
