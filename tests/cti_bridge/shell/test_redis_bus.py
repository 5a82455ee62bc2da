"""Facts and the live state in a real Redis that is killed, hangs, is full, and comes back: calls never wait for it."""

import asyncio
import json
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from cti_bridge.shell.flavours import to_future
from cti_bridge.shell.redis_bus import BusOptions, RedisBus, fields_of
from facts.ids import AgentId, ContactId, NodeName
from facts.journal import AgentStateChanged, ContactOffered, DispositionSet, Entry
from facts.states import Activity, Declared
from tests.servers.redis_server import RedisServer

NODE = NodeName("node-1")
PASSWORD = "s3cret"


@pytest.fixture(scope="module")
def installed() -> Iterator[RedisServer]:
    server = RedisServer(PASSWORD)
    yield server
    server.destroy()


@pytest.fixture
def server(installed: RedisServer) -> Iterator[RedisServer]:
    installed.start()
    yield installed
    installed.kill()


pytestmark = pytest.mark.server


def entry(seq: int, **fact: Any) -> Entry:
    offered = ContactOffered(contact_id=ContactId(f"k{seq}"), caller_number="+4930555", caller_name="Kim", **fact)
    return Entry(node=NODE, seq=seq, at=1_700_000_000_000_000 + seq, fact=offered)


def bus_at(server: RedisServer, password: str | None = PASSWORD, **options: Any) -> RedisBus:
    asked = BusOptions(
        url=server.url, node=NODE, **{"snapshot_every_s": 0.2, "longest_retry_s": 0.4, "answer_s": 1.0, **options}
    )
    return RedisBus(asked, password, lambda: json.dumps({"waiting": 3}).encode())


def run(bus: RedisBus, story: Callable[[], Awaitable[None]]) -> None:
    """Let the bus run while the story goes on."""

    async def play() -> None:
        bus.start()
        try:
            await story()
        finally:
            await to_future(bus.stop())

    asyncio.run(play())


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "never so"
        await asyncio.sleep(0.02)


def facts_in(server: RedisServer, stream: str = "cordboard:facts") -> list[dict[str, Any]]:
    read: Any = server.client().xrange(stream)
    return [{**fields, "fact": json.loads(fields["fact"])} for _, fields in read]


def numbers(server: RedisServer) -> list[int]:
    return [int(fields["seq"]) for fields in facts_in(server)]


def test_facts_come_in_order_without_peoples_data_and_the_live_state_beside_them(server: RedisServer) -> None:
    bus = bus_at(server)

    async def story() -> None:
        for seq in range(1, 501):
            bus.read(entry(seq))
        await until(lambda: bus.state.written == 500)
        await until(lambda: server.client().get("cordboard:live:node-1") is not None)
        assert json.loads(server.client().get("cordboard:live:node-1") or "") == {"waiting": 3}
        assert 0 < server.client().pttl("cordboard:live:node-1") <= 2000

    run(bus, story)
    assert numbers(server) == list(range(1, 501))
    first = facts_in(server)[0]
    assert (first["node"], first["at"], first["kind"]) == ("node-1", "1700000000000001", "ContactOffered")
    assert first["fact"] == {"kind": "ContactOffered", "contact_id": "k1"}
    state = bus.state
    assert (state.written, state.dropped, state.waiting, state.is_connected) == (500, 0, 0, False)


def test_peoples_data_comes_only_where_it_is_wanted() -> None:
    note = DispositionSet(contact_id=ContactId("k1"), disposition="solved", notes="asked for Ann")
    told = Entry(node=NODE, seq=1, at=1, fact=note)
    assert b"Ann" not in fields_of(told, personal=False)["fact"]
    assert b"asked for Ann" in fields_of(told, personal=True)["fact"]
    state = AgentStateChanged(agent_id=AgentId("ann"), declared=Declared.READY, activity=Activity.IDLE)
    plain = Entry(node=NODE, seq=1, at=1, fact=state)
    assert fields_of(plain, personal=False) == fields_of(plain, personal=True)


def test_the_stream_is_trimmed(server: RedisServer) -> None:
    bus = bus_at(server, stream_length=1000, prefix="site-7")

    async def story() -> None:
        for seq in range(1, 4001):
            bus.read(entry(seq))
        await until(lambda: bus.state.written == 4000)

    run(bus, story)
    length = server.client().xlen("site-7:facts")
    assert 1000 <= length < 1400
    assert facts_in(server, "site-7:facts")[-1]["seq"] == "4000"


