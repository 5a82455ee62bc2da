"""What is looked at now and then, is looked at a little at a time."""

import asyncio
from pathlib import Path

from agent_console.live.frames import Message
from agent_console.live.hub import Reader
from cti_bridge.app.console import feed as feeds
from tests.agent_console.site import SETTINGS, opened

MANY = 40
AGENTS = {f"a{number}": {"phone": f"{2000 + number}", "team": "north"} for number in range(MANY)}


class Kept:
    """A client that takes everything at once."""

    def __init__(self) -> None:
        self.frames: list[Message] = []

    def send_now(self, message: Message) -> bool:
        self.frames.append(message)
        return True

    def wake(self) -> None:
        pass


def test_a_look_at_many_streams_leaves_turns_to_others_and_misses_none(tmp_path: Path) -> None:
    more = {"agents": {**SETTINGS["agents"], **AGENTS}}
    with opened(tmp_path, more) as site:
        feed = site.console._feed
        assert feed is not None
        clients = {name: Kept() for name in AGENTS}
        for name, client in clients.items():
            reader = Reader(client)
            feed.hub.subscribe(reader, f"desk/{name}")
            reader.take(site.clock.now())
        turns: list[int] = []
        seen: list[str] = []
        items = feed.items

        def told(stream: str) -> object:
            seen.append(stream)
            return items(stream)

        feed.items = told  # type: ignore[method-assign, assignment]  # watched

        async def look() -> None:
            feed._look()
            while feed._unseen or feed._looking is not None:
                before = len(seen)
                await asyncio.sleep(0)
                turns.append(len(seen) - before)

        site.run(look())
        assert sorted(seen) == sorted(f"desk/{name}" for name in AGENTS)
        assert max(turns) <= feeds.AT_ONCE
