"""Many consoles that look at the floor: ``python -m tests.benchmarks.live_consoles BASE NAME PASSWORD NUMBER``.

Prints ``ready`` once all have their snapshots, then reads until its standard input ends.
"""

import asyncio
import json
import sys
from typing import Any

import httpx2
from websockets.asyncio.client import connect

TOPICS = ("agents", "queues", "waiting", "totals", "alarms")


async def look(url: str, origin: str, cookie: str, ready: asyncio.Semaphore) -> None:
    """One console: subscribes, and takes all that comes."""
    async with connect(
        url, additional_headers={"Cookie": cookie, "Origin": origin}, max_size=None, proxy=None, compression=None
    ) as socket:
        await socket.send(json.dumps({"subscribe": list(TOPICS)}))
        seen: set[str] = set()
        async for frame in socket:
            message: Any = json.loads(frame) if len(seen) < len(TOPICS) else None
            if message is not None and "snapshot" in message:
                seen.add(message["snapshot"]["topic"].split("/")[0])
                if len(seen) == len(TOPICS):
                    ready.release()


async def main(base: str, name: str, password: str, number: int) -> None:
    """All of them."""
    async with httpx2.AsyncClient(base_url=base, trust_env=False) as client:
        answer = await client.post("/api/v1/session", json={"name": name, "password": password})
        answer.raise_for_status()
        cookie = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
    ready = asyncio.Semaphore(0)
    url = base.replace("http", "ws", 1) + "/api/v1/live"
    tasks = [asyncio.create_task(look(url, base, cookie, ready)) for _ in range(number)]
    for _ in tasks:
        await asyncio.wait_for(ready.acquire(), 60)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