def _waits() -> int:
    """How often this thread gave the processor away because it waited for something."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


def test_a_redis_that_is_killed_and_restarted_in_the_middle_costs_calls_nothing(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    bus = bus_at(server)
    slowest = 0.0

    async def say(first: int, last: int) -> None:
        nonlocal slowest
        for seq in range(first, last + 1):
            began, waits = time.perf_counter(), _waits()
            bus.read(entry(seq))
            if _waits() != waits:  # else nothing was waited for, and another program had the processor meanwhile
                slowest = max(slowest, time.perf_counter() - began)
            if seq % 50 == 0:
                await asyncio.sleep(0)

    async def story() -> None:
        await say(1, 300)
        await until(lambda: bus.state.written == 300)
        assert numbers(server) == list(range(1, 301))
        await say(301, 400)
        server.kill()
        await say(401, 3000)
        await until(lambda: not bus.state.is_connected)
        assert "refused" in bus.state.trouble or "closed" in bus.state.trouble, bus.state.trouble
        await say(3001, 3500)
        await asyncio.to_thread(server.start)
        await until(lambda: bus.state.is_connected and not bus.state.waiting)
        await say(3501, 3600)
        await until(lambda: not bus.state.waiting)

    run(bus, story)
    there = numbers(server)
    assert there == sorted(there), "in order"
    assert set(range(601, 3601)) <= set(there), "what was not written before the kill came after it"
    assert bus.state.dropped == 0
    assert slowest < 0.05
    assert PASSWORD not in caplog.text


def test_what_does_not_fit_is_dropped_oldest_first_and_counted(server: RedisServer) -> None:
    server.kill()
    bus = bus_at(server, capacity=100)

    async def story() -> None:
        for seq in range(1, 1001):
            bus.read(entry(seq))
        await until(lambda: bool(bus.state.trouble))
        assert (bus.state.waiting, bus.state.dropped) == (100, 900)
        await asyncio.to_thread(server.start)
        await until(lambda: bus.state.written == 100)

    run(bus, story)
    assert numbers(server) == list(range(901, 1001))


def test_a_redis_that_hangs_is_given_up_and_found_again(server: RedisServer) -> None:
    bus = bus_at(server)

    async def story() -> None:
        bus.read(entry(1))
        await until(lambda: bus.state.written == 1)
        hanging = asyncio.create_task(asyncio.to_thread(server.stop_for, 2.5))
        await asyncio.sleep(0.1)
        for seq in range(2, 102):
            bus.read(entry(seq))
        await until(lambda: not bus.state.is_connected)
        await hanging
        await until(lambda: bus.state.is_connected and not bus.state.waiting)

    run(bus, story)
    assert set(numbers(server)) == set(range(1, 102))


def test_a_full_redis_is_told_and_written_to_when_there_is_room(server: RedisServer) -> None:
    bus = bus_at(server)
    client = server.client()

    async def story() -> None:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1mb")
        bus.read(entry(1))
        await until(lambda: "maxmemory" in bus.state.trouble)
        client.config_set("maxmemory", "0")
        await until(lambda: bus.state.written == 1)

    run(bus, story)
    assert numbers(server) == [1]


def test_a_wrong_password_is_told_without_it(server: RedisServer) -> None:
    bus = bus_at(server, "wr0ng")

    async def story() -> None:
        await until(lambda: bus.state.trouble == "Redis refuses the password")

    run(bus, story)
    assert not bus.state.is_connected


def test_what_waits_at_the_end_is_still_written(server: RedisServer) -> None:
    bus = bus_at(server)

    async def story() -> None:
        await until(lambda: bus.state.is_connected)
        for seq in range(1, 3001):
            bus.read(entry(seq))

    run(bus, story)
    assert numbers(server) == list(range(1, 3001))
    bus.read(entry(3001))
    assert bus.state.waiting == 0, "after the end nothing is taken"


def test_an_end_while_redis_is_away_is_no_long_one(server: RedisServer) -> None:
    server.kill()
    bus = bus_at(server, longest_retry_s=30.0)

    async def story() -> None:
        bus.read(entry(1))
        await until(lambda: bool(bus.state.trouble))

    began = time.monotonic()
    run(bus, story)
    assert time.monotonic() - began < 10, "not as long as the pause before the next attempt"
